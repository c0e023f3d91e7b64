"""Eloqua contacts: fields by their database names (`C_...`)."""

from __future__ import annotations

from functools import partial

from handraise.importers.people_rows import PeopleColumns, PeopleReader
from handraise.importers.schema import ObjectSchema, columns

SCHEMA = ObjectSchema(
    "Eloqua contacts",
    columns(
        """
ContactID           | Eloqua Contact ID, Id   |
ContactIDExt        |                         |
C_DateCreated       | CreatedAt, Date Created |
C_DateModified      | UpdatedAt, Date Modified |
C_EmailAddress      | Email Address           | person.email
C_FirstName         | First Name              | person.first_name
C_LastName          | Last Name               | person.last_name
C_Title             |                         | person.title
C_Job_Title1        |                         | person.title
C_Company           |                         | person.company account.name
C_BusPhone          | Business Phone          | person.phone
C_MobilePhone       | Mobile Phone            | person.mobile_phone
C_City              |                         | person.city
C_State_Prov        |                         | person.state
C_Zip_Postal        |                         | person.postal_code
C_Country           |                         | person.country
C_Lead_Source___Most_Recent1 |                | - the most recent source is overwritten
C_Lead_Source___Original1 |                   | person.lead_source
C_Lead_Status       |                         | person.status !
C_Industry1         |                         | account.industry
C_Employees1        |                         | account.employees
C_Annual_Revenue1   |                         | account.annual_revenue
C_Website1          |                         | person.website account.website
C_SFDCLeadID        |                         |
C_SFDCContactID     |                         |
C_SFDCAccountID     |                         |
C_Lead_Score        |                         | - a score made elsewhere
C_Lead_Rating___Combined1 |                   | - a score made elsewhere
C_Lead_Rating___Profile__Explicit_1 |         | - a score made elsewhere
C_Lead_Rating___Engagement__Implicit_1 |      | - a score made elsewhere
C_Lead_Score_Last_High_Touch_Event_Date1 |    | - a score made elsewhere
C_Salutation        |                         | -
C_Address1          |                         | -
C_Address2          |                         | -
C_Address3          |                         | -
C_Fax               |                         | -
C_SalesPerson       |                         | - the CRM says it
C_EmailDisplayName  |                         | -
IsSubscribed        |                         | - overwritten, without history; unsubscribing is an activity
IsBounced           |                         | - overwritten, without history; the bounce itself is an activity
"""
    ),
    must=("C_EmailAddress",),
    marks=(
        ("ContactIDExt",),
        ("ContactID", "C_FirstName"),
        ("ContactID", "C_DateCreated"),
        ("ContactID", "C_Company"),
    ),
    never=("ActivityType", "crm_lead_fid", "isAnonymous", "CreatedDate"),
)
# The number is what activities name a contact by; `ContactIDExt` is another name for the contact.
COLUMNS = PeopleColumns(
    ("ContactID", "ContactIDExt"),
    "C_DateCreated",
    "C_DateModified",
    "C_EmailAddress",
    ("C_SFDCLeadID", "C_SFDCContactID"),
    "C_SFDCAccountID",
)
new_reader = partial(PeopleReader, of=COLUMNS)

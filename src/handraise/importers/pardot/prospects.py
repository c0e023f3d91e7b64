"""Account Engagement prospects."""

from __future__ import annotations

from functools import partial

from handraise.importers.people_rows import PeopleColumns, PeopleReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Entity

SCHEMA = ObjectSchema(
    "Account Engagement prospects",
    columns(
        """
id                  | Prospect ID             |
created_at          |                         |
updated_at          |                         |
is_deleted          |                         |
crm_lead_fid        |                         |
crm_contact_fid     |                         |
crm_account_fid     |                         |
first_name          | First Name              | person.first_name
last_name           | Last Name               | person.last_name
job_title           | Job Title               | person.title
department          |                         | person.department
email               | Email Address           | person.email
company             |                         | person.company account.name
phone               |                         | person.phone
city                |                         | person.city
state               |                         | person.state
zip                 |                         | person.postal_code
country             |                         | person.country
source              |                         | person.lead_source
website             |                         | person.website account.website
industry            |                         | account.industry
annual_revenue      | Annual Revenue          | account.annual_revenue
employees           |                         | account.employees
opted_out           | Opted Out               | person.email_opted_out !
is_do_not_call      | Do Not Call             | person.do_not_call !
is_do_not_email     | Do Not Email            | - overwritten, without history
score               |                         | - a score made elsewhere
grade               |                         | - a score made elsewhere
last_activity_at    |                         | - moves with every touch
crm_last_sync       |                         | - moves with every synchronisation
crm_owner_fid       |                         | - the CRM says it
crm_url             |                         | -
campaign_id         |                         | - where the prospect was first met; the activities say it with dates
salutation          |                         | -
prefix              |                         | -
suffix              |                         | -
password            |                         | -
address_one         |                         | -
address_two         |                         | -
territory           |                         | -
fax                 |                         | -
years_in_business   |                         | -
comments            |                         | - reps edit it after the fact
notes               |                         | - reps edit it after the fact
is_reviewed         |                         | - overwritten, without history
is_starred          |                         | - overwritten, without history
prospect_account_id |                         | -
"""
    ),
    must=("id", "email"),
    marks=(
        ("crm_lead_fid",),
        ("crm_contact_fid",),
        ("is_do_not_email",),
        ("opted_out",),
        ("score", "grade"),
        ("last_activity_at",),
    ),
    never=("prospect_id", "visitor_id", "leadScore", "sfdcLeadId", "CreatedDate", "marketoGUID"),
    customs=Entity.PERSON,
)
COLUMNS = PeopleColumns(
    ("id",),
    "created_at",
    "updated_at",
    "email",
    ("crm_lead_fid", "crm_contact_fid"),
    "crm_account_fid",
    "is_deleted",
)
new_reader = partial(PeopleReader, of=COLUMNS)

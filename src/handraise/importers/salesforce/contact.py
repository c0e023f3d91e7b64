"""Salesforce Contact: a person who belongs to an account."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Fact, IdentityKey, Membership, PersonRecord
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Entity

SCHEMA = ObjectSchema(
    "Salesforce Contact",
    columns(
        """
Id                  | Contact ID              |
MasterRecordId      | Master Record ID        |
AccountId           | Account ID              |
FirstName           | First Name              | person.first_name
LastName            | Last Name               | person.last_name
Name                | Full Name, Contact Name | person.name
Title               | Job Title               | person.title
Department          |                         | person.department
AccountName         | Account Name            | person.company
MailingCity         | Mailing City            | person.city
MailingState        | Mailing State/Province, Mailing State | person.state
MailingPostalCode   | Mailing Zip/Postal Code, Mailing Postal Code | person.postal_code
MailingCountry      | Mailing Country         | person.country
Phone               | Business Phone          | person.phone
MobilePhone         | Mobile, Mobile Phone    | person.mobile_phone
Email               | Email Address           | person.email
LeadSource          | Lead Source             | person.lead_source
OwnerId             | Contact Owner, Owner ID, Contact Owner ID | person.owner !
HasOptedOutOfEmail  | Email Opt Out           | person.email_opted_out !
DoNotCall           | Do Not Call             | person.do_not_call !
IsEmailBounced      | Is Email Bounced        | person.email_bounced !
Salutation          |                         | -
ReportsToId         | Reports To, Reports To ID | -
MailingStreet       | Mailing Street          | -
MailingStateCode    |                         | -
MailingCountryCode  |                         | -
MailingLatitude     |                         | -
MailingLongitude    |                         | -
MailingGeocodeAccuracy |                      | -
OtherStreet         | Other Street            | -
OtherCity           | Other City              | -
OtherState          | Other State/Province    | -
OtherPostalCode     | Other Zip/Postal Code   | -
OtherCountry        | Other Country           | -
OtherLatitude       |                         | -
OtherLongitude      |                         | -
OtherGeocodeAccuracy |                        | -
HomePhone           | Home Phone              | -
OtherPhone          | Other Phone             | -
Fax                 | Business Fax            | -
AssistantName       | Assistant               | -
AssistantPhone      | Asst. Phone             | -
Birthdate           |                         | -
Description         | Contact Description     | - reps edit it after the fact
HasOptedOutOfFax    | Fax Opt Out             | -
LastCURequestDate   |                         | -
LastCUUpdateDate    |                         | -
EmailBouncedReason  | Email Bounced Reason    | - the bounce itself is an activity
EmailBouncedDate    | Email Bounced Date      | - the bounce itself is an activity
PhotoUrl            | Photo URL               | -
Jigsaw              | Data.com Key            | -
JigsawContactId     | Jigsaw Contact ID       | -
CleanStatus         | Clean Status            | -
IndividualId        | Individual ID           | -
RecordTypeId        | Record Type ID, Contact Record Type | -
"""
        + TIMES
    ),
    must=("Id",),
    marks=(
        ("AccountId",),
        ("ReportsToId",),
        ("MailingCountry",),
        ("MailingCity",),
        ("Department", "LastName"),
        ("AccountName", "LastName"),
    ),
    never=(
        "_fivetran_end",
        "Company",
        "StageName",
        "WhoId",
        "CampaignId",
        "ContactId",
        "BillingCountry",
        "IsConverted",
    ),
    customs=Entity.PERSON,
    id_label="Contact ID",
)


class ContactReader(SalesforceReader):
    """One contact a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row)
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known)]
        account = self.reference("AccountId")
        if account is not None:
            out.append(Membership(record, account, known, known))
            if (
                base.at > known
            ):  # the account of now: settles it for a contact who moved since an earlier export
                out.append(Membership(record, account, base.at, base.at))
        self.attributes.add(out, row, record, created, base, base)
        self.email_key(out, record, known)
        self.deleted(out, "person", record, base)
        master = self.reference("MasterRecordId")
        if master is not None:
            out.append(IdentityKey(record, "id:" + master, base.at, base.at))
        return out

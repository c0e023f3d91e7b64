"""Salesforce User: who of the people in the data are our own. Their names are for those who read owners' ids."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Assumed, AttributeChange, Fact, PersonRecord
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.values import fold

SCHEMA = ObjectSchema(
    "Salesforce User",
    columns(
        """
Id                  | User ID                 |
Username            |                         |
FirstName           | First Name              | person.first_name
LastName            | Last Name               | person.last_name
Name                | Full Name               | person.name
Email               |                         | person.email
Title               |                         | person.title
Department          |                         | person.department
UserType            | User Type               |
ContactId           | Contact ID              |
IsActive            | Active                  | - whoever has left is one of our own still
CompanyName         | Company Name            | -
Division            |                         | -
ProfileId           | Profile ID, Profile     | -
UserRoleId          | Role ID, Role           | -
ManagerId           | Manager ID, Manager     | -
TimeZoneSidKey      | Time Zone               | -
LocaleSidKey        | Locale                  | -
LanguageLocaleKey   | Language                | -
EmailEncodingKey    | Email Encoding          | -
Alias               |                         | -
CommunityNickname   | Nickname                | -
LastLoginDate       | Last Login              | - moves with every login
AccountId           | Account ID              | -
FederationIdentifier | SAML Federation ID     | -
EmployeeNumber      | Employee Number         | -
Phone               |                         | -
MobilePhone         | Mobile                  | -
Street              |                         | -
City                |                         | -
State               |                         | -
PostalCode          |                         | -
Country             |                         | -
ForecastEnabled     |                         | -
"""
        + TIMES
    ),
    must=("Id", "Email"),
    marks=(("Username",), ("ProfileId", "IsActive"), ("UserRoleId", "IsActive"), ("TimeZoneSidKey",)),
    never=("StageName", "WhoId", "CampaignId", "LeadSource", "Status"),
    id_label="User ID",
)


class UserReader(SalesforceReader):
    """One user a row; portal users are customers, of whom their contact tells."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row)
        kind = self.cells.text("UserType")
        if self.cells.text("ContactId") is not None or (kind is not None and fold(kind) != "standard"):
            reason = "the user is none of our own (a portal's, a guest or a process)."
            raise RowRejected(self.cells.column("UserType"), "not_staff", reason, kind)
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known)]
        self.attributes.add(out, row, record, created, base, base)
        self.email_key(out, record, known)
        out.append(AttributeChange("person", record, "is_employee", "true", known, known, Assumed.HISTORY))
        return out

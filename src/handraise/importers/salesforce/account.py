"""Salesforce Account."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import AccountRecord, AttributeChange, Fact
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Entity, Field, FieldDefinition
from handraise.model.values import FieldType

MERGED_INTO = Field("account", "merged_into")

SCHEMA = ObjectSchema(
    "Salesforce Account",
    columns(
        """
Id                  | Account ID              |
MasterRecordId      | Master Record ID        |
Name                | Account Name            | account.name
Type                | Account Type            | account.type !
ParentId            | Parent Account ID, Parent Account | account.parent
BillingCity         | Billing City            | account.city
BillingState        | Billing State/Province, Billing State | account.state
BillingPostalCode   | Billing Zip/Postal Code, Billing Postal Code | account.postal_code
BillingCountry      | Billing Country         | account.country
Phone               | Account Phone           | account.phone
Website             |                         | account.website
Industry            |                         | account.industry
AnnualRevenue       | Annual Revenue          | account.annual_revenue
NumberOfEmployees   | Employees, No. of Employees, Number of Employees | account.employees
Ownership           |                         | account.ownership
Rating              | Account Rating          | account.rating !
OwnerId             | Account Owner, Owner ID, Account Owner ID | account.owner !
AccountSource       | Account Source          | account.source
YearStarted         | Year Started            | - a year is not a date
BillingStreet       | Billing Street          | -
BillingStateCode    |                         | -
BillingCountryCode  |                         | -
BillingLatitude     |                         | -
BillingLongitude    |                         | -
BillingGeocodeAccuracy |                      | -
ShippingStreet      | Shipping Street         | -
ShippingCity        | Shipping City           | -
ShippingState       | Shipping State/Province | -
ShippingStateCode   |                         | -
ShippingPostalCode  | Shipping Zip/Postal Code | -
ShippingCountry     | Shipping Country        | -
ShippingCountryCode |                         | -
ShippingLatitude    |                         | -
ShippingLongitude   |                         | -
ShippingGeocodeAccuracy |                     | -
Fax                 | Account Fax             | -
AccountNumber       | Account Number          | -
PhotoUrl            | Photo URL               | -
Sic                 | SIC Code                | -
SicDesc             | SIC Description         | -
NaicsCode           | NAICS Code              | -
NaicsDesc           | NAICS Description       | -
TickerSymbol        | Ticker Symbol           | -
Description         | Account Description     | - reps edit it after the fact
Site                | Account Site            | -
Jigsaw              | Data.com Key            | -
JigsawCompanyId     | Jigsaw Company ID       | -
CleanStatus         | Clean Status            | -
DunsNumber          | D-U-N-S Number          | -
Tradestyle          |                         | -
DandbCompanyId      | D&B Company ID          | -
OperatingHoursId    | Operating Hours         | -
Tier                | Einstein Account Tier   | - a score made elsewhere
RecordTypeId        | Record Type ID, Account Record Type | -
"""
        + TIMES
    ),
    must=("Id", "Name"),
    marks=(
        ("BillingCountry",),
        ("BillingCity",),
        ("Industry",),
        ("NumberOfEmployees",),
        ("AccountNumber",),
        ("AnnualRevenue",),
        ("Website",),
        ("Type", "ParentId"),
    ),
    never=(
        "_fivetran_end",
        "Company",
        "StageName",
        "WhoId",
        "CampaignId",
        "ContactId",
        "LastName",
        "Email",
        "AccountId",
        "IsConverted",
        "CloseDate",
    ),
    customs=Entity.ACCOUNT,
    id_label="Account ID",
    also_fills={"MasterRecordId": FieldDefinition(MERGED_INTO, FieldType.TEXT, "Account it was merged into")},
)


class AccountReader(SalesforceReader):
    """One account a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        account = self.start(row)
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [AccountRecord(account, known, known)]
        self.attributes.add(out, row, account, created, base, base)
        self.deleted(out, "account", account, base)
        master = self.reference("MasterRecordId")
        if (
            master is not None
        ):  # accounts have no identity keys; which account it was merged into is kept as a field
            out.append(
                AttributeChange("account", account, MERGED_INTO.name, master, base.at, base.at, base.assumed)
            )
        return out

"""HubSpot companies: accounts with fields."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import AccountRecord, AttributeChange, Fact
from handraise.importers.hubspot.contact import LEAD_STATUS, lifecycle_stage
from handraise.importers.hubspot.languages import LOCALISED_OF_OTHERS
from handraise.importers.hubspot.reader import PREFIX, TIMES, HubSpotReader
from handraise.importers.salesforce.account import MERGED_INTO
from handraise.importers.schema import Match, ObjectSchema, columns
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Entity, Field, FieldDefinition
from handraise.model.values import FieldType

SCHEMA = ObjectSchema(
    "HubSpot companies",
    columns(
        """
hs_object_id        | Record ID               |
id                  |                         |
hs_merged_object_ids | Merged record IDs, Merged object IDs |
name                | Company name            | account.name
domain              | Company Domain Name     | account.domain
website             | Website URL             | account.website
industry            |                         | account.industry
numberofemployees   | Number of Employees     | account.employees
annualrevenue       | Annual Revenue          | account.annual_revenue
city                |                         | account.city
state               | State/Region            | account.state
country             | Country/Region          | account.country
zip                 | Postal Code             | account.postal_code
phone               | Phone Number            | account.phone
type                |                         | account.type !
web_technologies    | Web Technologies        | account.technologies
lifecyclestage      | Lifecycle Stage         | account.lifecycle_stage !
hs_lead_status      | Lead Status             | account.status !
hubspot_owner_id, owner_id | Company owner, Company owner ID | account.owner !
hs_parent_company_id | Parent Company ID, Parent Company | account.parent
hs_ideal_customer_profile | Ideal Customer Profile Tier | account.segment !
hs_is_target_account | Target Account         | account.is_target !
hs_analytics_source | Original Traffic Source, Original Source Type | account.source
founded_year        | Year Founded            | - a year is not a date
hs_lifecyclestage_* |                         | - only people's stages are kept with their dates
hs_v2_*             | Date entered            | - only people's stages are kept with their dates
hubspotscore        | HubSpot Score           | - a score made elsewhere
hs_predictivecontactscore* | Likelihood to close | - a score made elsewhere
hubspot_owner_assigneddate | Owner Assigned Date | - overwritten, without history
hubspot_team_id     | HubSpot Team            | -
description         |                         | - reps edit it after the fact
about_us            | About Us                | -
address             | Street Address          | -
address_2           | Street Address 2        | -
is_public           | Is Public               | -
total_money_raised  | Total Money Raised      | -
timezone            | Time Zone               | -
linkedin_company_page | LinkedIn Company Page | -
associatedcontacts  | Associated Contact      | - the contact says it
associatedcontactids | Associated Contact IDs | - the contact says it
associateddeals     | Associated Deal         | - the deal says it
associateddealids   | Associated Deal IDs     | - the deal says it
notes_last_contacted | Last Contacted         | - moves with every touch
notes_last_updated  | Last Activity Date      | - moves with every touch
notes_next_activity_date | Next Activity Date | - moves with every touch
num_notes           | Number of Sales Activities | - a running count
num_contacted_notes | Number of times contacted | - a running count
num_associated_contacts | Number of Associated Contacts | - a running count
num_associated_deals | Number of Associated Deals | - a running count, known only after the deal
hs_num_open_deals   | Number of open deals    | - a running count, known only after the deal
hs_num_decision_makers | Number of decision makers | - a running count
hs_num_child_companies | Number of child companies | - a running count
first_deal_created_date | First Deal Created Date | - known only after the deal
recent_deal_amount  | Recent Deal Amount      | - known only after the deal
recent_deal_close_date | Recent Deal Close Date | - known only after the deal
total_revenue       | Total Revenue           | - known only after the deal
hs_total_deal_value | Total open deal value   | - known only after the deal
days_to_close       | Days to Close           | - known only after the deal
closedate           | Close Date              | - known only after the deal
hs_latest_source*   | Latest Traffic Source   | - overwritten, without history
hs_analytics_num_page_views | Number of Pageviews | - a running count
hs_analytics_num_visits | Number of Sessions  | - a running count
hs_analytics_first_timestamp | Time First Seen | -
hs_analytics_last_timestamp | Time Last Seen   | - moves with every visit
first_contact_createdate | First Contact Create Date | -
"""
        + TIMES
    ),
    must=(),
    marks=(
        ("hs_object_id", "name"),
        ("hs_object_id", "domain"),
        ("id", "domain", "createdate"),
        ("id", "domain", "hubspot_owner_id"),
        ("id", "domain", "lifecyclestage"),
        ("id", "name", "createdate"),
        ("id", "name", "lifecyclestage"),
        ("id", "name", "hubspot_owner_id"),
    ),
    never=(
        "email", "firstname", "lastname", "First Name", "Last Name", "dealname", "dealstage", "Deal Name", "Deal Stage", "company_id",
        "AccountId", "StageName", "CreatedDate", "LastModifiedDate", "SystemModstamp", "CampaignId", "StartDate", "BillingCountry",
        "app_id", "portal_id", "object_type_id", "form_type", "primary_team_id",
    ),
    customs=Entity.ACCOUNT,
    also_fills={"hs_merged_object_ids": FieldDefinition(MERGED_INTO, FieldType.TEXT, "Account it was merged into")},
    prefix=PREFIX,
    is_open=True,
    localised=LOCALISED_OF_OTHERS,
)  # fmt: skip


class CompanyReader(HubSpotReader):
    """One company a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        parsers = {
            Field("account", "lifecycle_stage"): lifecycle_stage,
            Field("account", "status"): LEAD_STATUS,
            Field("account", "parent"): self.reference_text,
        }
        super().__init__(match, header, source, settings, parsers)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        account = self.start(row, "hs_object_id", "id")
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [AccountRecord(account, known, known)]
        self.attributes.add(out, row, account, created, base, base)
        self.deleted(out, "account", account, base)
        for merged in self.references("hs_merged_object_ids"):
            if merged != account:
                change = AttributeChange(
                    "account", merged, MERGED_INTO.name, account, base.at, base.at, base.assumed
                )
                out += (AccountRecord(merged, base.at, base.at), change)
        return out

"""HubSpot contacts: people, the company they name, and when each lifecycle stage was reached."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handraise.facts.rows import (
    AccountRecord,
    Assumed,
    AttributeChange,
    Fact,
    IdentityKey,
    Membership,
    PersonRecord,
)
from handraise.importers.hubspot.ids import to_id
from handraise.importers.hubspot.languages import LOCALISED
from handraise.importers.hubspot.reader import PREFIX, TIMES, HubSpotReader, listed
from handraise.importers.records import Since
from handraise.importers.schema import Match, ObjectSchema, columns, key_of
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Entity, Field, FieldDefinition
from handraise.model.time import Micros
from handraise.model.values import FieldType, list_text

# In their order; HubSpot moves people forward only. Stages of an organisation's own are numbers.
LIFECYCLE = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist", "other",
)  # fmt: skip
DEFAULT_DEAL_STAGES = (
    "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent", "closedwon",
    "closedlost",
)  # fmt: skip
lifecycle_stage = listed(*LIFECYCLE)
LEAD_STATUS = listed(
    "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING"
)  # fmt: skip
TRAFFIC_SOURCE = listed(
    "ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS", "OTHER_CAMPAIGNS",
    "DIRECT_TRAFFIC", "OFFLINE", "PAID_SOCIAL", "AI_REFERRALS",
    offlinesources="OFFLINE", organicsocial="SOCIAL_MEDIA",
)  # fmt: skip
# HubSpot's buying roles, the weightiest first, as `person.buying_role` says them.
_ROLES = {
    "decisionmaker": "economic_buyer",
    "budgetholder": "economic_buyer",
    "executivesponsor": "executive_sponsor",
    "champion": "champion",
    "influencer": "influencer",
    "legalandcompliance": "legal",
    "enduser": "end_user",
    "blocker": "blocker",
    "other": "other",
}
BUYING_ROLE, BUYING_ROLES = Field("person", "buying_role"), Field("person", "buying_roles")
STAGE = Field("person", "lifecycle_stage")
_ENTERED = "hs_v2_date_entered_"
_BECAME = "hs_lifecyclestage_{}_date"

SCHEMA = ObjectSchema(
    "HubSpot contacts",
    columns(
        """
hs_object_id, vid   | Record ID               |
id                  |                         |
associatedcompanyid | Primary Associated Company ID |
hs_associated_company_ids* | Associated Company IDs |
hs_additional_emails | Additional email addresses |
hs_calculated_merged_vids | Merged vids with timestamps |
hs_merged_object_ids | Merged record IDs, Merged object IDs |
hs_buying_role      | Buying Role             |
hs_email_hard_bounce_reason_enum, hs_email_hard_bounce_reason | Email hard bounce reason |
email               |                         | person.email
firstname           | First Name              | person.first_name
lastname            | Last Name               | person.last_name
jobtitle            | Job Title               | person.title
company             | Company Name            | person.company account.name
phone               | Phone Number            | person.phone
mobilephone         | Mobile Phone Number     | person.mobile_phone
website             | Website URL             | person.website account.website
industry            |                         | account.industry
numemployees        | Number of Employees     | account.employees
annualrevenue       | Annual Revenue          | account.annual_revenue
city                |                         | person.city
state               | State/Region            | person.state
country             | Country/Region          | person.country
zip                 | Postal Code             | person.postal_code
hs_language         | Preferred language      | person.language
lifecyclestage      | Lifecycle Stage         | person.lifecycle_stage !
hs_lead_status      | Lead Status             | person.status !
hubspot_owner_id, owner_id | Contact owner, Contact owner ID | person.owner !
hs_analytics_source | Original Traffic Source, Original Source | person.lead_source
hs_email_optout     | Unsubscribed from all email | person.email_opted_out !
hs_email_bad_address | Invalid email address  |
"""
        + "".join(
            f"{_BECAME.format(stage)} | Became {article} {words} Date |\n"
            for stage, article, words in (
                ("subscriber", "a", "Subscriber"),
                ("lead", "a", "Lead"),
                ("marketingqualifiedlead", "a", "Marketing Qualified Lead"),
                ("salesqualifiedlead", "a", "Sales Qualified Lead"),
                ("opportunity", "an", "Opportunity"),
                ("customer", "a", "Customer"),
                ("evangelist", "an", "Evangelist"),
                ("other", "an", "Other Lifecycle"),
            )
        )
        + """
hs_v2_date_entered_current_stage | | - the stage's own date says it
hs_v2_date_entered_* | Date entered           |
hs_v2_date_exited_* | Date exited             | - entering the next stage says it
hs_v2_latest_time_in_* | Latest time in       | - moves with the clock
hs_v2_cumulative_time_in_* | Cumulative time in | - moves with the clock
hubspotscore        | HubSpot Score           | - a score made elsewhere
hs_predictivecontactscore* | Likelihood to close | - a score made elsewhere
hs_predictivescoringtier | Contact priority   | - a score made elsewhere
hs_seniority        | Employment Seniority    | - read from the job title here
hs_role             | Employment Role         | - read from the job title here
hs_sub_role         | Employment Sub Role     | - read from the job title here
hubspot_owner_assigneddate | Owner Assigned Date, Owner assigned date | - overwritten, without history
hubspot_team_id     | HubSpot Team            | -
hs_all_owner_ids    |                         | -
associatedcompanyname | Associated Company    | - the company says it
associatedcontacts  | Associated Contact      | -
associateddeals     | Associated Deal         | - the deal says it
associateddealids   | Associated Deal IDs     | - the deal says it
notes_last_contacted | Last Contacted         | - moves with every touch
notes_last_updated  | Last Activity Date      | - moves with every touch
notes_next_activity_date | Next Activity Date | - moves with every touch
num_notes           | Number of Sales Activities | - a running count
num_contacted_notes | Number of times contacted | - a running count
hs_sales_email_last_opened | Recent Sales Email Opened Date | - moves with every touch
hs_sales_email_last_clicked | Recent Sales Email Clicked Date | - moves with every touch
hs_sales_email_last_replied | Recent Sales Email Replied Date | - known only after the reply
hs_latest_source*   | Latest Traffic Source, Latest Source | - overwritten, without history
hs_analytics_source_data_1 | Original Traffic Source Drill-Down 1 | -
hs_analytics_source_data_2 | Original Traffic Source Drill-Down 2 | -
hs_analytics_first_timestamp | Time First Seen | -
hs_analytics_last_timestamp | Time of Last Visit, Time Last Seen | - moves with every visit
hs_analytics_first_visit_timestamp | Time of First Session | -
hs_analytics_last_visit_timestamp | Time of Last Session | - moves with every visit
hs_analytics_num_page_views | Number of Pageviews | - a running count
hs_analytics_num_visits | Number of Sessions  | - a running count
hs_analytics_num_event_completions | Number of event completions | - a running count
hs_analytics_average_page_views | Average Pageviews | - a running count
hs_analytics_first_url | First Page Seen      | -
hs_analytics_last_url | Last Page Seen        | - moves with every visit
hs_analytics_first_referrer | First Referring Site | -
hs_analytics_last_referrer | Last Referring Site | - moves with every visit
first_conversion_date | First Conversion Date | - form submissions have an export of their own
first_conversion_event_name | First Conversion | - form submissions have an export of their own
recent_conversion_date | Recent Conversion Date | - form submissions have an export of their own
recent_conversion_event_name | Recent Conversion | - form submissions have an export of their own
num_conversion_events | Number of Form Submissions | - a running count
num_unique_conversion_events | Number of Unique Forms Submitted | - a running count
hs_email_delivered  | Marketing emails delivered | - a running count
hs_email_open       | Marketing emails opened | - a running count
hs_email_click      | Marketing emails clicked | - a running count
hs_email_bounce     | Marketing emails bounced | - a running count
hs_email_replied    | Marketing emails replied | - a running count
hs_email_first_send_date | First marketing email send date | - e-mails have an export of their own
hs_email_first_open_date | First marketing email open date | - e-mails have an export of their own
hs_email_first_click_date | First marketing email click date | - e-mails have an export of their own
hs_email_last_send_date | Last marketing email send date | - moves with every e-mail
hs_email_last_open_date | Last marketing email open date | - moves with every e-mail
hs_email_last_click_date | Last marketing email click date | - moves with every e-mail
hs_email_last_email_name | Last marketing email name | - moves with every e-mail
hs_email_domain     | Email Domain            | - the address says it
num_associated_deals | Number of Associated Deals | - a running count, known only after the deal
first_deal_created_date | First Deal Created Date | - known only after the deal
recent_deal_amount  | Recent Deal Amount      | - known only after the deal
recent_deal_close_date | Recent Deal Close Date | - known only after the deal
total_revenue       | Total Revenue           | - known only after the deal
days_to_close       | Days To Close           | - known only after the deal
closedate           | Close Date              | - known only after the deal
hs_time_between_contact_creation_and_deal_creation | | - known only after the deal
hs_time_between_contact_creation_and_deal_close | | - known only after the deal
hs_time_to_first_engagement | Lead response time | - known only after the call
hs_is_unworked      | Contact unworked        | - moves with every touch
hs_lifecyclestage_*  |                        | - the stages' own dates say it
hs_createdate       |                         | -
hs_is_contact       | Is a contact            | -
hs_all_contact_vids | All vids for a contact  | - merged ids have a column of their own
address             | Street Address          | -
address_2           | Street Address 2        | -
fax                 | Fax Number              | -
salutation          |                         | -
message             |                         | -
"""
        + TIMES
    ),
    must=(),
    marks=(
        ("hs_object_id", "email"),
        ("hs_object_id", "firstname"),
        ("hs_object_id", "lastname"),
        ("id", "email", "createdate"),
        ("id", "email", "lifecyclestage"),
        ("id", "email", "hubspot_owner_id"),
        ("id", "firstname", "createdate"),
        ("id", "lastname", "lifecyclestage"),
        ("id", "jobtitle", "lifecyclestage"),
    ),
    never=(
        "dealname", "Deal Name", "dealstage", "Company Domain Name", "contact_id", "timestamp", "recipient", "AccountId",
        "IsConverted", "StageName", "LastModifiedDate", "CreatedDate", "SystemModstamp", "marketoGUID", "owner_id", "primary_team_id",
    ),
    customs=Entity.PERSON,
    also_fills={
        "hs_buying_role": FieldDefinition(BUYING_ROLES, FieldType.TEXT_LIST, "Buying roles", "column `hs_buying_role`"),
    },
    prefix=PREFIX,
    is_open=True,
    localised=LOCALISED,
)  # fmt: skip
PARSERS = {
    STAGE: lifecycle_stage,
    Field("person", "status"): LEAD_STATUS,
    Field("person", "lead_source"): TRAFFIC_SOURCE,
}
_STAGE_IN_LABEL = re.compile(r'"([^"]{1,100}?)(?: \([^"]*\))?"')
_NUMBERED = re.compile(r"([a-z]+)_[0-9]{6,12}\Z")
_MERGED = re.compile(r"([0-9]{1,20})(?::([0-9]{12,14}))?\Z")


class ContactReader(HubSpotReader):
    """One contact a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        super().__init__(match, header, source, settings, PARSERS)
        self._stages = self._stage_columns()

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row, "hs_object_id", "id")
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known)]
        self._attributes(out, row, record, created, base)
        self._membership(out, record, known, base)
        self.email_keys(out, record, "email", known)
        self.email_keys(out, record, "hs_additional_emails", base.at, ";")
        self._merged(out, record, base)
        self._lifecycle(out, record)
        self._roles_and_bounces(out, record, base)
        self.deleted(out, "person", record, base)
        return out

    def _attributes(
        self, out: list[Fact], row: Sequence[str], record: str, created: Micros | None, base: Since
    ) -> None:
        """What the contact says of its company belongs to an account of its own; an associated one comes before it."""
        known = base.at if created is None else created
        own = f"{self.prefix}contact:{record.removeprefix(self.prefix)}"
        if self.attributes.any_of("account", row):
            out += (AccountRecord(own, known, known, True), Membership(record, own, known, known, False))
        facts: list[Fact] = []
        self.attributes.add(facts, row, record, created, base, base)
        out += (
            f._replace(subject=own) if isinstance(f, AttributeChange) and f.entity == "account" else f
            for f in facts
        )

    def _membership(self, out: list[Fact], record: str, known: Micros, base: Since) -> None:
        primary = self.references("associatedcompanyid")
        companies = primary or self.references("hs_associated_company_ids")
        if not companies:
            return
        if len(companies) > 1:
            sentence = "contacts name several companies and no primary one; the first counts."
            self.notes.counts["several_companies", sentence] += 1
        out += (Membership(record, companies[0], at, at) for at in dict.fromkeys((known, base.at)))

    def _merged(self, out: list[Fact], record: str, base: Since) -> None:
        """Ids that were merged into this one keep resolving; from the merge on, where it is dated."""
        merged: dict[str, Micros] = {}
        for header, value in (
            *self.filled("hs_calculated_merged_vids"),
            *self.filled("hs_merged_object_ids"),
        ):
            for part in filter(str.strip, value.split(";")):
                found = _MERGED.match(part.strip())
                id_ = found[1] if found else self.parsed(header, part, to_id)
                at = min(int(found[2]) * 1000, base.at) if found and found[2] else base.at
                merged[id_] = min(at, merged.get(id_, at))
        for id_, at in merged.items():
            if self.prefix + id_ != record:
                out.append(IdentityKey(record, f"id:{self.prefix}{id_}", at, at))

    def _lifecycle(self, out: list[Fact], record: str) -> None:
        """When the contact entered each stage. Stages passed at one instant count as the last of them."""
        entered: dict[Micros, str] = {}
        for position, stage in self._stages:
            at = self.instant_in(position)
            if at is not None and (at not in entered or _rank(stage) > _rank(entered[at])):
                entered[at] = stage
        out += (
            AttributeChange("person", record, STAGE.name, stage, at, at, Assumed.HISTORY)
            for at, stage in sorted(entered.items())
        )

    def _stage_columns(self) -> list[tuple[int, str]]:
        """Where the file says when which stage was entered."""
        found = [(p, s) for s in LIFECYCLE for p in self.positions(_BECAME.format(s))]
        for position in self.positions(_ENTERED):
            stage = entered_stage(self.cells.header[position])
            if stage is not None:
                found.append((position, lifecycle_stage(stage)))
        return found

    def _roles_and_bounces(self, out: list[Fact], record: str, base: Since) -> None:
        roles = {
            _ROLES.get(key_of(r), r.strip()) for r in (self.cells.text("hs_buying_role") or "").split(";")
        } - {""}
        if roles:
            order = list(dict.fromkeys(_ROLES.values()))
            first = min(roles, key=lambda r: (order.index(r) if r in order else len(order), r))
            out.append(AttributeChange("person", record, BUYING_ROLE.name, first, *_twice(base)))
            out.append(
                AttributeChange("person", record, BUYING_ROLES.name, list_text(sorted(roles)), *_twice(base))
            )
        is_bad = self.cells.flag("hs_email_bad_address")
        if self.cells.text("hs_email_hard_bounce_reason_enum") is not None:
            is_bad = True
        if is_bad is not None:
            text = "true" if is_bad else "false"
            out.append(AttributeChange("person", record, "email_bounced", text, *_twice(base)))


def entered_stage(header: str) -> str | None:
    """The stage of a column `hs_v2_date_entered_customer` or `Date entered "Customer (Lifecycle Stage Pipeline)"`."""
    in_label = _STAGE_IN_LABEL.search(header)
    if in_label is not None:
        return in_label[1].strip()
    plain = header.casefold().removeprefix(PREFIX)
    for begin in (_ENTERED, "hs_date_entered_"):
        if plain.startswith(begin):
            return _without_number(plain.removeprefix(begin)) or None
    return None


def _without_number(stage: str) -> str:
    """HubSpot numbers the property of a stage of its own pipelines: `closedwon_1047574428` is about `closedwon`."""
    found = _NUMBERED.match(stage)
    return found[1] if found and found[1] in (*LIFECYCLE, *DEFAULT_DEAL_STAGES) else stage


def _rank(stage: str) -> int:
    return LIFECYCLE.index(stage) if stage in LIFECYCLE else -1


def _twice(since: Since) -> tuple[Micros, Micros, Assumed]:
    return since.at, since.at, since.assumed

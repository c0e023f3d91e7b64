"""Which importer a file is for: exactly one must claim its header, and says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handraise.errors import InputFileError
from handraise.importers.eloqua import activities as eloqua_activities
from handraise.importers.eloqua import contacts as eloqua_contacts
from handraise.importers.hubspot import company as hubspot_company
from handraise.importers.hubspot import contact as hubspot_contact
from handraise.importers.hubspot import content as hubspot_content
from handraise.importers.hubspot import deal as hubspot_deal
from handraise.importers.hubspot import email_events as hubspot_email_events
from handraise.importers.hubspot import engagements as hubspot_engagements
from handraise.importers.hubspot import history as hubspot_history
from handraise.importers.hubspot import merges as hubspot_merges
from handraise.importers.imports import RowReader
from handraise.importers.known_tables import known_table, refused_table
from handraise.importers.marketo import activities as marketo_activities
from handraise.importers.marketo import leads as marketo_leads
from handraise.importers.marketo import members as marketo_members
from handraise.importers.marketo.types import PRODUCED
from handraise.importers.pardot import activities as pardot_activities
from handraise.importers.pardot import prospects as pardot_prospects
from handraise.importers.rejects import refused
from handraise.importers.salesforce import (
    account,
    campaign,
    case,
    contact,
    contract,
    event,
    history,
    lead,
    opportunity,
    task,
    user,
    versions,
)
from handraise.importers.schema import Match, ObjectSchema, key_of, match
from handraise.importers.segment import reader as segment
from handraise.importers.settings import ImportSettings
from handraise.model.fields import FieldCatalog

# A report shows an organisation's own columns by label, so more of it may be unknown.
_LEAST_SHARE, _LEAST_SHARE_OF_LABELS = 0.5, 0.25

NewReader = Callable[[Match, Sequence[str], str, ImportSettings], RowReader]


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of export that is known. `activity_types`: those that it may hold; `None`: none to speak of."""

    schema: ObjectSchema
    source: str
    reader: NewReader
    activity_types: tuple[str, ...] | None = None


IMPORTERS: tuple[Importer, ...] = (
    Importer(lead.SCHEMA, "salesforce", lead.LeadReader),
    Importer(contact.SCHEMA, "salesforce", contact.ContactReader),
    Importer(account.SCHEMA, "salesforce", account.AccountReader),
    Importer(opportunity.SCHEMA, "salesforce", opportunity.OpportunityReader),
    Importer(opportunity.HISTORY, "salesforce", opportunity.HistoryReader),
    Importer(opportunity.ROLES, "salesforce", opportunity.RoleReader),
    Importer(history.LEADS, "salesforce", history.FieldHistoryReader),
    Importer(history.CONTACTS, "salesforce", history.FieldHistoryReader),
    Importer(history.ACCOUNTS, "salesforce", history.FieldHistoryReader),
    Importer(history.OPPORTUNITIES, "salesforce", history.FieldHistoryReader),
    Importer(versions.LEADS, "salesforce", versions.LeadVersionReader),
    Importer(versions.CONTACTS, "salesforce", versions.ContactVersionReader),
    Importer(versions.ACCOUNTS, "salesforce", versions.AccountVersionReader),
    Importer(versions.OPPORTUNITIES, "salesforce", versions.OpportunityVersionReader),
    Importer(campaign.SCHEMA, "salesforce", campaign.CampaignReader),
    Importer(campaign.MEMBERS, "salesforce", campaign.MemberReader, campaign.MEMBER_ACTIVITIES),
    Importer(task.SCHEMA, "salesforce", task.TaskReader, task.TYPES),
    Importer(event.SCHEMA, "salesforce", event.EventReader, event.TYPES),
    Importer(contract.SCHEMA, "salesforce", contract.ContractReader, contract.TYPES),
    Importer(case.SCHEMA, "salesforce", case.CaseReader, case.TYPES),
    Importer(user.SCHEMA, "salesforce", user.UserReader),
    Importer(marketo_leads.SCHEMA, "marketo", marketo_leads.MarketoLeadReader),
    Importer(marketo_activities.SCHEMA, "marketo", marketo_activities.MarketoActivityReader, PRODUCED),
    Importer(
        marketo_members.SCHEMA, "marketo", marketo_members.MarketoMemberReader, marketo_members.ACTIVITIES
    ),
    Importer(pardot_prospects.SCHEMA, "pardot", pardot_prospects.new_reader),
    Importer(
        pardot_activities.SCHEMA,
        "pardot",
        pardot_activities.VisitorActivityReader,
        pardot_activities.PRODUCED,
    ),
    Importer(eloqua_contacts.SCHEMA, "eloqua", eloqua_contacts.new_reader),
    Importer(
        eloqua_activities.SCHEMA, "eloqua", eloqua_activities.EloquaActivityReader, eloqua_activities.PRODUCED
    ),
    *(Importer(schema, "segment", reader, types) for schema, reader, types in segment.KNOWN),
    Importer(hubspot_contact.SCHEMA, "hubspot", hubspot_contact.ContactReader),
    Importer(hubspot_company.SCHEMA, "hubspot", hubspot_company.CompanyReader),
    Importer(hubspot_deal.SCHEMA, "hubspot", hubspot_deal.DealReader),
    Importer(hubspot_deal.STAGES, "hubspot", hubspot_deal.DealStageReader),
    Importer(hubspot_deal.CONTACTS, "hubspot", hubspot_deal.DealContactReader),
    Importer(hubspot_history.CONTACTS, "hubspot", hubspot_history.PropertyHistoryReader),
    Importer(hubspot_history.COMPANIES, "hubspot", hubspot_history.PropertyHistoryReader),
    Importer(hubspot_history.DEALS, "hubspot", hubspot_history.PropertyHistoryReader),
    Importer(
        hubspot_email_events.SCHEMA,
        "hubspot",
        hubspot_email_events.EmailEventReader,
        hubspot_email_events.TYPES,
    ),
    Importer(
        hubspot_content.SUBMISSIONS,
        "hubspot",
        hubspot_content.SubmissionReader,
        hubspot_content.SUBMISSION_ACTIVITIES,
    ),
    Importer(
        hubspot_content.MEMBERS, "hubspot", hubspot_content.MemberReader, hubspot_content.MEMBER_ACTIVITIES
    ),
    Importer(hubspot_content.FORMS, "hubspot", hubspot_content.FormReader),
    Importer(hubspot_content.LISTS, "hubspot", hubspot_content.ListReader),
    Importer(hubspot_content.CAMPAIGNS, "hubspot", hubspot_content.CampaignReader),
    Importer(
        hubspot_engagements.SCHEMA,
        "hubspot",
        hubspot_engagements.EngagementReader,
        hubspot_engagements.TYPES,
    ),
    Importer(
        hubspot_merges.CONTACTS,
        "hubspot",
        hubspot_merges.ContactMergeReader,
        hubspot_merges.CONTACT_ACTIVITIES,
    ),
    Importer(hubspot_merges.DEALS, "hubspot", hubspot_merges.DealMergeReader),
)


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a header fits an importer: 0 if it does not, else the share of its columns that are known there
    (custom ones aside). `why` says what speaks for it, `lacks` what is missing or speaks against it."""

    importer: Importer
    match: Match
    score: float
    why: str
    lacks: str | None

    @property
    def is_claim(self) -> bool:
        return self.lacks is None


def identify(header: Sequence[str], importer: Importer, catalog: FieldCatalog, name: str = "") -> Recognition:
    """How well the header fits one importer; `name` is the file's, which tells tables with like columns apart."""
    schema = importer.schema
    found = match(header, schema, catalog)
    lacks = _lacks(header, found, schema)
    if lacks is None and schema.named and not name.casefold().startswith(schema.named):
        lacks = f"its name does not begin with `{schema.named}`"
    n_counted = sum(
        1 for u in found.uses if not u.is_custom and u.header and not u.header.startswith("_fivetran")
    )
    share = found.n_known / max(1, n_counted)
    exact = found.n_exact / max(1, n_counted)
    marks = max(schema.marks, key=lambda m: sum(c in found.index for c in m), default=())
    named = dict.fromkeys((*schema.must, *marks))
    shown = ", ".join(f"`{header[found.index[c]]}`" for c in named if c in found.index)
    why = f"{shown} {'is a column' if shown.count('`') == 2 else 'are columns'} of {schema.name}; {found.n_known} of {n_counted} columns are known there."
    if (
        lacks is None
        and not schema.is_open
        and share < (_LEAST_SHARE_OF_LABELS if found.dialect == "labels" else _LEAST_SHARE)
    ):
        lacks = f"only {found.n_known} of its {n_counted} columns are known there"
    return Recognition(importer, found, share + exact / 100 + bool(schema.named) / 1000, why, lacks)


def _lacks(header: Sequence[str], found: Match, schema: ObjectSchema) -> str | None:
    missing = [c for c in schema.must if c not in found.index]
    if missing:
        return "it has no " + " and no ".join(f"`{c}`" for c in missing) + " column"
    against = {key_of(c): c for c in schema.never}
    foreign = [h for h in header if key_of(schema.plain(h)) in against and not _is_known(found, h)]
    if foreign:
        return f"it has a `{foreign[0]}` column"
    if _says_id_by_label(header, schema):
        return None
    if not any(all(c in found.index for c in group) for group in schema.marks):
        groups = [" and ".join(f"`{c}`" for c in group) for group in schema.marks[:3]]
        return "it has none of the columns that tell it from others (" + " or ".join(groups) + ")"
    return None


def _says_id_by_label(header: Sequence[str], schema: ObjectSchema) -> bool:
    """A report's `Lead ID` and no `Id` tells it from others by itself."""
    keys = {key_of(h) for h in header}
    return schema.id_label is not None and key_of(schema.id_label) in keys and "id" not in keys


def _is_known(found: Match, header: str) -> bool:
    return any(u.header == header and u.means is not None and not u.is_custom for u in found.uses)


def recognise(path: Path, header: Sequence[str], catalog: FieldCatalog) -> Recognition:
    """The importer that the file is for. Raises `InputFileError`."""
    every = sorted((identify(header, i, catalog, path.name) for i in IMPORTERS), key=lambda r: -r.score)
    n_told = sum(not h.startswith("_fivetran") for h in header)
    claims = [r for r in every if r.is_claim and r.match.n_known >= min(3, n_told)]
    if not claims:
        known = known_table(header)
        if known is not None:
            raise refused_table(path, known)
        raise _nothing(path, header, every)
    best = [r for r in claims if r.score == claims[0].score]
    if len(best) > 1:
        names = " and ".join(r.importer.schema.name for r in best)
        raise refused(
            "IF113",
            path,
            f"`{path}` could be {names}.",
            "Say which in a mapping, or export more columns.",
            line=1,
        )
    return best[0]


def _nothing(path: Path, header: Sequence[str], every: Sequence[Recognition]) -> InputFileError:
    shown = ", ".join(f"`{h}`" for h in header[:8]) + (
        f" and {len(header) - 8} more" if len(header) > 8 else ""
    )
    near = [r for r in every if r.match.n_known >= 2][:3]
    advice = [
        f"It looks like {r.importer.schema.name}, but {r.lacks or 'too few of its columns are known there'}."
        for r in near
    ]
    if len(header) == 1:
        advice.insert(0, "Its first line has one column only: no comma, semicolon, tab or bar separates it.")
    advice.append("Write a mapping for it (`--mapping mapping.yml`).")
    return refused(
        "IF112", path, f"no importer recognises `{path}` by its columns {shown}.", *advice[:4], line=1
    )

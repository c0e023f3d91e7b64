"""Tables of a known system that hold no facts by themselves: refused by name, and some read for the others' sake.

A folder of a warehouse holds all of a system's tables. Each is either taken by an importer or named here, with the
reason; none is guessed at. Those with `gives` are read before the other files of an import (`read_companions`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from handraise.errors import InputFileError
from handraise.importers.companions import Companions
from handraise.importers.content import opened
from handraise.importers.hubspot.ids import to_id
from handraise.importers.rejects import CellError, refused
from handraise.importers.schema import key_of
from handraise.importers.tables import open_table
from handraise.model.conditions import DealStatus

MOST_ROWS = 1_000_000
_LEAST_SHARE = 0.8
_PROBE = 1 << 16
_PRIMARY = ("5", "6")  # HubSpot's types of the link between a deal and its primary company


@dataclass(frozen=True, slots=True)
class KnownTable:
    """`must`: columns that every such table has; `columns`: all others that it may have. `gives`: what of `Companions`
    it fills; `None` if it is of no use at all."""

    name: str
    must: tuple[str, ...]
    columns: tuple[str, ...]
    reason: str
    gives: str | None = None

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a header is this table's: all columns that it must have, and few that it does not know."""
        keys = {key_of(h) for h in header if h and not h.startswith("_fivetran")}
        must = {key_of(c) for c in self.must}
        known = must | {key_of(c) for c in self.columns}
        if not self.columns and len(must) < 3 and not any(h.startswith("_fivetran") for h in header):
            return False  # so little could be anybody's
        return must <= keys and len(keys & known) >= _LEAST_SHARE * len(keys)


_TABLES = """
HubSpot's table of engagements         | id type portal_id | active owner_id created_at last_updated timestamp activity_type | the table of each kind of engagement (`engagement_call`, `engagement_email`, ...) tells them in full. |
HubSpot's links of engagements to people | engagement_id contact_id | engagement_type type_id category | it says who took part in the engagements of other files. | people
HubSpot's links of engagements to companies | engagement_id company_id | engagement_type type_id category | the people who took part are told by `engagement_contact`. |
HubSpot's links of engagements to deals | engagement_id deal_id | engagement_type type_id category | what somebody did belongs to the person. |
HubSpot's links of deals to companies  | deal_id company_id | type_id category | it says which companies the deals of other files belong to. | deal_companies
HubSpot's table of deal stages         | stage_id pipeline_id label | active closed_won is_closed display_order probability created_at updated_at ticket_state write_permissions | it says what the stages of deals in other files mean. | stages
HubSpot's table of deal pipelines      | pipeline_id label | active display_order created_at updated_at object_type_id | deals name their pipeline by its id. |
HubSpot's changes of subscriptions     | id portal_subscription_status | bounced requested_by source subscriptions | it says which changes in the e-mail events of other files are unsubscriptions. | subscriptions
HubSpot's details of bounced e-mails   | id category response | status | the e-mail event itself is told by `email_event`. |
HubSpot's details of clicks            | id url user_agent | referer browser location ip_address | the click itself is told by `email_event`; the address behind it is not kept. |
HubSpot's details of deferred e-mails  | id attempt response | | an e-mail that is deferred did not reach anybody. |
HubSpot's details of delivered e-mails | id smtp_id response | | the delivery itself is told by `email_event`. |
HubSpot's details of dropped e-mails   | id drop_reason | bcc cc drop_message from reply_to subject | an e-mail that is dropped did not reach anybody. |
HubSpot's details of opened e-mails    | id duration user_agent | browser ip_address location | the opening itself is told by `email_event`. |
HubSpot's details of forwarded or printed e-mails | id browser user_agent | ip_address location | the event itself is told by `email_event`. |
HubSpot's details of sent e-mails      | id reply_to from | bcc cc subject | the sending itself is told by `email_event`. |
HubSpot's details of spam reports      | id ip_address user_agent | | the report itself is told by `email_event`. |
HubSpot's table of owners              | owner_id email first_name last_name | created_at updated_at portal_id type active_user_id user_id is_active | records name their owner by its id. |
HubSpot's table of owners' teams       | owner_id team_id | is_team_primary | it is about your own team. |
HubSpot's table of properties          | hubspot_object field_type group_name name | calculated created_at updated_at description hubspot_defined label show_currency_symbol type display_order | it describes columns of other tables. |
HubSpot's table of choices             | property_id label value | display_order hidden hubspot_object name | it describes columns of other tables. |
HubSpot's table of users' roles        | id name requires_billing_write | | it is about your own team. |
a warehouse's list of ids and names, such as HubSpot's teams | id name | | nothing says whose names they are. |
HubSpot's table of team members        | user_id team_id | is_secondary_user is_primary_user | it is about your own team. |
HubSpot's table of users               | id email primary_team_id role_id | first_name last_name super_admin | it is about your own team. |
Salesforce UserRole                    | id developer_name may_forecast_manager_share | case_access_for_account_owner contact_access_for_account_owner forecast_user_id name opportunity_access_for_account_owner parent_role_id portal_type rollup_description last_modified_date system_modstamp last_modified_by_id | it is about your own team. |
"""
# Objects with any number of custom columns: known by a few that only they have.
_OBJECTS = """
Salesforce OpportunityLineItem | id opportunity_id unit_price pricebook_entry_id | the amount of a deal is told by the deal.
Salesforce Order               | id order_number effective_date account_id       | orders are not imported; a mapping can take them as deals.
Salesforce Product2            | id product_code name family                     | products are named in the playbook.
"""


def _read() -> tuple[KnownTable, ...]:
    found = []
    for row in _TABLES.strip().splitlines():
        name, must, others, reason, gives = (cell.strip() for cell in row.split("|"))
        found.append(KnownTable(name, tuple(must.split()), tuple(others.split()), reason, gives or None))
    return tuple(found)


def _objects() -> tuple[KnownTable, ...]:
    rows = (tuple(cell.strip() for cell in row.split("|")) for row in _OBJECTS.strip().splitlines())
    return tuple(KnownTable(name, tuple(must.split()), (), reason) for name, must, reason in rows)


KNOWN_TABLES, KNOWN_OBJECTS = _read(), _objects()


def known_table(header: Sequence[str]) -> KnownTable | None:
    """The table that a header is of: of those that fit, the one that must have most columns."""
    keys = {key_of(h) for h in header}
    fitting = [t for t in KNOWN_TABLES if t.fits(header)]
    fitting += [t for t in KNOWN_OBJECTS if {key_of(c) for c in t.must} <= keys]
    return max(fitting, key=lambda t: len(t.must), default=None)


def refused_table(path: Path, known: KnownTable) -> InputFileError:
    """The refusal of a table that holds no facts by itself."""
    if known.gives is None:
        sentence = (
            f"`{path.name}` is {_article(known.name)}; it holds nothing that is imported: {known.reason}"
        )
        return refused(
            "IF115", path, sentence, "A mapping can take it all the same (`--mapping mapping.yml`).", line=1
        )
    sentence = f"`{path.name}` is {_article(known.name)}; alone it says nothing: {known.reason}"
    return refused("IF115", path, sentence, "Import it together with those files.", line=1)


def _article(name: str) -> str:
    return f"an export of {name}" if name.startswith("Salesforce") else name


@dataclass(frozen=True, slots=True)
class CompanionFile:
    """A table that was read for the others' sake: `n_read` rows say something, `n_unread` cannot be read."""

    table: KnownTable
    n_read: int
    n_unread: int


@dataclass(slots=True)
class _Reading:
    people: dict[str, str | set[str]] = field(default_factory=dict)  # most have one: a set each is heavy
    companies: dict[str, tuple[bool, str]] = field(default_factory=dict)
    stages: dict[str, DealStatus] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)

    def add(self, gives: str, cells: dict[str, str]) -> bool:
        """Takes a row; whether it says something. Raises `CellError` for ids that are none."""
        match gives:
            case "people":
                engagement, person = to_id(cells["engagementid"]), to_id(cells["contactid"])
                known = self.people.setdefault(engagement, person)
                if isinstance(known, set):
                    known.add(person)
                elif known != person:
                    self.people[engagement] = {known, person}
            case "deal_companies":
                deal, company = to_id(cells["dealid"]), to_id(cells["companyid"])
                found = (cells.get("typeid", "").strip() not in _PRIMARY, company)
                self.companies[deal] = min(found, self.companies.get(deal, found))
            case "stages":
                stage, status = cells["stageid"].strip(), _status(cells)
                self.stages[stage] = max(status, self.stages.get(stage, status), key=_STEPS.index)
                return bool(stage)
            case _:
                event, status_ = to_id(cells["id"]), cells["portalsubscriptionstatus"].strip().upper()
                self.subscriptions[event] = max(status_, self.subscriptions.get(event, ""))
        return True

    def done(self) -> Companions:
        """What was read; the same whatever the order of files and rows."""
        people = {
            engagement: (found,) if isinstance(found, str) else tuple(sorted(found))
            for engagement, found in self.people.items()
        }
        companies = {deal: company for deal, (_, company) in self.companies.items()}
        return Companions(people, companies, self.stages, self.subscriptions)


_STEPS = (DealStatus.OPEN, DealStatus.LOST, DealStatus.WON)


def _status(cells: dict[str, str]) -> DealStatus:
    """HubSpot closes a stage by its probability: 1 is won, 0 lost."""
    said = {name: cells.get(name, "").strip().casefold() for name in ("closedwon", "isclosed", "probability")}
    if said["closedwon"] == "true":
        return DealStatus.WON
    if said["isclosed"] == "true":
        return DealStatus.WON if said["probability"] in ("1", "1.0") else DealStatus.LOST
    return DealStatus.OPEN


def read_companions(paths: Iterable[Path]) -> tuple[Companions, dict[Path, CompanionFile | InputFileError]]:
    """Reads those of the files that others need, each whole or not at all. A file that cannot be opened is passed over:
    it is refused when its turn comes. One with more than `MOST_ROWS` rows is refused, since it is kept in memory."""
    reading = _Reading()
    files: dict[Path, CompanionFile | InputFileError] = {}
    for path in paths:
        if not _may_give(path):
            continue
        try:
            known = known_table(open_table(path).header)
            if known is not None and known.gives is not None:
                files[path] = _read_file(path, known, known.gives, reading)
        except InputFileError as error:
            files[path] = error
    return reading.done(), files


def _read_file(path: Path, known: KnownTable, gives: str, reading: _Reading) -> CompanionFile:
    table = open_table(path)
    if sum(1 for _ in islice(table.rows(), MOST_ROWS + 1)) > MOST_ROWS:
        raise refused(
            "IF116",
            path,
            f"`{path.name}` has more than {MOST_ROWS:,} rows, which are needed at once.",
            "Import it in parts, each together with the engagements or deals that it belongs to.",
        )
    keys = [key_of(h) for h in table.header]
    n_read = n_unread = 0
    for row in table.rows():
        try:
            is_told = row.rejection is None and reading.add(gives, dict(zip(keys, row.cells, strict=False)))
        except (CellError, KeyError):
            is_told = False
        n_read, n_unread = n_read + is_told, n_unread + (not is_told)
    return CompanionFile(known, n_read, n_unread)


def _may_give(path: Path) -> bool:
    """Whether the names of a companion's columns are at the begin or the end of a file, without reading all of it."""
    try:
        with opened(path) as stream:
            seen = stream.read(_PROBE)
        if seen.startswith(b"PAR1"):
            with path.open("rb") as raw:
                raw.seek(max(0, path.stat().st_size - _PROBE))
                seen = raw.read()
    except (InputFileError, OSError, ValueError):
        return False
    if seen.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        seen = seen.replace(b"\0", b"")
    text = seen.decode("utf-8", "ignore").casefold().replace("_", "")
    return any(t.gives is not None and all(key_of(c) in text for c in t.must) for t in KNOWN_TABLES)

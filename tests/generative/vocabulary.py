"""The small fixed vocabulary over which worlds and playbooks are generated: few words, so that they meet.

Instants come from a grid of days around `NOON`, shifted by -1, 0 or 1 microsecond, so that windows of the
same few lengths begin and end at facts all the time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import strategies as st

from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.time import MICROS_PER_DAY, Duration, Micros, Unit, iso, parse_instant
from handraise.model.values import FieldType

NOON: Micros = parse_instant("2026-03-31T12:00Z")

PEOPLE = ("crm:p1", "crm:p2", "crm:p3", "crm:p4", "mail:p5", "mail:p6", "web:v7", "web:v8")
"""Records; those of `web` are anonymous visitors."""
ACCOUNTS = ("crm:a1", "crm:a2", "mail:a3")
DEALS = ("crm:d1", "crm:d2", "crm:d3")
ASSETS = ("crm:paper", "crm:case")
PROGRAMS = ("crm:spring", "crm:fair")
PRODUCTS = ("pump", "valve")
CHANNELS = ("web", "email")
TYPES = (
    *("form.submitted", "page.viewed", "content.downloaded", "email.sent", "custom.visited"),
    *("program.progressed", "content.shared", "lead.accepted", "lead.passed_back"),
)
STATUSES = ("invited", " Attended", "Signed up")
REASONS = ("no budget", "later")
RETURN_DATES = ("2026-03-29", " 2026-04-02", "2026-03-30T09:30+02:00", "2026-01-01", "soon")
FORMS = ("demo", " Demo", "newsletter")
SIZES = ("5", "10", " 10.0 ", "big")
PATHS = ("/pricing", "/Pricing/eu", "/about")

_AGES = (0, 1, 2, 3, 5, 7, 8, 10, 14, 15, 20, 28, 30, 31, 45, 60, 90, 120)
_DELAYS = (0, 0, 0, 0, 0, 1, MICROS_PER_DAY, 3 * MICROS_PER_DAY, 10 * MICROS_PER_DAY)
MOMENTS: st.SearchStrategy[Micros] = st.builds(
    lambda age, nudge: NOON - age * MICROS_PER_DAY + nudge,
    st.sampled_from(_AGES),
    st.sampled_from((0, -1, 1)),
)
DELAYS: st.SearchStrategy[Micros] = st.sampled_from(_DELAYS)

_D, _H = Unit.DAYS, Unit.HOURS
EXACT: tuple[Duration, ...] = (
    Duration(1, _D),
    Duration(3, _D),
    Duration(36, _H),
    Duration(7, _D),
    Duration(2, Unit.WEEKS),
    Duration(30, _D),
    Duration(60, _D),
)
CALENDAR = (Duration(1, Unit.MONTHS), Duration(1, Unit.QUARTERS), Duration(1, Unit.YEARS))
HALF_LIVES = (Duration(3, _D), Duration(12, _H), Duration(2, Unit.WEEKS))
ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata")


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a field: its type, the values it takes, and those that playbooks mention."""

    field: Field
    type: FieldType
    values: tuple[str, ...]
    mentioned: tuple[str, ...]


def _words(name: str, kind: FieldType, values: tuple[str, ...], *more: str) -> Words:
    return Words(Field.parse(name), kind, values, (*values, *more))


_DATES = ("2026-03-01", "2026-03-24", "2026-03-31", "2026-04-01", "2026-04-07")
_INSTANTS = tuple(
    iso(NOON - days * MICROS_PER_DAY + n) for days, n in ((0, 0), (7, 0), (7, 1), (30, -1), (-3, 0))
)
_LISTS = tuple(json.dumps(items) for items in ([], ["sap"], ["SAP", "oracle"], ["ibm"]))

ATTRIBUTES: tuple[Words, ...] = (
    _words("person.seniority", FieldType.TEXT, ("vp", " VP", "manager", "clerk"), "c_level"),
    _words("person.country", FieldType.TEXT, ("DE", "FR"), "de", "US"),
    _words("person.is_student", FieldType.BOOLEAN, ("true", "false")),
    _words("person.return_on", FieldType.DATE, (*_DATES, "soon")),
    _words("person.points", FieldType.NUMBER, ("-5.5", "0", "9", "10", "n/a"), "9.5", "10.0"),
    _words("person.last_seen", FieldType.INSTANT, _INSTANTS),
    _words("person.interests", FieldType.TEXT_LIST, _LISTS),
    _words("account.industry", FieldType.TEXT, ("Pharma", "pharma ", "retail")),
    _words("account.employees", FieldType.WHOLE_NUMBER, ("9", "10", "200", "1000", "about 500"), "500"),
    _words("account.is_target", FieldType.BOOLEAN, ("true", "false")),
    _words("account.founded_on", FieldType.DATE, _DATES),
    _words("account.technologies", FieldType.TEXT_LIST, _LISTS),
)
ASSET_ATTRIBUTES: tuple[Words, ...] = (
    _words("asset.tier", FieldType.TEXT, ("high", "low")),
    _words("asset.product", FieldType.TEXT, ("pump", " Valve")),
    _words("program.type", FieldType.TEXT, ("webinar", "Fair")),
    _words("program.cost", FieldType.NUMBER, ("9", "100", "?"), "10"),
)
UNREADABLE = frozenset({"soon", "n/a", "about 500", "?", "big"})

CATALOG = FieldCatalog(
    FieldDefinition(words.field, words.type, str(words.field))
    for words in ATTRIBUTES
    if words.field.name in ("points", "last_seen", "interests")
)

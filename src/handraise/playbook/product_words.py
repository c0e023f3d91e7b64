"""The words about what is declared in `products`, `programs`, `offers` and `buying_group`: `interest`, `program`, `offer`,
`buying_group`."""

from __future__ import annotations

from handraise.model.conditions import Condition, HasRole, InterestedIn, OfferPiece, ReachedStatus, TookOffer
from handraise.playbook.declared_names import OFFER, PROGRAM_TYPE, ROLE
from handraise.playbook.quantities import Flag, Span_
from handraise.playbook.reading import Wrong, nearest
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Choice, Text

_WITHIN = Key("within", Span_(), "In the last so long: `30 days`.")


def _program(got: Got) -> Condition | Wrong:
    type_, status = got["type"], got.get("status")
    if ("status" in got) == ("success" in got):
        code, both = ("PB313", "both") if "status" in got else ("PB202", "neither")
        return got.to.say(
            code,
            got.node,
            f"{got.to.part} has {both} `status` {'and' if both == 'both' else 'nor'} `success`.",
            "Write `status: attended` or `success: true`.",
        )
    statuses = got.to.names.programs[type_]
    if status is not None and status not in statuses:
        near = nearest(status, statuses)
        return got.to.say(
            "PB218",
            got.at("status"),
            f"{got.to.part} names the status `{status}`, which programs of type `{type_}` do not have.",
            f"Did you mean `{near}`?"
            if near
            else f"Declare it in `programs: {{{type_}: {{statuses: [...]}}}}`.",
        )
    if got.get("success") is False:
        return got.to.say(
            "PB313",
            got.at("success"),
            f"{got.to.part} asks for `success: false`.",
            "Write `not: {program: {..., success: true}}`.",
        )
    return ReachedStatus(type_, status, got.get("name"), got.get("within"))


PROGRAM: Record[Condition] = Record(
    "a type of program and a status",
    (
        Key("type", PROGRAM_TYPE, "The type of program: `webinar`.", required=True),
        Key("status", Text("a status"), "Reached this status, or a later one."),
        Key("success", Flag(), "`true`: reached a status that counts as success."),
        Key("name", Text("the name of a program"), "Only this program."),
        _WITHIN,
    ),
    _program,
)


def _offer(got: Got) -> Condition:
    return TookOffer(got["offer"], got["piece"], got.get("within"))


OFFER_TAKEN: Record[Condition] = Record(
    "an offer and its piece",
    (
        Key("offer", OFFER, "One of the playbook's offers.", required=True),
        Key(
            "piece",
            Choice("a piece of the offer", tuple((p.value, p) for p in OfferPiece)),
            "`free`, `gated`, or `shared`: passed on either.",
            required=True,
        ),
        _WITHIN,
    ),
    _offer,
)


def _role_there(got: Got) -> Condition | Wrong:
    if "has" in got and "missing" in got:
        return got.to.say(
            "PB313",
            got.at("missing"),
            f"{got.to.part} asks for a role that the buying group has and one that it misses at once.",
            "Write two conditions under `all`.",
        )
    if "has" not in got and "missing" not in got:
        return got.to.say(
            "PB202",
            got.node,
            f"{got.to.part} asks for no role of the buying group.",
            "Write `buying_group: {has: ...}` or `buying_group: {missing: ...}`.",
        )
    return HasRole(got["has"]) if "has" in got else HasRole(got["missing"], missing=True)


ROLE_THERE: Record[Condition] = Record(
    "a role of the buying group",
    (
        Key("has", ROLE, "Somebody of the account has this role."),
        Key("missing", ROLE, "Nobody of the account has this role."),
    ),
    _role_there,
    min_keys=1,
)


def as_interest(product: str) -> Condition:
    return InterestedIn(product)

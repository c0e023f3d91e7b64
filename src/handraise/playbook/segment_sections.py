"""The sections `segments` and `buyer_segments`."""

from __future__ import annotations

from handraise.model.conditions import Always, Condition
from handraise.model.playbook import BuyerSegment, Segment, SegmentOf
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.field_names import resolve
from handraise.playbook.nodes import MapNode, Node, TextNode
from handraise.playbook.quantities import Flag
from handraise.playbook.reading import Reading, Wrong, did_you_mean
from handraise.playbook.records import Got, Key, ListedParts, NamedParts, Record
from handraise.playbook.shapes import Choice, Name, Named, Text

SEGMENT_OF = Choice("`accounts` or `people`", tuple((s.value, s) for s in SegmentOf))
TIERS = ("TAM", "SAM", "SOM")
PURPOSES = ("quota", "operations", "behaviour", "protection")
_LABEL = Text("a label")


def _is_field(key: TextNode, to: Reading) -> bool:
    if resolve(key.text, to.catalog):
        return True
    to.say(
        "PB204",
        key,
        f"{to.part} is stamped in `{key.text}`, but there is no such field.",
        did_you_mean(key.text, [str(d.field) for d in to.catalog]),
    )
    return False


SEGMENT = Record(
    "a segment",
    (
        Key("of", SEGMENT_OF, "Segment of `accounts` or of `people`.", required=True),
        Key("when", CONDITION, "Who belongs to it: in, out, or unknown.", required=True),
        Key("label", _LABEL, "What the teams call it.", also=("name",)),
        Key(
            "tier",
            Choice("a tier", tuple((t, t) for t in TIERS)),
            "The market it belongs to: TAM, SAM or SOM.",
        ),
        Key(
            "purpose",
            Choice("a purpose", tuple((p, p) for p in PURPOSES)),
            "What it is for: quota, operations, behaviour or protection.",
        ),
        Key("play", Text("a play"), "The play for it."),
        Key("owner", Text("an owner"), "Who answers for it."),
        Key(
            "hypothesis",
            Named(Flag(), "claims, each `true` or `false`,"),
            "What it should show: `{wins_more: true}`.",
        ),
        Key(
            "stamp",
            Named(Text("a value"), "a field and its value", free_keys=True, check_key=_is_field),
            "How the CRM marks it: `{account.segment: ICP}`.",
        ),
    ),
    lambda got: got,
)


def _make_segment(key: str, node: Node, to: Reading) -> Segment | Wrong:
    with to.asking(_asked(node)):
        got = SEGMENT.read(node, to)
    if isinstance(got, Wrong):
        return got
    details = {
        k: got[k] for k in ("label", "tier", "purpose", "play", "owner", "hypothesis", "stamp") if k in got
    }
    return Segment(key, got["of"], got["when"], **details)


def _asked(node: Node) -> SegmentOf:
    """Whom the condition is asked of; where that is not written, people, who can be asked anything."""
    of = segment_of(node)
    return of or SegmentOf.PEOPLE


def segment_of(node: Node) -> SegmentOf | None:
    """What a segment is of, if it says so."""
    of = node.get("of") if isinstance(node, MapNode) else None
    return next(
        (s for s in SegmentOf if isinstance(of, TextNode) and of.text.strip().lower() == s.value), None
    )


SEGMENTS = NamedParts("segment", "segments by name", _make_segment, SEGMENT)


def _buyer_segment(got: Got) -> BuyerSegment:
    key = got["key"]
    when: Condition = got.get("when", Always())
    return BuyerSegment(key, got.get("label", key), when, got.get("next_touch", ""), got.get("kpi", ""))


BUYER_SEGMENT = Record(
    "a buyer segment",
    (
        Key(
            "key",
            Name("the key of a buyer segment"),
            "Its name in files and addresses: `hand_raiser`.",
            required=True,
        ),
        Key("label", _LABEL, "What the teams call it.", also=("name",)),
        Key("when", CONDITION, "Who is in it, unless an earlier one matches. The last one needs none."),
        Key("next_touch", Text("the next touch"), "The right next touch for everybody in it."),
        Key("kpi", Text("a measure"), "How the teams see that it works."),
    ),
    _buyer_segment,
)

BUYER_SEGMENTS = ListedParts(
    "buyer segment", "a list of buyer segments, first match first,", BUYER_SEGMENT, ("key", "label", "name")
)

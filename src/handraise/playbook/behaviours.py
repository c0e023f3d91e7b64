"""The section `behaviours`: kinds of act, named once."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.activities import ACTIVITY_COLUMNS, ACTIVITY_TYPES, PARTICULARS, is_activity_type
from handraise.model.playbook import Behaviour, Typed, WherePart
from handraise.model.values import FieldType
from handraise.playbook.field_names import TESTED_IN_WHERE, tested_in_where
from handraise.playbook.literals import Tested
from handraise.playbook.nodes import MapNode, Node, Pair, TextNode
from handraise.playbook.reading import WRONG, Reading, Wrong, nearest
from handraise.playbook.records import Got, Key, NamedParts, Record, described
from handraise.playbook.shapes import Choice, Json, Many, SchemaBook, Shape, Text
from handraise.playbook.value_words import tests_of, tests_schema


@dataclass(frozen=True)
class ActivityName(Shape[str]):
    """One of the vocabulary of activity types, or `custom.` and a name."""

    @property
    def expected(self) -> str:
        return "a kind of activity"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        if is_activity_type(node.text):
            return node.text
        near = nearest(node.text, ACTIVITY_TYPES)
        advice = (
            f"Did you mean `{near}`?"
            if near
            else f"There are {len(ACTIVITY_TYPES)} kinds, such as `form.submitted`; one of your own is written `custom.its_name`."
        )
        return to.say(
            "PB210", node, f"{to.part} uses the activity `{node.text}`, which there is none of.", advice
        )

    def schema(self, book: SchemaBook) -> Json:
        return {
            "anyOf": [
                {"enum": list(ACTIVITY_TYPES)},
                {"type": "string", "pattern": r"^custom\.[a-z0-9_]{1,60}$"},
            ]
        }


@dataclass(frozen=True)
class Where(Shape[tuple[WherePart, ...]]):
    """Tests of one activity: its columns, its asset, its program, its own properties. All must hold."""

    @property
    def expected(self) -> str:
        return "what must hold of the activity, such as `{form: demo}`,"

    def read(self, node: Node, to: Reading) -> tuple[WherePart, ...] | Wrong:
        if not isinstance(node, MapNode):
            return self.refuse(node, to)
        if not node.pairs:
            return to.say("PB405", node, f"{to.part} has an empty `where`.", "Add a test, or delete `where`.")
        read = [self._part(pair, to) for pair in node.pairs]
        parts = tuple(p for got in read if not isinstance(got, Wrong) for p in got)
        return WRONG if any(isinstance(got, Wrong) for got in read) else parts

    def _part(self, pair: Pair, to: Reading) -> tuple[WherePart, ...] | Wrong:
        if pair.key.text in PARTICULARS:
            return to.say(
                "PB220",
                pair.key,
                f"{to.part} tests `{pair.key.text}`, which is kept beside activities for evidence and is not tested.",
                "Test what does not differ at nearly each activity, such as `form`, `path` or `asset`.",
            )
        tested = tested_in_where(pair.key, to) if "." in pair.key.text else own_side(pair.key.text)
        if isinstance(tested, Wrong):
            return WRONG
        tests = tests_of(pair.value, tested, to)
        return WRONG if isinstance(tests, Wrong) else tuple(WherePart(tested.name, t) for t in tests)

    def schema(self, book: SchemaBook) -> Json:
        columns = {
            c: described({"$ref": f"#/definitions/tests of {FieldType.TEXT.value}"}, f"The activity's {c}.")
            for c in ACTIVITY_COLUMNS
        }
        fields = {
            str(d.field): described(
                {"$ref": f"#/definitions/tests of {d.type.value}"}, f"{d.label} ({d.type.value})"
            )
            for e in TESTED_IN_WHERE
            for d in book.catalog.of(e)
        }
        return {
            "type": "object",
            "minProperties": 1,
            "properties": {**columns, **fields},
            "propertyNames": {"not": {"enum": sorted(PARTICULARS)}},
            "additionalProperties": tests_schema(None, held=False),
        }


def own_side(name: str) -> Tested:
    """A column of the activity (text), or one of its free properties (any type)."""
    return Tested(name, FieldType.TEXT if name in ACTIVITY_COLUMNS else None)


def _build(got: Got) -> Got:
    return got


BEHAVIOUR = Record(
    "a behaviour",
    (
        Key(
            "activity",
            Many(ActivityName(), "a kind of activity"),
            "The kind of activity, or several: `form.submitted`.",
            required=True,
        ),
        Key("where", Where(), "What must hold of the activity: `{form: [demo, contact-sales]}`."),
        Key(
            "type",
            Choice("`interest` or `intent`", tuple((t.value, t) for t in Typed)),
            "What it shows: `interest` is not `intent`.",
        ),
        Key("words", Text("the words of a sentence"), 'Finishes the sentence "she ...": asked for a demo.'),
    ),
    _build,
)


def _make(key: str, node: Node, to: Reading) -> Behaviour | Wrong:
    got = BEHAVIOUR.read(node, to)
    if isinstance(got, Wrong):
        return got
    return Behaviour(key, got["activity"], got.get("where", ()), got.get("type"), got.get("words"))


BEHAVIOURS = NamedParts("behaviour", "behaviours by name", _make, BEHAVIOUR)

"""A condition as it is written: a mapping of condition words and field tests, of which all must hold."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

from handraise.model.conditions import All, AtLeast, AttributeTest, Condition, HeldFor
from handraise.model.fields import Entity
from handraise.model.playbook import SegmentOf
from handraise.playbook.field_names import ALSO_WRITTEN, tested_field
from handraise.playbook.literals import Tested
from handraise.playbook.nodes import ListNode, MapNode, Node, Pair, TextNode
from handraise.playbook.quantities import Span_, Whole
from handraise.playbook.reading import WRONG, Reading, Wrong, did_you_mean, nearest, normal
from handraise.playbook.records import described
from handraise.playbook.shapes import Json, SchemaBook, Shape, each
from handraise.playbook.value_words import HELD_SPAN, HELD_WORDS, tests_of, tests_schema


@dataclass(frozen=True)
class ConditionWord:
    """A word that makes a condition. `of_person` ones cannot be asked of an account."""

    name: str
    shape: Shape[Condition]
    help: str
    of_person: bool = False


class WithWindow(Shape[Condition]):
    """What a condition word reads that may have its window, `within`, beside it."""

    @abstractmethod
    def read_beside(self, node: Node, within: Node, to: Reading) -> Condition | Wrong:
        """The condition of what stands behind the word and of the window beside it."""


@dataclass(frozen=True)
class ConditionShape(Shape[Condition]):
    """What may stand behind `when`. Conditions hold conditions, so the words are looked up when they are needed."""

    def words(self) -> tuple[ConditionWord, ...]:
        from handraise.playbook.condition_words import CONDITION_WORDS

        return CONDITION_WORDS

    @property
    def expected(self) -> str:
        return "a condition"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        if not isinstance(node, MapNode):
            return self._no_condition(node, to)
        if not node.pairs:
            return to.say(
                "PB405",
                node,
                f"{to.part} has an empty condition.",
                "Write a test such as `{account.employees: {at_least: 200}}`.",
            )
        read = [self._pair(pair, node, to) for pair in node.pairs]
        parts = tuple(c for got in read if not isinstance(got, Wrong) for c in got)
        if any(isinstance(got, Wrong) for got in read):
            return WRONG
        return parts[0] if len(parts) == 1 else All(parts)

    def _no_condition(self, node: Node, to: Reading) -> Wrong:
        if isinstance(node, ListNode):
            return self.refuse(node, to, "Write `all: [...]` or `any: [...]`.")
        text = node.text if isinstance(node, TextNode) else ""
        if text in to.names.behaviours:
            return self.refuse(node, to, f"Write `{{did: {text}}}`.")
        return self.refuse(
            node,
            to,
            f"Write `{{segment: {text}}}`."
            if text in to.names.segments
            else "Write for example `{did: demo_request}`.",
        )

    def _pair(self, pair: Pair, whole: MapNode, to: Reading) -> tuple[Condition, ...] | Wrong:
        if normal(pair.key.text) == "of" and _has(whole, "at least"):
            return ()
        if normal(pair.key.text) == "within" and _has(whole, "sequence"):
            return ()
        if normal(pair.key.text) == "at least":
            return self._at_least(pair, whole, to)
        word = next((w for w in self.words() if normal(w.name) == normal(pair.key.text)), None)
        if word is None:
            return self._field_test(pair, to)
        if word.of_person and to.asks is SegmentOf.ACCOUNTS:
            return _asked_of_account(word.name, pair.key, to)
        within = whole.get("within")
        if within is not None and isinstance(word.shape, WithWindow):
            condition = word.shape.read_beside(pair.value, within, to)
        else:
            condition = word.shape.read(pair.value, to)
        return condition if isinstance(condition, Wrong) else (condition,)

    def _at_least(self, pair: Pair, whole: MapNode, to: Reading) -> tuple[Condition, ...] | Wrong:
        of = next((p.value for p in whole.pairs if normal(p.key.text) == "of"), None)
        if not isinstance(of, ListNode):
            return to.say(
                "PB202",
                of or pair.key,
                f"{to.part} asks for `at_least` of no list.",
                "Write `{at_least: 2, of: [..., ..., ...]}`.",
            )
        n = Whole("a number of conditions", low=1).read(pair.value, to)
        conditions = each(self, of.items, to)
        if isinstance(n, Wrong) or isinstance(conditions, Wrong):
            return WRONG
        if n > len(conditions):
            sentence = f"{to.part} asks for at least {n} of {len(conditions)} conditions."
            return to.say(
                "PB404",
                pair.value,
                sentence,
                f"Write a number from 1 to {len(conditions)}." if conditions else "Add conditions.",
            )
        return (AtLeast(n, conditions),)

    def _field_test(self, pair: Pair, to: Reading) -> tuple[Condition, ...] | Wrong:
        if "." not in pair.key.text:
            return self._unknown(pair.key, to)
        tested = tested_field(pair.key, to)
        if isinstance(tested, Wrong):
            return tested
        return _as_conditions(pair.value, tested, to)

    def _unknown(self, key: TextNode, to: Reading) -> Wrong:
        words = ["at_least", *(w.name for w in self.words())]
        near = nearest(key.text, words)
        field = None if near else self._field_meant(key.text, to)
        advice = f"Did you mean `{field}`?" if field else did_you_mean(key.text, words)
        if normal(key.text) in _MEANT:
            advice = f"Did you mean `{_MEANT[normal(key.text)]}`?"
        if normal(key.text) in _INSIDE:
            advice = (
                f"Write it inside the word it belongs to: `{{did: {{behaviour: ..., {key.text}: ...}}}}`."
            )
        return to.say(
            "PB211", key, f"{to.part} has the condition `{key.text}`, which there is none of.", advice
        )

    def _field_meant(self, text: str, to: Reading) -> str | None:
        names = {
            d.field.name: str(d.field)
            for e in (Entity.ACCOUNT, Entity.PERSON)
            for d in to.catalog.of(e.value)
        }
        near = nearest(text, names)
        return names[near] if near else None

    def schema(self, book: SchemaBook) -> Json:
        return {"$ref": "#/definitions/condition"}

    def definition(self, book: SchemaBook) -> Json:
        """The schema that the references lead to."""
        words = {w.name: described(w.shape.schema(book), w.help) for w in self.words()}
        spaced = {
            f"^{w.name.replace(' ', '[ _]').replace('_', '[ _]')}$": words[w.name]
            for w in self.words()
            if " " in w.name or "_" in w.name
        }
        at_least: Json = {
            "at_least": {
                "type": "integer",
                "minimum": 1,
                "description": "So many of the conditions in `of` hold.",
            },
            "of": {
                "type": "array",
                "minItems": 1,
                "items": self.schema(book),
                "description": "The conditions that `at_least` counts.",
            },
        }
        at_least["within"] = described(Span_().schema(book), "The window of the `sequence` beside it.")
        fields = {d: s for e in (Entity.ACCOUNT, Entity.PERSON) for d, s in _field_schemas(e, book).items()}
        return {
            "type": "object", "minProperties": 1, "additionalProperties": False,
            "properties": {**words, **at_least, **fields},
            "patternProperties": {**spaced, "^at least$": at_least["at_least"]},
            "dependencies": {"at_least": ["of"], "at least": ["of"], "within": ["sequence"]},
        }  # fmt: skip


# Keys of condition words, which are often written beside them.
_INSIDE = ("within", "since", "times", "for", "distinct")
# Names of sections, where the word that reads them has another.
_MEANT = {"trigger": "fired", "track": "fired", "lifecycle": "stage", "product": "interest"}
CONDITION = ConditionShape()


def _field_schemas(entity: Entity, book: SchemaBook) -> Json:
    schemas: Json = {}
    for d in book.catalog.of(entity.value):
        help_ = f"{d.label} ({d.type.value}){': ' + d.help if d.help else ''}"
        schemas[str(d.field)] = described({"$ref": f"#/definitions/tests of {d.type.value} over time"}, help_)
    also = {a: schemas[f] for a, f in ALSO_WRITTEN.items() if f in schemas}
    return {**schemas, **also}


def value_test_definitions() -> Json:
    """One definition per field type, that the fields refer to."""
    from handraise.model.values import FieldType

    now = {f"tests of {t.value}": tests_schema(t, held=False) for t in FieldType}
    return {**now, **{f"tests of {t.value} over time": tests_schema(t, held=True) for t in FieldType}}


def _as_conditions(node: Node, tested: Tested, to: Reading) -> tuple[Condition, ...] | Wrong:
    if isinstance(node, MapNode) and any(normal(p.key.text) in HELD_WORDS for p in node.pairs):
        return _held(node, tested, to)
    tests = tests_of(node, tested, to)
    if isinstance(tests, Wrong) or tested.field is None:
        return WRONG
    return tuple(AttributeTest(tested.field, test) for test in tests)


def _held(node: MapNode, tested: Tested, to: Reading) -> tuple[Condition, ...] | Wrong:
    """A value, and how long it has been the current one: at most one comparison beside one span."""
    held = [p for p in node.pairs if normal(p.key.text) in HELD_WORDS]
    others = tuple(p for p in node.pairs if p not in held)
    if len(held) > 1 or len(others) > 1:
        return to.say(
            "PB313",
            held[-1].key,
            f"{to.part} asks how long `{tested.name}` is held beside more than one other thing.",
            "Write two conditions under `all`.",
        )
    span = HELD_SPAN.read(held[0].value, to)
    tests = tests_of(replace(node, pairs=others), tested, to) if others else (None,)
    if isinstance(span, Wrong) or isinstance(tests, Wrong) or tested.field is None:
        return WRONG
    return (HeldFor(tested.field, span, tests[0], HELD_WORDS[normal(held[0].key.text)]),)


def _has(node: MapNode, word: str) -> bool:
    return any(normal(p.key.text) == word for p in node.pairs)


def _asked_of_account(word: str, key: TextNode, to: Reading) -> Wrong:
    return to.say(
        "PB409", key,
        f"{to.part} asks an account, but `{word}` is asked of a person.",
        f"Write `account: {{did: ...}}`, or `account: {{people: {{at_least: 1}}, who: {{{word}: ...}}}}`.",
        "Or make it a segment `of: people`.",
    )  # fmt: skip

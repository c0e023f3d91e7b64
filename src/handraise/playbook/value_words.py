"""The comparisons: `at_least`, `not in`, `in the last`, ... in one table, each with the types it fits.

`test_of` reads what stands behind a field: a value, a list of values, or a mapping of comparisons, of
which all must hold. It gives one test per comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import re2

from handraise.model.value_tests import (
    Between,
    Compare,
    Comparison,
    InTheLast,
    InTheNext,
    IsKnown,
    ListHas,
    LongerAgo,
    OneOf,
    TextRelation,
    TextTest,
    ValueTest,
)
from handraise.model.values import FieldType
from handraise.playbook.literals import Tested, bound, bound_schema, literal, literal_schema
from handraise.playbook.nodes import ListNode, MapNode, Node, Pair, TextNode, boolean_of, kind_of
from handraise.playbook.quantities import DURATION_PATTERN, Span_, duration_of, not_a_flag
from handraise.playbook.reading import WRONG, Reading, Wrong, did_you_mean, nearest, normal
from handraise.playbook.shapes import Json

Types = tuple[FieldType | None, ...]
_ANY: Types = (None, *FieldType)
_SCALAR: Types = (None, *(t for t in FieldType if t is not FieldType.TEXT_LIST))
_ORDERED: Types = (None, FieldType.WHOLE_NUMBER, FieldType.NUMBER, FieldType.DATE, FieldType.INSTANT)
_TEXT: Types = (None, FieldType.TEXT)
_TEXT_OR_LIST: Types = (None, FieldType.TEXT, FieldType.TEXT_LIST)
_TEMPORAL: Types = (FieldType.DATE, FieldType.INSTANT)
_LIST: Types = (FieldType.TEXT_LIST,)

Reader = Callable[[Node, Tested, Reading], "ValueTest | Wrong"]
Schema = Callable[["FieldType | None"], Json]


@dataclass(frozen=True)
class ComparisonWord:
    """One comparison: its usual spelling, its other ones, the types it fits, and how it is read."""

    name: str
    fits: Types
    read: Reader
    schema: Schema
    help: str
    also: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(normal(w) for w in (self.name, *self.also))


def _values(node: Node, tested: Tested, to: Reading) -> tuple[str, ...] | Wrong:
    """One value or several."""
    if not isinstance(node, ListNode):
        one = literal(node, tested, to)
        return one if isinstance(one, Wrong) else (one,)
    if not node.items:
        return to.say(
            "PB310",
            node,
            f"{to.part} compares `{tested.name}` with an empty list.",
            "Name at least one value.",
        )
    read = [literal(item, tested, to) for item in node.items]
    values = tuple(v for v in read if not isinstance(v, Wrong))
    return values if len(values) == len(read) else WRONG


def _one_of(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    values = _values(node, tested, to)
    if isinstance(values, Wrong):
        return values
    return ListHas(values) if tested.type is FieldType.TEXT_LIST else OneOf(values)


def _none_of(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    values = _values(node, tested, to)
    return values if isinstance(values, Wrong) else OneOf(values, negated=True)


def _all_of(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    values = _values(node, tested, to)
    return values if isinstance(values, Wrong) else ListHas(values, all=True)


def _values_schema(type_: FieldType | None) -> Json:
    value = literal_schema(type_)
    return {"anyOf": [value, {"type": "array", "minItems": 1, "items": value}]}


def _compare(comparison: Comparison, ago: bool = False) -> Reader:
    def read(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
        if (
            ago
            and tested.type in _TEMPORAL
            and isinstance(node, TextNode)
            and normal(node.text).endswith(" ago")
        ):
            return _longer_ago(node, tested, to)
        at_end = comparison in (Comparison.AT_MOST, Comparison.MORE_THAN)
        limit = bound(node, tested, to, at_end)
        return limit if isinstance(limit, Wrong) else Compare(comparison, limit)

    return read


def _compare_schema(ago: bool = False) -> Schema:
    def schema(type_: FieldType | None) -> Json:
        plain = bound_schema(type_)
        return {"anyOf": [plain, _AGO]} if ago and type_ in _TEMPORAL else plain

    return schema


_AGO: Json = {
    "type": "string",
    "pattern": DURATION_PATTERN.replace(r"\s*$", r"(\s+ago)?\s*$"),
    "examples": ["2 years ago"],
}
_DURATION: Json = {"type": "string", "pattern": DURATION_PATTERN, "examples": ["30 days"]}


def _longer_ago(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    if not isinstance(node, TextNode):
        return _not_a_span(node, tested, to)
    text = node.text.strip()
    bare = text[: -len("ago")].strip() if normal(text).endswith(" ago") else text
    span = duration_of(bare, node, to, "a duration such as `2 years`")
    return span if isinstance(span, Wrong) else LongerAgo(span)


def _not_a_span(node: Node, tested: Tested, to: Reading) -> Wrong:
    return to.say(
        "PB203",
        node,
        f"{to.part} compares `{tested.name}` with {kind_of(node)}, where a duration such as `30 days` is expected.",
    )


def _in_the(kind: type[InTheLast] | type[InTheNext]) -> Reader:
    def read(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
        if not isinstance(node, TextNode):
            return _not_a_span(node, tested, to)
        span = duration_of(node.text, node, to, "a duration such as `30 days`")
        return span if isinstance(span, Wrong) else kind(span)

    return read


def _between(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    if not isinstance(node, ListNode) or len(node.items) != 2:
        return to.say(
            "PB203",
            node,
            f"{to.part} compares `{tested.name}` with {kind_of(node)}, where two values are expected.",
            "Write the lowest and the highest: `between: [200, 5000]`.",
        )
    low = bound(node.items[0], tested, to)
    high = bound(node.items[1], tested, to, at_end=True)
    if isinstance(low, Wrong) or isinstance(high, Wrong):
        return WRONG
    backwards = low > high if isinstance(low, Decimal) and isinstance(high, Decimal) else str(low) > str(high)
    if backwards:
        return to.say(
            "PB312",
            node,
            f"{to.part} asks `{tested.name}` to be between {low} and {high}, and nothing is.",
            f"Write the lowest first: `between: [{high}, {low}]`.",
        )
    return Between(low, high)


def _between_schema(type_: FieldType | None) -> Json:
    return {"type": "array", "minItems": 2, "maxItems": 2, "items": bound_schema(type_)}


def _relation(relation: TextRelation) -> Reader:
    def read(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
        texts = _values(node, tested, to)
        if isinstance(texts, Wrong):
            return texts
        if tested.type is FieldType.TEXT_LIST:
            return ListHas(texts)
        patterns = texts if relation is TextRelation.MATCHES else ()
        bad = [t for t in patterns if _is_bad_pattern(t, node, to)]
        return WRONG if bad else TextTest(relation, texts)

    return read


def _is_bad_pattern(pattern: str, node: Node, to: Reading) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        to.say(
            "PB307",
            node,
            f"{to.part} has `{pattern}`, which is no RE2 pattern: {why}.",
            "For plain text write `contains`, `starts_with` or `ends_with`.",
        )
        return True
    return False


def _known(node: Node, tested: Tested, to: Reading) -> ValueTest | Wrong:
    if not isinstance(node, TextNode):
        return to.say("PB203", node, f"{to.part} has {kind_of(node)} where `true` or `false` is expected.")
    flag = boolean_of(node)
    return IsKnown(flag) if flag is not None else not_a_flag(node, "`true` or `false`", to)


def _plain(schema: Json) -> Schema:
    return lambda type_: schema


COMPARISON_WORDS: tuple[ComparisonWord, ...] = (
    ComparisonWord("is", _ANY, _one_of, _values_schema, "The value is this, or one of these.", ("in", "one of")),
    ComparisonWord("not in", _SCALAR, _none_of, _values_schema, "The value is none of these. A missing value is unknown.", ("is not", "none of")),
    ComparisonWord("at_least", _ORDERED, _compare(Comparison.AT_LEAST), _compare_schema(), "This or more (later)."),
    ComparisonWord("at_most", _ORDERED, _compare(Comparison.AT_MOST), _compare_schema(), "This or less (earlier)."),
    ComparisonWord("more_than", _ORDERED, _compare(Comparison.MORE_THAN, ago=True), _compare_schema(ago=True), "More than this; of dates also `2 years ago`."),
    ComparisonWord("less_than", _ORDERED, _compare(Comparison.LESS_THAN), _compare_schema(), "Less than this."),
    ComparisonWord("after", _TEMPORAL, _compare(Comparison.MORE_THAN), _compare_schema(), "After this date or instant."),
    ComparisonWord("before", _TEMPORAL, _compare(Comparison.LESS_THAN), _compare_schema(), "Before this date or instant."),
    ComparisonWord("between", _ORDERED, _between, _between_schema, "From the first to the second, both included."),
    ComparisonWord("contains", _TEXT_OR_LIST, _relation(TextRelation.CONTAINS), _values_schema, "The text contains this, or one of these; a list holds it."),
    ComparisonWord("starts_with", _TEXT, _relation(TextRelation.STARTS_WITH), _values_schema, "The text starts with this, or one of these."),
    ComparisonWord("ends_with", _TEXT, _relation(TextRelation.ENDS_WITH), _values_schema, "The text ends with this, or one of these."),
    ComparisonWord("matches", _TEXT, _relation(TextRelation.MATCHES), _values_schema, "The text, in lower case, matches this RE2 pattern somewhere."),
    ComparisonWord("any of", _LIST, _one_of, _values_schema, "The list holds one of these."),
    ComparisonWord("all of", _LIST, _all_of, _values_schema, "The list holds all of these."),
    ComparisonWord("known", _ANY, _known, _plain({"type": "boolean"}), "Whether there is a value at all.", ("is known",)),
    ComparisonWord("in the last", _TEMPORAL, _in_the(InTheLast), _plain(_DURATION), "In so long before today, today included."),
    ComparisonWord("in the next", _TEMPORAL, _in_the(InTheNext), _plain(_DURATION), "Today or in so long from today."),
    ComparisonWord("longer ago than", _TEMPORAL, _longer_ago, _plain(_AGO), "So long before today, or earlier."),
)  # fmt: skip

_BY_FORM = {form: word for word in COMPARISON_WORDS for form in word.forms}


def tests_of(node: Node, tested: Tested, to: Reading) -> tuple[ValueTest, ...] | Wrong:
    """The tests written behind a field; several comparisons mean all of them."""
    if not isinstance(node, MapNode):
        test = _one_of(node, tested, to)
        return test if isinstance(test, Wrong) else (test,)
    if not node.pairs:
        return to.say(
            "PB405",
            node,
            f"{to.part} tests `{tested.name}` without a comparison.",
            "Write a value, or a comparison such as `{at_least: 200}`.",
        )
    read = [_comparison(pair, tested, to) for pair in node.pairs]
    tests = tuple(t for t in read if not isinstance(t, Wrong))
    if len({_manner(t) for t in tests}) < len(tests):
        sentence = f"{to.part} compares `{tested.name}` twice in the same way."
        return to.say("PB102", node, sentence, "Keep one of them, or write two conditions under `all`.")
    return tests if len(tests) == len(read) else WRONG


def _manner(test: ValueTest) -> tuple[object, ...]:
    """What a test compares by, whatever word it was written with."""
    return (type(test), *(getattr(test, name, None) for name in ("comparison", "relation", "negated", "all")))


def _comparison(pair: Pair, tested: Tested, to: Reading) -> ValueTest | Wrong:
    word = _BY_FORM.get(normal(pair.key.text))
    fitting = [w.name for w in COMPARISON_WORDS if tested.type in w.fits]
    if word is None:
        return _unknown_comparison(pair.key, tested, fitting, to)
    if tested.type not in word.fits:
        sentence = f"{to.part} tests `{tested.name}` ({tested.type_words}) with `{pair.key.text}`, which does not fit."
        return to.say(
            "PB306",
            pair.key,
            sentence,
            f"For a {tested.type_words} write one of: {', '.join(f'`{w}`' for w in fitting)}.",
        )
    return word.read(pair.value, tested, to)


def _unknown_comparison(key: TextNode, tested: Tested, fitting: list[str], to: Reading) -> Wrong:
    if normal(key.text) == "within":
        advice = "For dates write `in the last: 30 days`."
    else:
        near = nearest(key.text, fitting) or nearest(key.text, [w.name for w in COMPARISON_WORDS])
        advice = f"Did you mean `{near}`?" if near else did_you_mean("", fitting)
    return to.say(
        "PB212", key, f"{to.part} tests `{tested.name}` with `{key.text}`, which is no comparison.", advice
    )


# How long a value has been the current one: whether so long or longer.
HELD_WORDS: dict[str, bool] = {"held for": True, "held less than": False}
HELD_SPAN = Span_()
_HELD_HELP = {
    "held for": "It has been the current value for so long or longer.",
    "held less than": "It has been the current value for less than so long.",
}


def tests_schema(type_: FieldType | None, *, held: bool) -> Json:
    """JSON Schema of what may stand behind a field of the type; `held`: also how long it has been so."""
    fitting = [w for w in COMPARISON_WORDS if type_ in w.fits]
    properties: Json = {w.name: {**w.schema(type_), "description": w.help} for w in fitting}
    others: Json = {
        f"^({'|'.join(f.replace(' ', '[ _]') for f in w.forms)})$": w.schema(type_) for w in fitting
    }
    if held:
        spans = {
            w: {"type": "string", "pattern": DURATION_PATTERN, "description": h}
            for w, h in _HELD_HELP.items()
        }
        properties.update(spans)
        others.update({f"^{w.replace(' ', '[ _]')}$": spans[w] for w in spans})
    mapping = {
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "patternProperties": others,
        "additionalProperties": False,
    }
    return {"anyOf": [*_values_schema(type_)["anyOf"], mapping]}

"""The words that make conditions, in one table: how each is read, and what it says in an editor's help."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import (
    All,
    Always,
    Any,
    Condition,
    DealOf,
    DealStatus,
    HasOpportunity,
    LevelIs,
    Not,
    RankIs,
)
from handraise.model.playbook import SegmentOf
from handraise.playbook.act_words import ACCOUNT, DID, SILENT
from handraise.playbook.condition_shape import CONDITION, ConditionWord
from handraise.playbook.decision_words import (
    GRADE,
    LEVEL,
    RANK,
    SCORE,
    Mapped,
    SegmentName,
    as_grade,
    as_marketing_qualified,
    as_segments,
)
from handraise.playbook.declared_names import PRODUCT
from handraise.playbook.named_accounts import NAMED
from handraise.playbook.nodes import ListNode, Node
from handraise.playbook.pattern_words import FIRST_TIME, REGULARLY, RESUMED, STOPPED, SequenceWord
from handraise.playbook.product_words import OFFER_TAKEN, PROGRAM, ROLE_THERE, as_interest
from handraise.playbook.quantities import Flag, Span_
from handraise.playbook.reading import Reading, Wrong
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Choice, Json, Many, SchemaBook, Shape, each
from handraise.playbook.stage_words import FIRED, STAGE_IS

_STATUS = Many(
    Choice("the status of a deal", tuple((s.value, s) for s in DealStatus)), "the status of a deal"
)


def _opportunity(got: Got) -> Condition | Wrong:
    whose: DealOf = got.get("of", DealOf.ACCOUNT)
    if whose is DealOf.PERSON and got.to.asks is SegmentOf.ACCOUNTS:
        return got.to.say(
            "PB409",
            got.at("of"),
            f"{got.to.part} asks an account, but for the deals of a person.",
            "Write `of: account`.",
        )
    return HasOpportunity(got["status"], whose, got.get("within"))


OPPORTUNITY: Record[Condition] = Record(
    "the status of a deal",
    (
        Key("status", _STATUS, "`open`, `won` or `lost`; several mean any of them.", required=True),
        Key(
            "of",
            Choice("whose deal it is", tuple((d.value, d) for d in DealOf)),
            "`account` (any deal of it), or `person` (with a role in it).",
        ),
        Key("within", Span_(), "It got there in the last so long."),
    ),
    _opportunity,
)


@dataclass(frozen=True)
class _Listed(Shape[Condition]):
    """`all` or `any` of a list of conditions."""

    word: str
    kind: type[All] | type[Any]

    @property
    def expected(self) -> str:
        return "a list of conditions"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        if not isinstance(node, ListNode):
            return self.refuse(node, to, f"Write `{self.word}: [{{...}}, {{...}}]`, or one `- ` a line.")
        if not node.items:
            return to.say("PB405", node, f"{to.part} asks for `{self.word}` of nothing.", "Add a condition.")
        conditions = each(CONDITION, node.items, to)
        return conditions if isinstance(conditions, Wrong) else self.kind(conditions)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "array", "minItems": 1, "items": CONDITION.schema(book)}


@dataclass(frozen=True)
class _AlwaysWord(Shape[Condition]):
    """`always: true`; where it may stand is checked by the place that holds it."""

    @property
    def expected(self) -> str:
        return "`true`"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        flag = Flag().read(node, to)
        if flag is False:
            return to.say(
                "PB413",
                node,
                f"{to.part} has `always: false`, which never holds.",
                "Delete it, or what holds it.",
            )
        return flag if isinstance(flag, Wrong) else Always()

    def schema(self, book: SchemaBook) -> Json:
        return {"enum": [True]}


CONDITION_WORDS: tuple[ConditionWord, ...] = (
    ConditionWord("all", _Listed("all", All), "All of these hold."),
    ConditionWord("any", _Listed("any", Any), "At least one of these holds."),
    ConditionWord("not", Mapped(CONDITION, Not), "This does not hold. Not of unknown is unknown."),
    ConditionWord("did", DID, "The person did a behaviour so often, in a window.", of_person=True),
    ConditionWord("silent", SILENT, "The person did nothing for so long, and was known all that time.", of_person=True),
    ConditionWord("account", ACCOUNT, "So many people of the account did something, or are something."),
    ConditionWord("opportunity", OPPORTUNITY, "There is a deal of this status."),
    ConditionWord("segment", Mapped(Many(SegmentName(), "the name of a segment"), as_segments), "Member of a segment; of a list: of any of them."),
    ConditionWord("grade", Mapped(GRADE, as_grade), "The fit grade is certainly one of these; `open`: it is not certain.", of_person=True),
    ConditionWord("level", Mapped(LEVEL, LevelIs), "The engagement level is one of these; 1 is the highest.", of_person=True),
    ConditionWord("rank", Mapped(RANK, RankIs), "The rank is one of these, `A1` to `D4`.", of_person=True),
    ConditionWord("score", SCORE, "A score against a bound.", of_person=True),
    ConditionWord("marketing_qualified", Mapped(Flag(), as_marketing_qualified), "In one of the agreed cells of the matrix.", of_person=True),
    ConditionWord("always", _AlwaysWord(), "Everybody. Only for the last buyer segment."),
    ConditionWord("sequence", SequenceWord(), "Behaviours one after the other, in a window.", of_person=True),
    ConditionWord("first time", FIRST_TIME, "Its only occurrence so far.", of_person=True),
    ConditionWord("stopped", STOPPED, "Did it before, and no longer.", of_person=True),
    ConditionWord("resumed", RESUMED, "Does it again after a pause.", of_person=True),
    ConditionWord("regularly", REGULARLY, "In so many of the last weeks.", of_person=True),
    ConditionWord("interest", Mapped(PRODUCT, as_interest), "Interested in a product, as `interest` says.", of_person=True),
    ConditionWord("program", PROGRAM, "Reached a status in a program of a type.", of_person=True),
    ConditionWord("offer", OFFER_TAKEN, "Took a piece of a two-stage offer.", of_person=True),
    ConditionWord("stage", STAGE_IS, "The stage in the lifecycle is one of these, for so long.", of_person=True),
    ConditionWord("fired", FIRED, "A trigger fired, in a window.", of_person=True),
    ConditionWord("buying_group", ROLE_THERE, "The buying group of the account has somebody in a role, or nobody."),
    ConditionWord("named", NAMED, "The account is one of these, by domain or by name."),
)  # fmt: skip

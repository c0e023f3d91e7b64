"""The whole playbook as one record: its sections, and those that are read but not decided yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from handraise.model.lifecycle import Lifecycle
from handraise.model.playbook import Agreement, Credit, Outcome, OutcomeEvent, Playbook
from handraise.model.products import BuyingGroup, Interest
from handraise.model.scores import Engagement, Fit
from handraise.model.triggers import BusinessHours, QualifyingTracks
from handraise.playbook.behaviours import BEHAVIOURS
from handraise.playbook.clocks import BUSINESS_HOURS
from handraise.playbook.nodes import Node, TextNode
from handraise.playbook.product_sections import BUYING_GROUP, INTEREST, OFFERS, PRODUCTS, PROGRAMS
from handraise.playbook.quantities import ExactSpan, Span_, Whole
from handraise.playbook.ranks import DEFAULT_RANKS
from handraise.playbook.reading import Reading, Wrong, did_you_mean
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.score_sections import ENGAGEMENT, FIT, MARKETING_QUALIFIED, Ranks
from handraise.playbook.segment_sections import BUYER_SEGMENTS, SEGMENTS
from handraise.playbook.shapes import Choice, Json, Named, SchemaBook, Shape, Text
from handraise.playbook.terms import is_term
from handraise.playbook.trigger_sections import LIFECYCLE, TRIGGERS

T = TypeVar("T")
_SPAN = Span_()


@cache
def time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True)
class TimeZone(Shape[str]):
    """A name of the time zone database."""

    @property
    def expected(self) -> str:
        return "a time zone such as `Europe/London`"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        if node.text in time_zones():
            return node.text
        advice = did_you_mean(node.text, sorted(time_zones(), key=lambda z: ("/" not in z, z)))
        shown = (
            advice
            if advice.startswith("Did")
            else "Write a name of the time zone database, such as `Europe/London` or `UTC`."
        )
        return to.say("PB214", node, f"`{node.text}` is no time zone.", shown)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "examples": ["Europe/London", "America/New_York", "UTC"]}


@dataclass(frozen=True)
class Section(Shape[T]):
    """A section, read as a part of its own: what it says is said of it."""

    name: str
    inner: Shape[T]

    @property
    def expected(self) -> str:
        return self.inner.expected

    def read(self, node: Node, to: Reading) -> T | Wrong:
        with to.inside(f"`{self.name}`", to.key_place or node.span):
            return self.inner.read(node, to)

    def schema(self, book: SchemaBook) -> Json:
        return self.inner.schema(book)


@dataclass(frozen=True)
class LaterSection(Shape[None]):
    """A section that is not decided yet; it is set aside whatever is in it."""

    name: str

    @property
    def expected(self) -> str:
        return "anything"

    def read(self, node: Node, to: Reading) -> None:
        to.drop(
            f"`{self.name}`",
            to.key_place or node.span,
            f"`{self.name}` is not decided yet",
            "PB501",
            f"`{self.name}` is read but not decided yet.",
        )

    def schema(self, book: SchemaBook) -> Json:
        return {}


def _outcome(got: Got) -> Outcome:
    return Outcome(got["event"], got["within"], got.get("credit", Credit.CONTACT_ROLES))


OUTCOME = Record(
    "an outcome",
    (
        Key(
            "event",
            Choice("an event", tuple((e.value, e) for e in OutcomeEvent)),
            "What happens when it worked.",
            required=True,
        ),
        Key("within", _SPAN, "In so long after the decision.", required=True),
        Key(
            "credit",
            Choice("whom it credits", tuple((c.value, c) for c in Credit)),
            "`contact_roles` (people with a role in the deal) or `account` (everybody in it).",
        ),
    ),
    _outcome,
)


def _agreement(got: Got) -> Agreement:
    usual = Agreement()
    return Agreement(
        got.get("parties", {}),
        got.get("review_every", usual.review_every),
        got.get("outcome", usual.outcome),
        got.get("capacity"),
    )


def _capacity(got: Got) -> int | None:
    n: int | None = got.get("mqls_per_week")
    return n


CAPACITY = Record(
    "what sales can take",
    (Key("mqls_per_week", Whole("a number of people a week", low=1), "Marketing-qualified leads a week."),),
    _capacity,
)

AGREEMENT = Record(
    "what the two teams agreed",
    (
        Key(
            "parties",
            Named(Text("an address"), "the parties and their addresses"),
            "Who signs: `{marketing: dana@example.com, sales: lee@example.com}`.",
        ),
        Key("review_every", _SPAN, "How often the two teams review it."),
        Key("outcome", OUTCOME, 'What "it worked" means, for all evidence.'),
        Key("capacity", CAPACITY, "What sales can take: `{mqls_per_week: 120}`."),
    ),
    _agreement,
)


def _playbook(got: Got) -> Playbook:
    agreed: tuple[tuple[str, ...], QualifyingTracks] = got.get(
        "marketing_qualified", ((), QualifyingTracks())
    )
    return Playbook(
        name=got["playbook"],
        time_zone=got["time_zone"],
        behaviours=got.get("behaviours", {}),
        fit=got.get("fit", Fit()),
        engagement=got.get("engagement", Engagement()),
        ranks=got.get("ranks", DEFAULT_RANKS),
        marketing_qualified_ranks=agreed[0],
        qualifying_tracks=agreed[1],
        segments=got.get("segments", {}),
        buyer_segments=got.get("buyer_segments", ()),
        terms=got.get("terms", {}),
        agreement=got.get("agreement", Agreement()),
        products=got.get("products", {}),
        interest=got.get("interest", Interest()),
        programs=got.get("programs", {}),
        offers=got.get("offers", {}),
        buying_group=got.get("buying_group", BuyingGroup()),
        business_hours=got.get("business_hours", BusinessHours()),
        triggers=got.get("triggers", {}),
        lifecycle=got.get("lifecycle", Lifecycle()),
        recalibrate_every=got.get("recalibrate_every", Playbook("", "UTC").recalibrate_every),
    )


def _section(name: str, shape: Shape[Any], help_: str) -> Key:
    return Key(name, Section(name, shape), help_)


def _later(name: str, help_: str) -> Key:
    return Key(name, LaterSection(name), f"{help_} Read, not decided yet.")


PLAYBOOK = Record(
    "a playbook",
    (
        Key(
            "playbook",
            Text("the name of the playbook"),
            "The name of the playbook: `EMEA new business`.",
            required=True,
        ),
        Key(
            "time_zone",
            TimeZone(),
            "Where days, months and business hours are counted: `Europe/London`.",
            required=True,
        ),
        _section("agreement", AGREEMENT, "What marketing and sales agreed with each other."),
        _section(
            "terms",
            Named(Text("your own word"), "your own words", free_keys=True, check_key=is_term),
            "Your own words, used everywhere: `{MQL: Sales-ready lead}`.",
        ),
        _section("behaviours", BEHAVIOURS, "Kinds of act, named once and used everywhere."),
        _section("fit", FIT, "The explicit score: what the person and the account are."),
        _section("engagement", ENGAGEMENT, "The implicit score: what the person did."),
        Key("recalibrate_every", ExactSpan(), "How often thresholds such as `top 5%` are worked out again."),
        _section("ranks", Ranks(), "Label and route of the cells of the matrix."),
        _section(
            "marketing_qualified", MARKETING_QUALIFIED, "The cells and tracks that are agreed to go to sales."
        ),
        _section("segments", SEGMENTS, "Named segments of accounts or people."),
        _section("buyer_segments", BUYER_SEGMENTS, "The ordered segments that everybody falls into."),
        _section("products", PRODUCTS, "What is sold: `{analytics: Analytics suite}`."),
        _section("interest", INTEREST, "What interest in a product is, for all products alike."),
        _section("programs", PROGRAMS, "Types of programs with their statuses in order."),
        _section("offers", OFFERS, "Two-stage offers: a free piece and a gated one."),
        _section("buying_group", BUYING_GROUP, "The roles that a buying group should have."),
        _section("business_hours", BUSINESS_HOURS, "Days and hours that clocks run in."),
        _section("triggers", TRIGGERS, "What sales must act on now, the most urgent first."),
        _section("lifecycle", LIFECYCLE, "The stages and how people move through them."),
        _later("touches", "What may be sent, to whom, how often."),
        _later("books", "Accounts of each rep."),
        _later("questions", "What to ask, of whom."),
        _later("plays", "What is done for a segment."),
    ),
    _playbook,
)

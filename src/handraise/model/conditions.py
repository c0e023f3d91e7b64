"""Conditions: what may stand behind `when`, each true, false or unknown for a subject at an instant.

Grain: a condition is asked of a person, of a person in the context of their account, or of an
account (`of: accounts`); the reader of the playbook refuses a question about a person that is asked of an account.

A new kind of condition is a dataclass here, and then a sentence in `playbook/english.py`, words in
`playbook/reader`, a schema, an evaluation in `evaluate/conditions.py`, a reference in
`tests/reference.py`, a generator and spec cases; `tests/architecture/test_completeness.py` names
whatever is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from handraise.model.fields import Field
from handraise.model.hashed import Hashed
from handraise.model.time import Duration, Micros
from handraise.model.value_tests import Comparison, ValueTest


@dataclass(frozen=True, slots=True)
class Times:
    """How often: `low <= n` and, where there is a `high`, `n <= high`. At least once by default."""

    low: int = 1
    high: int | None = None


class Distinct(Enum):
    """Count different ones of these instead of occurrences."""

    ASSET = "asset"
    PROGRAM = "program"
    PRODUCT = "product"


class DealStatus(Enum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DealOf(Enum):
    """Whose deal: any of the account's, or one in which the person has a role."""

    ACCOUNT = "account"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Always(Hashed):
    """In, for everybody."""


@dataclass(frozen=True, slots=True)
class AttributeTest(Hashed):
    """A test of the value of a field, latest as known at the instant. Missing value: unknown."""

    field: Field
    test: ValueTest


@dataclass(frozen=True, slots=True)
class Did(Hashed):
    """The person did a behaviour this often in `(t - within, t]`, or since an instant (included), or ever.

    With `distinct`, different assets (programs, products) are counted; occurrences without one do not count.
    Outside the coverage of the sources, a count that could still be higher (`high`, or zero) is unknown
    unless the rows settle it; a `low` alone is never unknown.
    """

    behaviour: str
    times: Times = Times()
    within: Duration | None = None
    since: Micros | None = None
    distinct: Distinct | None = None


@dataclass(frozen=True, slots=True)
class Silent(Hashed):
    """The person has been known for `span` or longer and did nothing in `(t - span, t]`.

    Without `behaviours`, nothing means none of the buyer's acts (`activities.is_buyer_act`). Known for less
    time: out. Outside coverage and nothing seen: unknown.
    """

    span: Duration
    behaviours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountDid(Hashed):
    """At least so many people of the account did a behaviour, each `times` or more, in the window.

    An activity belongs to the account its person held at its instant. The person asked about counts too.
    Somebody without an account: out.
    """

    behaviour: str
    people: Times = Times()
    times: int = 1
    within: Duration | None = None
    since: Micros | None = None


@dataclass(frozen=True, slots=True)
class AccountPeople(Hashed):
    """So many members of the account at the instant for whom `who` holds; unknown members may or may not count."""

    who: Condition
    people: Times = Times()


@dataclass(frozen=True, slots=True)
class HasRole(Hashed):
    """The buying group of the account has somebody in a role (`products.BuyingGroup`); `missing`: it has nobody in it.

    In: a member surely has it. Out: no member possibly does; otherwise unknown. `missing` is the opposite; an account
    without people misses every role. Somebody without an account: out, of both.
    """

    role: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class HasOpportunity(Hashed):
    """There is a deal now in one of `statuses`: of the account, or with a contact role for the person.

    `within`: it reached that status (was opened, for open ones) in `(t - within, t]`. Deals are closed-world.
    """

    statuses: tuple[DealStatus, ...]
    whose: DealOf = DealOf.ACCOUNT
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class GradeIs(Hashed):
    """The fit grade is one of these letters, for the whole range the score could take; else unknown."""

    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradeIsOpen(Hashed):
    """The fit grade is not certain: unknown facts could still change the letter. Never unknown."""


@dataclass(frozen=True, slots=True)
class LevelIs(Hashed):
    """The engagement level is one of these (1 is highest), for the whole range; else unknown."""

    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RankIs(Hashed):
    """The rank, `A1` to `D4`, is one of these for every grade and level that are still possible; else unknown."""

    ranks: tuple[str, ...]


class Score(Enum):
    FIT = "fit"
    ENGAGEMENT = "engagement"


@dataclass(frozen=True, slots=True)
class ScoreIs(Hashed):
    """A score against a bound, for the whole range; else unknown."""

    score: Score
    comparison: Comparison
    bound: Decimal


@dataclass(frozen=True, slots=True)
class InSegment(Hashed):
    """Member of a named segment; an account segment is asked of the person's account (none: unknown)."""

    segment: str


@dataclass(frozen=True, slots=True)
class IsMarketingQualified(Hashed):
    """In one of the agreed cells of the matrix, or on an agreed track (`model.triggers`): a trigger of it fired and
    still stands. Unknown where neither is certain."""


@dataclass(frozen=True, slots=True)
class HeldFor(Hashed):
    """The value of a field passes `test` and has been the current one for `span` or longer (`longer`), or for less.

    A value is current from the instant it became the latest *as seen*; the same value sent again does not
    restart it. Without a test, whatever value there is. Where there is no value it is unknown how long, and so is the
    whole unless the test is out.
    """

    field: Field
    span: Duration
    test: ValueTest | None = None
    longer: bool = True


@dataclass(frozen=True, slots=True)
class FirstTime(Hashed):
    """The person did the behaviour exactly once so far, and that in `(t - within, t]` where there is a window.

    Twice: out. Once, outside the window: out. Otherwise unknown where the sources do not cover all of the time
    since the person was known.
    """

    behaviour: str
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class Stopped(Hashed):
    """The person did the behaviour at `t - span` or before, has been known that long, and not in `(t - span, t]`.

    Done in the window, or not known that long: out. Outside coverage what was not seen is unknown.
    """

    behaviour: str
    span: Duration


@dataclass(frozen=True, slots=True)
class Resumed(Hashed):
    """The person does the behaviour again after a pause: two occurrences, one after the other and `pause` or more
    apart, the later one in `(t - within, t]`.

    Unknown where a source could have missed something in the pause.
    """

    behaviour: str
    pause: Duration
    within: Duration


@dataclass(frozen=True, slots=True)
class Regularly(Hashed):
    """The person did the behaviour in at least `n` of the last `of` blocks of 7 x 24 h, which end at `t`.

    Blocks that no source covers, and in which nothing was seen, may count or not.
    """

    behaviour: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Step(Hashed):
    """One step of a sequence: a behaviour, and how long after the step before it (`low <= gap <= high`)."""

    behaviour: str
    low: Duration | None = None
    high: Duration | None = None


@dataclass(frozen=True, slots=True)
class Sequence(Hashed):
    """The person did these behaviours one after the other, strictly increasing in time, all in `(t - within, t]`.

    Other acts may lie between. Like a count's lower limit it is never unknown. Gaps are exact durations.
    """

    steps: tuple[Step, ...]
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class InterestedIn(Hashed):
    """Interested in a product, by the playbook's one definition of interest (`products.Interest`).

    In: says so, or acts on it often enough. Where what the person says is asked for but missing, and the acts
    are not enough: unknown.
    """

    product: str


@dataclass(frozen=True, slots=True)
class ReachedStatus(Hashed):
    """In some program of a type, or in one named program, the person reached a status (or a later one) in
    `(t - within, t]`. `status` is `None` for: any status that the type counts as success.

    Like a count's lower limit it is never unknown.
    """

    type: str
    status: str | None = None
    program: str | None = None
    within: Duration | None = None


class OfferPiece(Enum):
    """Which part of a two-stage offer: the free piece, the gated one, or the act of sharing either."""

    FREE = "free"
    GATED = "gated"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class TookOffer(Hashed):
    """The person took a piece of a two-stage content offer in `(t - within, t]`. Never unknown."""

    offer: str
    piece: OfferPiece
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class StageIs(Hashed):
    """The lifecycle stage is one of these; with `span`, since so long or longer (`longer`), or for less.

    Never unknown. A trigger and the lifecycle read it as just before `t`.
    """

    stages: tuple[str, ...]
    span: Duration | None = None
    longer: bool = True


@dataclass(frozen=True, slots=True)
class Fired(Hashed):
    """One of these triggers fired for the person in `(t - within, t]`. Never unknown. A trigger reads itself as
    just before `t`."""

    triggers: tuple[str, ...]
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class All(Hashed):
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any(Hashed):
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Hashed):
    of: Condition


@dataclass(frozen=True, slots=True)
class AtLeast(Hashed):
    """At least `n` of these, 1 <= n <= number of them."""

    n: int
    of: tuple[Condition, ...]


Condition = (
    Always
    | AttributeTest
    | Did
    | Silent
    | AccountDid
    | AccountPeople
    | HasRole
    | HasOpportunity
    | GradeIs
    | GradeIsOpen
    | LevelIs
    | RankIs
    | ScoreIs
    | InSegment
    | IsMarketingQualified
    | HeldFor
    | FirstTime
    | Stopped
    | Resumed
    | Regularly
    | Sequence
    | InterestedIn
    | ReachedStatus
    | TookOffer
    | StageIs
    | Fired
    | All
    | Any
    | Not
    | AtLeast
)

CONDITION_KINDS: tuple[type, ...] = (
    Always,
    AttributeTest,
    Did,
    Silent,
    AccountDid,
    AccountPeople,
    HasRole,
    HasOpportunity,
    GradeIs,
    GradeIsOpen,
    LevelIs,
    RankIs,
    ScoreIs,
    InSegment,
    IsMarketingQualified,
    HeldFor,
    FirstTime,
    Stopped,
    Resumed,
    Regularly,
    Sequence,
    InterestedIn,
    ReachedStatus,
    TookOffer,
    StageIs,
    Fired,
    All,
    Any,
    Not,
    AtLeast,
)


_OF_SEVERAL = (All, Any, AtLeast)


def children(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside (of the same subject: not `AccountPeople.who`, which asks other people)."""
    if isinstance(condition, _OF_SEVERAL):
        return condition.of
    return (condition.of,) if isinstance(condition, Not) else ()


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, `AccountPeople.who` too, depth first."""
    yield condition
    inner = (condition.who,) if isinstance(condition, AccountPeople) else children(condition)
    for part in inner:
        yield from walk(part)

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
class Always:
    """In, for everybody."""


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """A test of the value of a field, latest as known at the instant. Missing value: unknown."""

    field: Field
    test: ValueTest


@dataclass(frozen=True, slots=True)
class Did:
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
class Silent:
    """The person has been known for `span` or longer and did nothing in `(t - span, t]`.

    Without `behaviours`, nothing means none of the buyer's acts (`activities.is_buyer_act`). Known for less
    time: out. Outside coverage and nothing seen: unknown.
    """

    span: Duration
    behaviours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountDid:
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
class AccountPeople:
    """So many members of the account at the instant for whom `who` holds; unknown members may or may not count."""

    who: Condition
    people: Times = Times()


@dataclass(frozen=True, slots=True)
class HasOpportunity:
    """There is a deal now in one of `statuses`: of the account, or with a contact role for the person.

    `within`: it reached that status (was opened, for open ones) in `(t - within, t]`. Deals are closed-world.
    """

    statuses: tuple[DealStatus, ...]
    whose: DealOf = DealOf.ACCOUNT
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class GradeIs:
    """The fit grade is one of these letters, for the whole range the score could take; else unknown."""

    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradeIsOpen:
    """The fit grade is not certain: unknown facts could still change the letter. Never unknown."""


@dataclass(frozen=True, slots=True)
class LevelIs:
    """The engagement level is one of these (1 is highest), for the whole range; else unknown."""

    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RankIs:
    """The rank, `A1` to `D4`, is one of these for every grade and level that are still possible; else unknown."""

    ranks: tuple[str, ...]


class Score(Enum):
    FIT = "fit"
    ENGAGEMENT = "engagement"


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """A score against a bound, for the whole range; else unknown."""

    score: Score
    comparison: Comparison
    bound: Decimal


@dataclass(frozen=True, slots=True)
class InSegment:
    """Member of a named segment; an account segment is asked of the person's account (none: unknown)."""

    segment: str


@dataclass(frozen=True, slots=True)
class IsMarketingQualified:
    """In one of the agreed cells of the matrix (fired tracks join with the triggers)."""


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Condition


@dataclass(frozen=True, slots=True)
class AtLeast:
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
    | HasOpportunity
    | GradeIs
    | GradeIsOpen
    | LevelIs
    | RankIs
    | ScoreIs
    | InSegment
    | IsMarketingQualified
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
    HasOpportunity,
    GradeIs,
    GradeIsOpen,
    LevelIs,
    RankIs,
    ScoreIs,
    InSegment,
    IsMarketingQualified,
    All,
    Any,
    Not,
    AtLeast,
)


def children(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside (of the same subject: not `AccountPeople.who`, which asks other people)."""
    if isinstance(condition, All | Any | AtLeast):
        return condition.of
    return (condition.of,) if isinstance(condition, Not) else ()


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, `AccountPeople.who` too, depth first."""
    yield condition
    inner = (condition.who,) if isinstance(condition, AccountPeople) else children(condition)
    for part in inner:
        yield from walk(part)

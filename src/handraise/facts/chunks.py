"""The form in which facts reach the evaluator: arrays over whole accounts.

A *reading* is one look at the facts, at an instant `as_of` and an append horizon. `Shared` holds what
all its chunks share (dictionaries, assets, coverage); a `Chunk` holds the timelines of whole accounts.
Nothing here knows where the arrays come from, so every engine can build them.

Conventions. Instants are int64 microseconds. `visible` is the instant from which a fact counts,
`max(at, known_at)` and, for an activity of an anonymous visitor, not before the link to its person.
Every row in a chunk has `visible <= as_of`. Indices are int32 into the chunk's people and accounts;
-1 means none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.model.fields import Field
from handraise.model.time import Micros

Ints: TypeAlias = npt.NDArray[np.int32]
Instants: TypeAlias = npt.NDArray[np.int64]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The changes of one field, sorted by (subject, at, known_at, source rank, row hash): the last visible
    row of a subject is its latest value.

    `code` indexes the field's dictionary in `Shared.texts`, -1 where the value was erased. `assumed` is 1
    where "since when" is an assumption (`rows.Assumed.is_assumption`).
    """

    subject: Ints
    at: Instants
    visible: Instants
    code: Ints
    assumed: Bytes


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows came from: index into `Shared.files`, and the line in that file."""

    file: Ints
    line: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AccountsHeld:
    """Steps of the account held, of person after person: `at` is strictly increasing within a person, `account`
    holds from then on (-1: none). Person `i` has the steps from `start[i]` to `start[i + 1]`."""

    start: npt.NDArray[np.int64]
    at: Instants
    account: Ints

    @property
    def current(self) -> Ints:
        """The account of each person at the reading's instant, -1 for none."""
        current = np.full(len(self.start) - 1, -1, dtype=np.int32)
        some = self.start[1:] > self.start[:-1]
        current[some] = self.account[self.start[1:][some] - 1]
        return current

    def ever(self) -> tuple[Ints, Ints]:
        """The pairs of person and account that was ever held; a pair may come again."""
        person = np.repeat(np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start))
        some = self.account >= 0
        return person[some], self.account[some]

    def then(self, person: Ints, at: Instants) -> Ints:
        """The account that each `person[i]` held at `at[i]`.

        Most people have one step, and very few have many: so steps are tried one after the other, on ever
        fewer rows.
        """
        n_steps = np.diff(self.start)
        some = n_steps > 0
        first_at = np.full(len(n_steps), np.iinfo(np.int64).max)
        first_at[some] = self.at[self.start[:-1][some]]
        first = np.full(len(n_steps), -1, dtype=np.int32)
        first[some] = self.account[self.start[:-1][some]]
        account = np.where(at >= first_at[person], first[person], np.int32(-1))
        rows = np.flatnonzero((n_steps > 1)[person]) if (n_steps > 1).any() else np.empty(0, dtype=np.int64)
        k = 1
        while len(rows):
            step = self.start[person[rows]] + k
            passed = at[rows] >= self.at[step]
            account[rows[passed]] = self.account[step[passed]]
            k += 1
            rows = rows[passed]
            rows = rows[n_steps[person[rows]] > k]
        return account


@dataclass(frozen=True, slots=True)
class Activities:
    """Occurrences, sorted by (person, at, known_at, row hash).

    `held` are the accounts that the people held (as known at `as_of`), `kind` indexes `Shared.kinds`.
    `known` is `max(at, known_at)`: when it was first visible at all, before anybody knew whose it was; attributes of
    its asset and program are read as of then. `places` is there only in a reading that was asked for it.

    `fresh`, in a reading over time, says of each occurrence whether it was first seen in this life of its record: what
    a record did before that has moved an earlier life already.
    """

    person: Ints
    held: AccountsHeld
    kind: Ints
    at: Instants
    known: Instants
    visible: Instants
    places: Places | None = None
    fresh: Bools | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One distinct "what" of activities: everything but who and when."""

    type: str
    channel: str | None
    asset: str | None
    program: str | None
    product: str | None
    properties: Mapping[str, str]


DEAL_STATUSES: tuple[str, ...] = ("open", "won", "lost")


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of the chunk's accounts and of its people.

    A deal: `ids[i]`, `account[i]` (-1 where none of this chunk), `opened_at[i]`. Its stages, sorted by (deal, at,
    known_at, row hash): `stage_deal`, `stage_at`, `stage_status` (index into `DEAL_STATUSES`). A deal without a
    stage is open. Roles: `role_deal`, `role_person`, `role_at`, all visible, one row per (deal, person). The last three
    say from when on a row counts, in a reading over time.
    """

    ids: pa.StringArray
    account: Ints
    opened_at: Instants
    stage_deal: Ints
    stage_at: Instants
    stage_status: Bytes
    role_deal: Ints
    role_person: Ints
    role_at: Instants
    opened_visible: Instants | None = None
    stage_visible: Instants | None = None
    role_visible: Instants | None = None


@dataclass(frozen=True, slots=True)
class CoverageSpan:
    """A source knows of every activity of these types in `[from_at, to_at]`."""

    source: str
    activity_types: frozenset[str]
    from_at: Micros
    to_at: Micros


@dataclass(frozen=True, slots=True)
class EntityTimelines:
    """Attributes of assets or programs, shared by all chunks: `ids` by index, and a timeline per field."""

    index: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[Field, Timeline] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all chunks of one reading share. `texts[field][code]` is the canonical text of a value."""

    as_of: Micros
    horizon: int
    kinds: tuple[Kind, ...] = ()
    texts: Mapping[Field, npt.NDArray[np.object_]] = field(default_factory=dict)
    assets: EntityTimelines = EntityTimelines()
    programs: EntityTimelines = EntityTimelines()
    coverage: tuple[CoverageSpan, ...] = ()
    files: tuple[str, ...] = ()


ELSEWHERE = np.int32(-2)
"""An account that is not in the chunk."""


@dataclass(frozen=True, slots=True)
class Held:
    """The accounts of people over time, as told at each instant: the latest `stated` one counts, and where there is none,
    or it has ended (code -1), the latest of their `own` (a lead's company)."""

    stated: Timeline
    own: Timeline


@dataclass(frozen=True, slots=True)
class Alive:
    """During which instants `[since, until)` each person of a chunk is somebody, made of just these records; and who
    they are: the first person of the chunk that bears the same name (`same_as`)."""

    since: Instants
    until: Instants
    same_as: Ints


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole accounts with their people.

    The first `n_decided` people are decided here (their account at `as_of`, or having none, is here); the
    rest held one of these accounts earlier and came along for the roll-ups. Within each part people are in
    the order of their rows in the store: what is said of one person may not depend on it, nor on how chunks were cut.

    `person_ids[i]` names the person, `source_ids[i]` is the bare id of its representative record;
    `person_account[i]` indexes `account_ids`; `person_known_at[i]` is the first instant at which any record
    of the person was known. Fields that nobody has a value for may be absent from the mappings.

    In a reading over time `held` are the accounts as told at each instant (codes index `account_ids`), and a person
    whose name or records change meanwhile is several people of the chunk, one life after the other, each `alive`
    for its time (`identity.lives`).
    """

    n_decided: int
    person_ids: pa.StringArray
    source_ids: pa.StringArray
    person_account: Ints
    person_known_at: Instants
    account_ids: pa.StringArray
    person_fields: Mapping[Field, Timeline]
    account_fields: Mapping[Field, Timeline]
    activities: Activities
    deals: Deals
    held: Held | None = None
    alive: Alive | None = None

    @property
    def n_people(self) -> int:
        return len(self.person_ids)

    @property
    def n_accounts(self) -> int:
        return len(self.account_ids)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a playbook reads, so that a reading loads no more: fields by entity, activity types
    (`None`: all of them), and whether deals matter."""

    fields: frozenset[Field] = frozenset()
    activity_types: frozenset[str] | None = None
    deals: bool = True

"""The local engine: chunks over threads in this process.

Calibrated limits (quantile thresholds) are found first, over everybody, at the last calibration instant
before `as_of`; then every chunk is decided on its own. The table is sorted by person, so that it does
not depend on how chunks were cut or on which thread was first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.by_name import by_name
from handraise.engines.calibrating import Calibrating, Shown
from handraise.engines.calibrations import Calibration
from handraise.engines.grids import GridDeciding, GridPart, limits_at
from handraise.engines.histories import (
    Telling,
    needs_everybody,
    rollups_read_history,
    scores_read_history,
)
from handraise.engines.in_force import NEVER_IN_FORCE, InForce
from handraise.engines.moves import ChunkMoves, Row, stage_moves, told_moves, told_turns
from handraise.engines.reading import Reading
from handraise.engines.told import ChunkTold, Told
from handraise.engines.warm import Warm
from handraise.evaluate.accounts import (
    ACCOUNT_COLUMNS,
    GROUP_COLUMNS,
    NAME,
    ROLE_COLUMNS,
    account_rows,
    group_rows,
)
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.decide import DECISION_COLUMNS, ChunkDecisions, Limits, ScoredPeople
from handraise.evaluate.explain import PROFILE_FIELDS, Explainer, PersonExplanation
from handraise.evaluate.gaps import ChunkGaps, Question, Undecided
from handraise.evaluate.history import Activations, ChunkHistory, happens
from handraise.evaluate.kleene import Truths
from handraise.evaluate.occurrences import ASSET_PRODUCT, PROGRAM_TYPE
from handraise.evaluate.past import NO_PAST
from handraise.evaluate.points import Points
from handraise.evaluate.scores import Hundredths
from handraise.evaluate.views import people_view
from handraise.facts.chunks import Chunk, Needs
from handraise.facts.store import FactStore
from handraise.model.conditions import (
    AttributeTest,
    Condition,
    HasOpportunity,
    HeldFor,
    InterestedIn,
    ReachedStatus,
    Score,
    Silent,
    TookOffer,
    walk,
)
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.products import OFFER_SHARED, OFFER_TAKEN, PROGRAM_MOVED
from handraise.model.time import Micros

T = TypeVar("T")
# Over time a row is asked about at several points, so that a chunk holds fewer rows in as much memory.
_POINTS_PER_ROW = 4


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of one run, the calibration they rest on, if any, by behaviour the occurrences that do not
    count because it is unknown whether they are that behaviour, and what had happened by then. `accounts` are rows of
    `accounts.ACCOUNT_COLUMNS`, by id, where everybody was decided."""

    table: pa.Table
    horizon: int
    calibration: Calibration | None
    n_unknown_occurrences: Mapping[str, int]
    told: Told | None = None
    accounts: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """The accounts of an instant, rows of `accounts.GROUP_COLUMNS`, and who is in which role of their buying groups, rows
    of `accounts.ROLE_COLUMNS`; by account, role (in the playbook's order) and person."""

    table: pa.Table
    roles: pa.Table
    horizon: int


Progress = Callable[[int, int], None]
ShownScores = Callable[[Micros, int, Limits, tuple[Score, ...]], Mapping[Score, Hundredths]]


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Decides from one store with one playbook. `catalog` types the fields; `n_threads` chunks run at once;
    `source_trust` lists sources, most trusted first; `activations` says when triggers started, and `in_force` what of that
    and of the calibrations is a fact. `warm` keeps what decisions and explanations of a few people have in common; without
    it everything is looked up each time."""

    store: FactStore
    playbook: Playbook
    catalog: FieldCatalog
    n_threads: int = 2
    source_trust: tuple[str, ...] = ()
    max_rows_per_chunk: int = 1_000_000
    activations: Activations = field(default_factory=dict)
    warm: Warm | None = None
    in_force: InForce = NEVER_IN_FORCE

    def decide(
        self,
        as_of: Micros,
        *,
        horizon: int | None = None,
        people: Iterable[str] | None = None,
        calibration: Calibration | None = None,
        told: Told | None = None,
        progress: Progress | None = None,
    ) -> Decided:
        """Decide everybody, or only `people`, as of an instant; sorted by person id.

        `horizon` is the last append number that counts (default: all). A given `calibration` is used as it is.
        What happened is told up to `as_of` first, where the playbook has triggers or a lifecycle; what was `told` of
        everybody up to a later instant does as well.
        """
        wanted = None if people is None else sorted(set(people))
        with self._reading(as_of, horizon, people=wanted) as reading:
            horizon = reading.shared.horizon
            if told is None:
                told, calibration = self._before(as_of, horizon, wanted, calibration)
            else:
                calibration = calibration or self.calibrate(as_of, horizon, told)
            limits = calibration.limits if calibration else self.calibrating.fixed
            compiled = self._compiled(reading)

            def decide_chunk(chunk: Chunk) -> tuple[pa.Table, Mapping[str, int], pa.Table | None]:
                past = NO_PAST if told is None else told.past_of(chunk)
                decisions = ChunkDecisions(compiled, chunk, limits, past)
                accounts = account_rows(decisions.people) if wanted is None else None
                decided = decisions.table(), decisions.people.facts.occurrences.n_unknown, accounts
                decisions.people.let_go()
                return decided

            parts = self._each_chunk(reading, decide_chunk, progress)
            stand_ins = reading.stand_ins() if wanted is None else pa.array([], pa.string())
        table = pa.concat_tables([DECISION_COLUMNS.empty_table(), *(table for table, _, _ in parts)])
        n_unknown = Counter[str]()
        for _, counts, _ in parts:
            n_unknown.update(counts)
        accounts = None
        if wanted is None:
            rows = (rows for _, _, rows in parts if rows is not None)
            accounts = _of_accounts([ACCOUNT_COLUMNS.empty_table(), *rows], stand_ins)
        return Decided(by_name(table, "person_id"), horizon, calibration, dict(n_unknown), told, accounts)

    def groups(
        self,
        as_of: Micros,
        *,
        horizon: int | None = None,
        calibration: Calibration | None = None,
        told: Told | None = None,
        progress: Progress | None = None,
    ) -> Groups:
        """Every account as of an instant, with its segments and its buying group; sorted by account id.

        What was `told` and the `calibration` of the same instant may be given, and are worked out otherwise.
        """
        asking = replace(self, playbook=self.playbook.with_roles(), warm=None)
        return asking._groups(as_of, horizon, calibration, told, progress)

    def _groups(
        self,
        as_of: Micros,
        horizon: int | None,
        calibration: Calibration | None,
        told: Told | None,
        progress: Progress | None,
    ) -> Groups:
        with self._reading(as_of, horizon, also=frozenset({NAME})) as reading:
            horizon = reading.shared.horizon
            if told is None:
                told, calibration = self._before(as_of, horizon, None, calibration)
            else:
                calibration = calibration or self.calibrate(as_of, horizon, told)
            limits = calibration.limits if calibration else self.calibrating.fixed
            compiled = self._compiled(reading)

            def of_chunk(chunk: Chunk) -> tuple[pa.Table, pa.Table]:
                past = NO_PAST if told is None else told.past_of(chunk)
                scored = ScoredPeople(people_view(compiled, chunk, past), limits)
                found = group_rows(scored.people)
                scored.people.scorer = None
                return found

            parts = self._each_chunk(reading, of_chunk, progress)
            stand_ins = reading.stand_ins()
        accounts = _of_accounts([GROUP_COLUMNS.empty_table(), *(a for a, _ in parts)], stand_ins)
        held = pa.concat_tables([ROLE_COLUMNS.empty_table(), *(held for _, held in parts)])
        return Groups(accounts, _in_order(held, self.playbook), horizon)

    def gaps(
        self, as_of: Micros, *, horizon: int | None = None, progress: Progress | None = None
    ) -> tuple[Mapping[Question, Undecided], int]:
        """What is undecided as of an instant, by question in the playbook's order, and the append horizon of that."""
        with self._reading(as_of, horizon, also_deals=True) as reading:
            told, calibration = self._before(as_of, reading.shared.horizon, None, None)
            limits = calibration.limits if calibration else self.calibrating.fixed
            compiled = self._compiled(reading)

            def of_chunk(chunk: Chunk) -> list[tuple[Question, Undecided]]:
                past = NO_PAST if told is None else told.past_of(chunk)
                decisions = ChunkDecisions(compiled, chunk, limits, past)
                found = list(ChunkGaps(decisions).questions())
                decisions.people.let_go()
                return found

            parts = self._each_chunk(reading, of_chunk, progress)
            horizon = reading.shared.horizon
        found: dict[Question, Undecided] = {}
        for part in parts:
            for question, undecided in part:
                found.setdefault(question, Undecided()).add(undecided)
        return found, horizon

    def history(
        self,
        until: Micros,
        *,
        horizon: int | None = None,
        people: Iterable[str] | None = None,
        progress: Progress | None = None,
    ) -> Told:
        """What happened to everybody, or to `people`, up to an instant: which triggers fired, which stages were entered."""
        horizon = self.store.last_seq if horizon is None else horizon
        alone = people is not None and not self._needs_everybody(until, horizon)
        wanted = sorted(set(people)) if people is not None and alone else None
        with self._reading(until, horizon, people=wanted, over_time=True) as reading:
            return self._telling(progress).tell(reading, self.activations)[0]

    def decide_at(
        self,
        instants: Sequence[Micros],
        then: Callable[[GridPart], T],
        *,
        told: Told | None = None,
        progress: Progress | None = None,
    ) -> Sequence[T]:
        """Decide everybody at instants, which are in order and each there once, from one reading; `then` takes what each
        chunk's people are. What happened up to the last instant is told first, unless it is given."""
        wanted = np.array(instants, dtype=np.int64)
        with self._reading(instants[-1], None, over_time=True) as reading:
            if told is None and happens(self.playbook):
                told = self._telling(None).tell(reading, self.activations)[0]
            compiled = Compiled(self.playbook, self.catalog, reading.shared)
            limits = limits_at(self.calibrating, reading, compiled, told, wanted)
            deciding = GridDeciding(compiled, wanted, limits, told)
            return self._each_chunk(reading, lambda chunk: then(deciding.of_chunk(chunk)), progress)

    def explain(
        self,
        person_id: str,
        as_of: Micros,
        *,
        horizon: int | None = None,
        calibration: Calibration | None = None,
    ) -> PersonExplanation | None:
        """Why, for one person; `None` when nobody of that id is decided at that instant."""
        found = self.explanations([person_id], as_of, horizon=horizon, calibration=calibration)
        return next(iter(found.values()), None)

    def explanations(
        self,
        people: Iterable[str],
        as_of: Micros,
        *,
        horizon: int | None = None,
        calibration: Calibration | None = None,
        told: Told | None = None,
    ) -> dict[str, PersonExplanation]:
        """Why, for a few people, by id; those whom nobody decides at that instant are not there. What was `told` of everybody
        up to the instant, and the calibration that holds then, are used as they are."""
        wanted = sorted(set(people))
        found: dict[str, PersonExplanation] = {}
        with self._reading(as_of, horizon, people=wanted, with_places=True) as reading:
            if told is None:
                told, calibration = self._before(as_of, reading.shared.horizon, wanted, calibration)
            limits = calibration.limits if calibration else self.calibrating.fixed
            compiled = self._compiled(reading)
            starts = {**self.in_force.starts(as_of), **self.activations}
            for i in range(reading.n_chunks):
                chunk = reading.chunk(i)
                ids = chunk.person_ids[: chunk.n_decided].to_pylist()
                asked = [(place, person) for place, person in enumerate(ids) if person in set(wanted)]
                if asked:
                    past = NO_PAST if told is None else told.past_of(chunk)
                    explainer = Explainer(ChunkDecisions(compiled, chunk, limits, past), starts)
                    found |= {person: explainer.person(place) for place, person in asked}
        return found

    def moves(self, after: Micros, until: Micros, *, progress: Progress | None = None) -> pa.Table:
        """Who moved after one instant and up to another: rows of `moves.MOVE_COLUMNS`, by instant, then by person.

        What nothing but ageing moves is told at the next midnight (`evaluate.ageing`).
        """
        with self._reading(until, None, over_time=True) as reading:
            told, limits = self._telling(None).tell(reading, self.activations, with_limits=True)
            compiled = Compiled(self.playbook, self.catalog, reading.shared)

            def of_chunk(chunk: Chunk) -> tuple[list[Row], Mapping[tuple[str, Micros], str]]:
                history = ChunkHistory(compiled, chunk, limits, self.activations)
                moves = ChunkMoves(history, told.past_of(chunk), after)
                return moves.rows(), moves.stage_reasons()

            parts = self._each_chunk(reading, of_chunk, progress)
        reasons = {who: reason for _, found in parts for who, reason in found.items()}
        rows = [row for found, _ in parts for row in found]
        return told_moves([*rows, *stage_moves(told.entries, after, reasons)])

    def turns(
        self,
        condition: Condition,
        after: Micros,
        until: Micros,
        *,
        horizon: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[pa.Table, Told]:
        """When a verdict turned true, of whom, after one instant and up to another: rows of `moves.TURN_COLUMNS`. And what
        happened to everybody by then, which had to be told first.

        The playbook's needs must hold what the condition reads.
        """
        with self._reading(until, horizon, over_time=True) as reading:
            told, limits = self._telling(None).tell(reading, self.activations, with_limits=True)
            compiled = Compiled(self.playbook, self.catalog, reading.shared)

            def of_chunk(chunk: Chunk) -> pa.Table:
                history = ChunkHistory(compiled, chunk, limits, self.activations)
                return ChunkMoves(history, told.past_of(chunk), after).turns(condition)

            parts = self._each_chunk(reading, of_chunk, progress)
        return told_turns(list(parts)), told

    def verdicts(self, condition: Condition, until: Micros) -> Iterator[Verdicts]:
        """A verdict over time about everybody, life by life; the playbook's needs must hold what it reads."""
        with self._reading(until, None, over_time=True) as reading:
            told, limits = self._telling(None).tell(reading, self.activations, with_limits=True)
            compiled = Compiled(self.playbook, self.catalog, reading.shared)
            for i in range(reading.n_chunks):
                chunk = reading.chunk(i)
                history = ChunkHistory(compiled, chunk, limits, self.activations)
                yield from _verdicts(chunk, *history.steps(condition, told.of(chunk)))

    @property
    def calibrating(self) -> Calibrating:
        def each(reading: Reading, work: Callable[[Chunk], T]) -> Sequence[T]:
            return self._each_chunk(reading, work, None)

        return Calibrating(self.playbook, self.catalog, each, self.in_force.calibrations)

    def calibrate(
        self,
        as_of: Micros,
        horizon: int,
        told: Told | None = None,
        shown_by: ShownScores | None = None,
        spans_by: Callable[[], Sequence[tuple[Micros, Micros | None] | None]] | None = None,
    ) -> Calibration | None:
        """The calibration that holds at `as_of`, from everybody as of its own instant; `None` when every threshold is
        fixed. `shown_by` gives the scores, and `spans_by` what `calibrated_between` says, where not everybody is
        in this store."""
        calibrating = self.calibrating
        if not calibrating.are_needed:
            return None
        known = self._known_calibration(as_of, horizon, told)
        if known is not None:
            return known
        found = self._calibrated(calibrating.last_anchor(as_of), horizon, told, shown_by)
        if found.n_people:
            return found
        spans = (spans_by or (lambda: [self.calibrated_between(as_of, horizon)]))()
        found_at = [span for span in spans if span is not None]
        if not found_at:
            return found
        # The last regular one, or else the instant at which the first of all came.
        regular = [last for first, last in found_at if last is not None]
        at = max(regular) if regular else min(first for first, _ in found_at)
        fact = self.in_force.calibrations.fact(at, as_of, horizon)
        return fact or self._calibrated(at, horizon, told, shown_by)

    def calibrate_now(self, at: Micros, horizon: int | None = None) -> Calibration | None:
        """A calibration at this very instant, whichever hold then; `None` when every threshold is fixed."""
        if not self.calibrating.are_needed:
            return None
        return self._calibrated_now(at, self.store.last_seq if horizon is None else horizon, None, None)

    def _known_calibration(self, as_of: Micros, horizon: int, told: Told | None) -> Calibration | None:
        """The calibration that holds at an instant, where it is kept, or was worked out when that was told."""
        if told is not None and told.calibrations is not None and told.calibrations.first_at is not None:
            return told.calibrations.holding(as_of) if told.calibrations.first_at <= as_of else None
        kept, anchor = self.in_force.calibrations, self.calibrating.last_anchor(as_of)
        found = kept.fact(anchor, as_of, horizon) or kept.same(anchor, horizon)
        return found if found is not None and found.n_people else None

    def calibrated_between(
        self, as_of: Micros, horizon: int | None = None
    ) -> tuple[Micros, Micros | None] | None:
        """The first instant at which anybody of this store was there, and the last regular calibration at which
        anybody was; `None` of nobody."""
        with self._reading(as_of, horizon, over_time=True) as reading:
            assert reading.lives is not None
            if not reading.lives.n:
                return None
            first, *regular = self.calibrating.instants(reading.lives, as_of).tolist()
        return first, (regular[-1] if regular else None)

    def _calibrated(
        self, at: Micros, horizon: int, told: Told | None, shown_by: ShownScores | None
    ) -> Calibration:
        same = None if shown_by is not None else self.in_force.calibrations.same(at, horizon)
        if same is not None:
            return same
        if told is not None and not scores_read_history(self.playbook):
            told = None
        if self.warm is None or told is not None or shown_by is not None:
            return self._calibrated_now(at, horizon, told, shown_by)
        key = ("calibration", at, horizon, self.source_trust, id(self.playbook), self.catalog.definitions)
        return self.warm.made(key, self.playbook, lambda: self._calibrated_now(at, horizon, None, None))

    def _calibrated_now(
        self, at: Micros, horizon: int, told: Told | None, shown_by: ShownScores | None
    ) -> Calibration:
        def shown(limits: Sequence[Limits], scores: tuple[Score, ...]) -> Shown:
            if shown_by is not None:
                found = shown_by(at, horizon, limits[0], scores)
            else:
                found = self.shown_scores(at, horizon, limits[0], scores, told=told)
            return {score: [found[score]] for score in scores}

        return self.calibrating.at(np.array([at], dtype=np.int64), shown)[-1]

    def shown_scores(
        self,
        at: Micros,
        horizon: int,
        limits: Limits,
        scores: tuple[Score, ...],
        *,
        told: Told | None = None,
        people: Iterable[str] | None = None,
    ) -> Mapping[Score, Hundredths]:
        """The shown scores of everybody at an instant, or only of `people`; what happened is told first where scores
        read it and it is not given."""
        if told is None and happens(self.playbook) and scores_read_history(self.playbook):
            told = self.history(at, horizon=horizon, people=people)
        with self._reading(at, horizon, people=people) as reading:
            compiled = Compiled(self.playbook, self.catalog, reading.shared)
            instants = np.array([at], dtype=np.int64)
            found = self.calibrating.shown_in(reading, compiled, told, instants)([limits], scores)
        return {score: found[score][0] for score in scores}

    def _before(
        self, as_of: Micros, horizon: int, people: list[str] | None, calibration: Calibration | None
    ) -> tuple[Told | None, Calibration | None]:
        """What happened by an instant, and the calibration that holds then."""
        told: Told | None = None
        everybody = people is None or self._needs_everybody(as_of, horizon)
        if happens(self.playbook):
            told = self.history(as_of, horizon=horizon, people=people)
        if calibration is not None or not self.calibrating.are_needed:
            return told, calibration
        calibration = self._known_calibration(as_of, horizon, told)
        if calibration is not None:
            return told, calibration
        if told is not None and not everybody and scores_read_history(self.playbook):
            told = self.history(as_of, horizon=horizon)
        return told, self.calibrate(as_of, horizon, told)

    def _needs_everybody(self, until: Micros, horizon: int) -> bool:
        """Whether what happened to somebody rests on what happened to others, as far as that is not kept."""
        if not self._of_playbook("needs everybody", lambda: needs_everybody(self.playbook)):
            return False
        kept = self.calibrating.kept_over_time(until, horizon)
        return kept is None or rollups_read_history(self.playbook)

    def _telling(self, progress: Progress | None) -> Telling:
        def each(reading: Reading, work: Callable[[Chunk], ChunkTold]) -> Sequence[ChunkTold]:
            return self._each_chunk(reading, work, progress)

        return Telling(self.playbook, self.catalog, self.calibrating, each, self.in_force)

    def _reading(
        self,
        as_of: Micros,
        horizon: int | None,
        *,
        people: Iterable[str] | None = None,
        with_places: bool = False,
        over_time: bool = False,
        also: frozenset[Field] = frozenset(),
        also_deals: bool = False,
    ) -> Reading:
        needs, latest_only = self._wanted(with_places)
        needs = replace(needs, deals=True) if also_deals else needs
        needs = replace(needs, fields=needs.fields | also) if also else needs
        rows = self.max_rows_per_chunk
        return Reading(
            self.store,
            as_of,
            horizon=horizon,
            needs=needs,
            people=people,
            with_places=with_places,
            latest_only=not over_time and latest_only,
            max_rows_per_chunk=max(rows // _POINTS_PER_ROW, 1) if over_time else rows,
            source_ranks=ranks_of_trust(self.source_trust),
            over_time=over_time,
            warm=self.warm,
        )

    def _wanted(self, everything: bool) -> tuple[Needs, bool]:
        """What the playbook reads, and whether latest values are enough."""

        def wanted() -> tuple[Needs, bool]:
            asking = self.playbook.with_roles() if everything else self.playbook
            return needs_of(asking, everything=everything), not _asks_since_when(asking)

        return self._of_playbook(("wanted", everything), wanted)

    def _of_playbook(self, name: Hashable, make: Callable[[], T]) -> T:
        """What depends on nothing but the playbook; kept as long as that."""
        if self.warm is None:
            return make()
        return self.warm.made((name, id(self.playbook)), self.playbook, make)

    def _compiled(self, reading: Reading) -> Compiled:
        """The playbook over a reading; kept as long as everything it depends on stays."""
        shared = reading.shared
        if reading.kept is None or self.warm is None:
            return Compiled(self.playbook, self.catalog, shared)
        made = self.warm.made(
            ("compiled", shared.as_of, id(self.playbook), self.catalog.definitions, frozenset(shared.texts)),
            (self.playbook, reading.kept),
            lambda: Compiled(self.playbook, self.catalog, shared),
        )
        return made.over(shared, reading.coded)

    def _each_chunk(
        self, reading: Reading, work: Callable[[Chunk], T], progress: Progress | None
    ) -> Sequence[T]:
        """The work's results in order of chunk; at most `n_threads` chunks are in memory at once."""
        n_chunks = reading.n_chunks
        done: list[T] = []

        def one(i: int) -> T:
            return work(reading.chunk(i))

        if n_chunks == 1 and progress is None:  # a few people: starting a thread costs more than it saves
            return [one(0)]
        with ThreadPoolExecutor(max_workers=self.n_threads) as pool:
            for result in pool.map(one, range(n_chunks)):
                done.append(result)
                if progress:
                    progress(len(done), n_chunks)
        return done


def _of_accounts(parts: Sequence[pa.Table], stand_ins: pa.Array) -> pa.Table:
    """By id, without the accounts that only stand for what a lead wrote of their company, and that nobody holds."""
    table = pa.concat_tables(parts)
    empty = pc.equal(table["n_people"], 0)
    gone = pc.and_(empty, pc.is_in(table["account_id"], value_set=stand_ins))
    return by_name(table.filter(pc.invert(gone)), "account_id")


def _in_order(held: pa.Table, playbook: Playbook) -> pa.Table:
    """By account, role in the playbook's order, and person."""
    keys = pa.array([role.key for role in playbook.buying_group.roles], pa.string())
    ranked = held.append_column("order", pc.index_in(held["role"], value_set=keys))
    order = [(name, "ascending") for name in ("account_id", "order", "person_id")]
    return ranked.sort_by(order).drop_columns(["order"])


class Verdicts(NamedTuple):
    """The verdict about somebody during one of their lives: from each instant on."""

    person_id: str
    since: Micros
    until: Micros
    steps: tuple[tuple[Micros, int], ...]


def _verdicts(chunk: Chunk, points: Points, truths: Truths) -> Iterator[Verdicts]:
    assert chunk.alive is not None
    start = np.searchsorted(points.subject, np.arange(chunk.n_decided + 1))
    for i in range(chunk.n_decided):
        mine = slice(start[i], start[i + 1])
        steps = tuple(zip(points.at[mine].tolist(), truths[mine].tolist(), strict=True))
        yield Verdicts(
            chunk.person_ids[i].as_py(), int(chunk.alive.since[i]), int(chunk.alive.until[i]), steps
        )


def ranks_of_trust(source_trust: Sequence[str]) -> dict[str, int]:
    """Ranks of sources that are listed most trusted first: the higher is believed."""
    return {name: rank for rank, name in enumerate(reversed(source_trust))}


def _asks_since_when(playbook: Playbook) -> bool:
    """Whether a condition asks how long a value has been held, and so needs the values before the latest."""
    return any(isinstance(part, HeldFor) for c in playbook.conditions() for part in walk(c))


def needs_of(playbook: Playbook, *, everything: bool = False) -> Needs:
    """What a reading must load for the playbook; for an explanation also who the person is and all they did."""
    atoms = [part for condition in playbook.conditions() for part in walk(condition)]
    fields = {a.field for a in atoms if isinstance(a, AttributeTest | HeldFor)}
    for behaviour in playbook.behaviours.values():
        fields |= {Field.parse(part.name) for part in behaviour.where if "." in part.name}
    types = {t for b in playbook.behaviours.values() for t in b.activities}
    if any(isinstance(a, InterestedIn) for a in atoms):
        fields |= {ASSET_PRODUCT, *([playbook.interest.stated] if playbook.interest.stated else [])}
    if any(isinstance(a, ReachedStatus) for a in atoms):
        fields.add(PROGRAM_TYPE)
        types |= set(PROGRAM_MOVED)
    if any(isinstance(a, TookOffer) for a in atoms):
        types |= {*OFFER_TAKEN, *OFFER_SHARED}
    every_type = everything or any(isinstance(a, Silent) and not a.behaviours for a in atoms)
    if everything:
        fields |= set(PROFILE_FIELDS)
    return Needs(
        fields=frozenset(fields),
        activity_types=None if every_type else frozenset(types),
        deals=any(isinstance(a, HasOpportunity) for a in atoms),
    )

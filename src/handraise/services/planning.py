"""Planning a playbook before it is switched on: two versions over the same history, side by side.

Both are decided from the same facts, at the same instants. Triggers are told as if they had always been on. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.local import Decided, Progress
from handraise.engines.told import Told
from handraise.errors import ExitCode, Finding, HandraiseError, PlaybookError
from handraise.evaluate.decide import DECISION_COLUMNS
from handraise.evaluate.explain import PersonExplanation, RuleExplanation
from handraise.facts.contents import newest_activity_at
from handraise.model.conditions import IsMarketingQualified
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Micros, iso
from handraise.playbook.dependencies import BUYER_SEGMENTS, MARKETING_QUALIFIED, RANK
from handraise.playbook.difference import Difference, decides_alike, difference
from handraise.playbook.writer import version_of
from handraise.services.checking import CheckResult
from handraise.services.deciding import Deciding, findings_of_newest, findings_of_playbook, in_force_since
from handraise.services.replaying import Flow, check_order

MICROS_PER_WEEK: Micros = 7 * MICROS_PER_DAY
USUAL_WEEKS = 13
MOST_WEEKS = 1000
USUAL_EXAMPLES = 3
MOST_EXAMPLES = 20
FLOWS_WITH_EXAMPLES = 8
"""Of each kind, the most frequent flows have people as examples."""

KINDS = ("rank", "marketing_qualified", "buyer_segment", "stage", "track")
"""What people can move between."""
_DECISIONS = {
    "rank": (RANK,),
    "marketing_qualified": (MARKETING_QUALIFIED,),
    "buyer_segment": (BUYER_SEGMENTS,),
}
_SCORES = ("fit_score", "engagement_score")

PLAN_COLUMNS = pa.schema(
    [
        *(DECISION_COLUMNS.field(name) for name in ("person_id", "source_id", "account_id", "as_of")),
        *(
            pa.field(f"{name}_{side}", DECISION_COLUMNS.field(name).type)
            for name in (*KINDS, *_SCORES)
            for side in ("was", "is")
        ),
        pa.field("moves", pa.list_(pa.string()), nullable=False),
        pa.field("certain", pa.bool_(), nullable=False),
    ]
)
"""One row for each person who would move, sorted by id: everything as decided by the workspace's playbook (`was`) and by
the other (`is`). `moves` names what differs; `certain` is whether no unknown fact could change any of that, under either."""

_Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Week:
    """People newly marketing-qualified after `start` and up to `end`, each once, by either playbook. The last week may be
    shorter than seven days."""

    start: Micros
    end: Micros
    was: int
    now: int

    @property
    def is_whole(self) -> bool:
        return self.end - self.start == MICROS_PER_WEEK


@dataclass(frozen=True, slots=True)
class Times:
    """How often something happened in the period, and to how many people; `None` by a playbook that does not have it."""

    key: str
    label: str
    was: tuple[int, int] | None
    now: tuple[int, int] | None

    def as_dict(self) -> dict[str, object]:
        return {"key": self.key, "label": self.label, "was": _times(self.was), "is": _times(self.now)}


def _times(found: tuple[int, int] | None) -> dict[str, int] | None:
    return None if found is None else {"n": found[0], "n_people": found[1]}


@dataclass(frozen=True, slots=True)
class Members:
    """How many people are in, out of and unknown to a named segment (people of its accounts, where it is one of accounts);
    `None` by a playbook that does not have it. `n_join` are in it by the other playbook alone, `n_leave` by the workspace's
    alone."""

    key: str
    label: str
    was: tuple[int, int, int] | None
    now: tuple[int, int, int] | None
    n_join: int
    n_leave: int

    def as_dict(self) -> dict[str, object]:
        return {
            "key": self.key,
            "label": self.label,
            "was": _members(self.was),
            "is": _members(self.now),
            "n_join": self.n_join,
            "n_leave": self.n_leave,
        }


def _members(found: tuple[int, int, int] | None) -> dict[str, int] | None:
    return None if found is None else dict(zip(("n_in", "n_out", "n_unknown"), found, strict=True))


@dataclass(frozen=True, slots=True)
class Uncertain:
    """How sure the moves of one kind are. `n_move` people move as shown, `n_certain` of them whatever is still unknown;
    `n_may_move` stay as shown, but unknown facts leave something else open: at most so many more would move."""

    what: str
    n_move: int
    n_certain: int
    n_may_move: int

    def as_dict(self) -> dict[str, object]:
        return {
            "what": self.what,
            "n_move": self.n_move,
            "n_certain": self.n_certain,
            "n_may_move": self.n_may_move,
        }


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that gives somebody other points; `None` by a playbook that does not have it."""

    score: str
    name: str
    was: float | None
    now: float | None

    def as_dict(self) -> dict[str, object]:
        return {"score": self.score, "name": self.name, "was": self.was, "is": self.now}


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody who would move, with the rules that give them other points. `segments` says why each playbook puts them in
    their buyer segment, where it is another."""

    was: PersonExplanation
    now: PersonExplanation

    @property
    def person_id(self) -> str:
        return str(self.was.decision["person_id"])

    @property
    def name(self) -> str | None:
        profile = self.was.profile
        parts = (profile.get("person.first_name"), profile.get("person.last_name"))
        return profile.get("person.name") or " ".join(p for p in parts if p) or None

    @property
    def account(self) -> str | None:
        return self.was.profile.get("account.name")

    @property
    def rules(self) -> tuple[RuleChange, ...]:
        return (
            *_rule_changes("fit", self.was.fit, self.now.fit),
            *_rule_changes("engagement", self.was.engagement, self.now.engagement),
        )

    @property
    def segments(self) -> tuple[str | None, str | None]:
        if self.was.decision["buyer_segment"] == self.now.decision["buyer_segment"]:
            return None, None
        return _segment_because(self.was), _segment_because(self.now)

    def as_dict(self) -> dict[str, object]:
        was, now = self.segments
        return {
            "person_id": self.person_id,
            "name": self.name,
            "title": self.was.profile.get("person.title"),
            "account": self.account,
            "was": {k: self.was.decision[k] for k in (*KINDS, *_SCORES)},
            "is": {k: self.now.decision[k] for k in (*KINDS, *_SCORES)},
            "rules": [rule.as_dict() for rule in self.rules],
            "buyer_segment_because": None if was is None and now is None else {"was": was, "is": now},
        }


def _rule_changes(
    score: str, old: Iterable[RuleExplanation], new: Iterable[RuleExplanation]
) -> Iterator[RuleChange]:
    was, now = ({rule.name: round(rule.points, 2) for rule in rules} for rules in (old, new))
    for name in dict.fromkeys((*was, *now)):
        if was.get(name, 0.0) != now.get(name, 0.0):
            yield RuleChange(score, name, was.get(name), now.get(name))


def _segment_because(found: PersonExplanation) -> str | None:
    key = found.decision["buyer_segment"]
    return next((s.verdict.sentence for s in found.buyer_segments if s.key == key), None)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two playbooks, with all that it decides: everybody at the end, what happened by then, and who was newly
    marketing-qualified in the period (rows of `engines.moves.TURN_COLUMNS`). `in_force_since`: where this version is the one
    that was activated last by the end."""

    playbook: Playbook
    version: str
    decided: Decided
    told: Told
    qualified: pa.Table
    in_force_since: Micros | None

    def as_dict(self) -> dict[str, object]:
        return {
            "playbook": self.playbook.name,
            "playbook_version": self.version,
            "in_force_since": None if self.in_force_since is None else iso(self.in_force_since),
            "mqls_per_week": self.playbook.agreement.mqls_per_week,
        }


@dataclass(frozen=True)
class PlanResult:
    """What would be other if the proposed playbook were in force instead of the workspace's. `table` has a row for each
    person who would move, of `PLAN_COLUMNS`; `examples` some of them by id."""

    in_force: Version
    """The workspace's playbook, whether or not it was activated."""
    proposed: Version
    difference: Difference
    after: Micros
    until: Micros
    horizon: int
    table: pa.Table
    examples: Mapping[str, Example]
    examples_by_flow: Mapping[Flow, tuple[str, ...]]
    findings: tuple[Finding, ...]

    @property
    def n_people(self) -> int:
        return len(self.in_force.decided.table)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """How many people would be where instead of where, kind by kind, the largest first."""
        return tuple(self.examples_by_flow)

    @cached_property
    def n_only_score(self) -> int:
        """How many people would have other scores and stay where they are."""
        was, now = self.in_force.decided.table, self.proposed.decided.table
        other = np.any([_differs(was[name], now[name]) for name in _SCORES], axis=0)
        return int(np.count_nonzero(other & ~_moving(was, now)))

    @cached_property
    def uncertain(self) -> tuple[Uncertain, ...]:
        """How sure each kind of move is."""
        was, now = self.in_force.decided.table, self.proposed.decided.table
        found = []
        for what in KINDS:
            moves = _differs(was[what], now[what])
            is_open = _is_open(was, what) | _is_open(now, what)
            may = np.zeros_like(moves) if self._is_same(what) else ~moves & is_open
            counts = (np.count_nonzero(x) for x in (moves, moves & ~is_open, may))
            found.append(Uncertain(what, *map(int, counts)))
        return tuple(found)

    def _is_same(self, what: str) -> bool:
        """Whether both decide a kind by the same rules, so that nobody can move."""
        old, new = self.in_force.playbook, self.proposed.playbook
        return all(decides_alike(old, new, decision) for decision in _DECISIONS.get(what, ()))

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """People newly marketing-qualified, week by week from the beginning of the period."""
        starts = range(self.after, self.until, MICROS_PER_WEEK)
        was, now = (
            _people_by_week(v.qualified, self.after, len(starts)) for v in (self.in_force, self.proposed)
        )
        ends = (min(start + MICROS_PER_WEEK, self.until) for start in starts)
        return tuple(Week(*week) for week in zip(starts, ends, was, now, strict=True))

    @property
    def mean_per_week(self) -> tuple[float | None, float | None]:
        """People newly marketing-qualified in seven days, on average over the period, by either playbook."""
        n_weeks = (self.until - self.after) / MICROS_PER_WEEK
        if not n_weeks:
            return None, None
        return sum(w.was for w in self.weeks) / n_weeks, sum(w.now for w in self.weeks) / n_weeks

    @property
    def capacities(self) -> tuple[int | None, int | None]:
        """How many marketing-qualified people sales can take a week, by either playbook."""
        return self.in_force.playbook.agreement.mqls_per_week, self.proposed.playbook.agreement.mqls_per_week

    @cached_property
    def triggers(self) -> tuple[Times, ...]:
        """How often each trigger fired in the period."""
        was, now = (
            {
                key: (
                    t.label or key.replace("_", " "),
                    *self._within(v.told.firings, "fired_at", "trigger", key),
                )
                for key, t in v.playbook.triggers.items()
            }
            for v in (self.in_force, self.proposed)
        )
        return _both(was, now)

    @cached_property
    def stages(self) -> tuple[Times, ...]:
        """How often each stage was entered in the period."""
        was, now = (
            {
                s.key: (
                    s.label or v.playbook.term(s.key),
                    *self._within(v.told.entries, "entered_at", "stage", s.key),
                )
                for s in v.playbook.lifecycle.stages
            }
            for v in (self.in_force, self.proposed)
        )
        return _both(was, now)

    @cached_property
    def segments(self) -> tuple[Members, ...]:
        """Everybody by named segment, by either playbook."""
        was, now = self.in_force, self.proposed
        keys = sorted({*was.playbook.segments, *now.playbook.segments})
        return tuple(_compared_segment(key, was, now) for key in keys)

    def as_dict(self) -> dict[str, object]:
        return {
            "from": iso(self.after),
            "to": iso(self.until),
            "horizon": self.horizon,
            "was": self.in_force.as_dict(),
            "is": self.proposed.as_dict(),
            "difference": self.difference.as_dict(),
            "n_people": self.n_people,
            "n_move": len(self.table),
            "n_only_score": self.n_only_score,
            "flows": [
                {**flow.as_dict(), "examples": list(people)} for flow, people in self.examples_by_flow.items()
            ],
            "certainty": [kind.as_dict() for kind in self.uncertain],
            "newly_qualified": self._newly_qualified(),
            "triggers": [t.as_dict() for t in self.triggers],
            "stages": [s.as_dict() for s in self.stages],
            "segments": [s.as_dict() for s in self.segments],
            "examples": [example.as_dict() for example in self.examples.values()],
            "findings": [f.as_dict() for f in self.findings],
        }

    def _newly_qualified(self) -> dict[str, object]:
        (mean_was, mean_now), (cap_was, cap_now) = self.mean_per_week, self.capacities
        weeks = [
            {
                "from": iso(week.start),
                "to": iso(week.end),
                "whole": week.is_whole,
                "was": {"n": week.was, "over": over(week.was, cap_was)},
                "is": {"n": week.now, "over": over(week.now, cap_now)},
            }
            for week in self.weeks
        ]
        return {
            "was": {"mean_per_week": _rounded(mean_was), "mqls_per_week": cap_was},
            "is": {"mean_per_week": _rounded(mean_now), "mqls_per_week": cap_now},
            "weeks": weeks,
        }

    def _within(self, rows: pa.Table, instant: str, column: str, key: str) -> tuple[int, int]:
        """How many rows of a key lie in the period, and of how many people."""
        at = rows[instant].cast(pa.int64())
        inside = pc.and_(pc.greater(at, self.after), pc.less_equal(at, self.until))
        mine = rows.filter(pc.and_(inside, pc.equal(rows[column], key)))
        return len(mine), int(pc.count_distinct(mine["person_id"]).as_py())


def over(n: int, capacity: int | None) -> int | None:
    """How many are more than sales can take; negative where so many more could come, `None` without a capacity."""
    return None if capacity is None else n - capacity


def _rounded(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 2)


@dataclass(frozen=True, slots=True)
class Planning:
    """The use case over one store. Nothing is stored."""

    deciding: Deciding

    def plan(
        self,
        in_force: CheckResult,
        proposed: CheckResult,
        after: Micros | None,
        until: Micros,
        *,
        examples: int = USUAL_EXAMPLES,
        progress: Progress | None = None,
    ) -> PlanResult:
        """Decide by both and compare. Without `after`, the last 13 weeks; up to `examples` people for each of the larger
        flows. Raises `PlaybookError` with the problems of both."""
        old, new = both_or_raise(in_force, proposed)
        start = until - USUAL_WEEKS * MICROS_PER_WEEK if after is None else after
        _check_period(start, until)
        horizon, catalog = self.deciding.store.last_seq, in_force.catalog
        steps = _Steps(progress)
        was = self._version(old, catalog, start, until, horizon, steps)
        now = self._version(new, catalog, start, until, horizon, steps)
        shown = _examples_by_flow(was.decided.table, now.decided.table, examples)
        people = list(dict.fromkeys(person for found in shown.values() for person in found))
        told = self._examples(people, was, now, catalog, until, horizon)
        steps.done()
        findings = (
            *dict.fromkeys((*findings_of_playbook(old), *findings_of_playbook(new))),
            *findings_of_newest(newest_activity_at(self.deciding.store, until), until),
        )
        return PlanResult(
            was,
            now,
            difference(old, new, catalog),
            start,
            until,
            horizon,
            moved_rows(was.decided.table, now.decided.table),
            told,
            shown,
            findings,
        )

    def _version(
        self,
        playbook: Playbook,
        catalog: FieldCatalog,
        after: Micros,
        until: Micros,
        horizon: int,
        steps: _Steps,
    ) -> Version:
        engine = self.deciding.what_if_engine(playbook, catalog)
        qualified, told = engine.turns(IsMarketingQualified(), after, until, horizon=horizon)
        steps.done()
        decided = engine.decide(until, horizon=horizon, told=told)
        steps.done()
        version = version_of(playbook)
        since = in_force_since(self.deciding.store.activations(), version, until)
        return Version(playbook, version, decided, told, qualified, since)

    def _examples(
        self,
        people: list[str],
        was: Version,
        now: Version,
        catalog: FieldCatalog,
        until: Micros,
        horizon: int,
    ) -> dict[str, Example]:
        if not people:
            return {}
        old, new = (
            self.deciding.what_if_engine(v.playbook, catalog).explanations(
                people, until, horizon=horizon, calibration=v.decided.calibration, told=v.told
            )
            for v in (was, now)
        )
        return {person: Example(old[person], new[person]) for person in people}


class _Steps:
    """Progress in five steps: telling and deciding by both, and the examples."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._n = progress, 0

    def done(self) -> None:
        self._n += 1
        if self._progress:
            self._progress(self._n, 5)


def both_or_raise(in_force: CheckResult, proposed: CheckResult) -> tuple[Playbook, Playbook]:
    """Both playbooks. Raises `PlaybookError` with the problems of either."""
    if in_force.playbook is not None and proposed.playbook is not None:
        return in_force.playbook, proposed.playbook
    wrong = [
        f"{which} has {c.n_errors} {'error' if c.n_errors == 1 else 'errors'}"
        for which, c in (("the workspace's playbook", in_force), ("the proposed playbook", proposed))
        if c.playbook is None
    ]
    sentence = " and ".join(wrong)
    raise PlaybookError(
        f"{sentence[:1].upper()}{sentence[1:]}.", problems=(*in_force.problems, *proposed.problems)
    )


def _check_period(after: Micros, until: Micros) -> None:
    check_order(after, until)
    if until - after > MOST_WEEKS * MICROS_PER_WEEK:
        raise HandraiseError(
            f"From {iso(after)} to {iso(until)} is more than {MOST_WEEKS:,} weeks.",
            ("Take a shorter time.",),
            exit_code=ExitCode.USAGE,
        )


def moved_rows(was: pa.Table, now: pa.Table) -> pa.Table:
    """Rows of `PLAN_COLUMNS` from the decisions of both, which are of the same people."""
    if not was["person_id"].equals(now["person_id"]):
        raise RuntimeError("the two playbooks decide different people")
    by_kind = {what: _differs(was[what], now[what]) for what in KINDS}
    left = np.flatnonzero(np.any(list(by_kind.values()), axis=0))
    is_open = {what: (_is_open(was, what) | _is_open(now, what))[left] for what in KINDS}
    moves = {what: moving[left] for what, moving in by_kind.items()}
    uncertain = np.any([moves[what] & is_open[what] for what in KINDS], axis=0)
    sides = {"was": was.take(pa.array(left)), "is": now.take(pa.array(left))}
    columns = {
        **{name: sides["was"][name] for name in ("person_id", "source_id", "account_id", "as_of")},
        **{f"{name}_{side}": rows[name] for name in (*KINDS, *_SCORES) for side, rows in sides.items()},
        "moves": pa.array(
            [[what for what in KINDS if moves[what][i]] for i in range(len(left))], pa.list_(pa.string())
        ),
        "certain": pa.array(~uncertain),
    }
    return pa.table([columns[f.name] for f in PLAN_COLUMNS], schema=PLAN_COLUMNS)


def _examples_by_flow(was: pa.Table, now: pa.Table, most: int) -> dict[Flow, tuple[str, ...]]:
    """The flows, and of the larger ones the first people by id; those whose move is certain come first."""
    found: dict[Flow, tuple[str, ...]] = {}
    for what in KINDS:
        left = np.flatnonzero(_differs(was[what], now[what]))
        is_open = (_is_open(was, what) | _is_open(now, what))[left]
        order = np.argsort(is_open, kind="stable")
        left = pa.array(left[order])
        columns = (table[name].take(left).to_pylist() for table, name in _columns(was, now, what))
        people: dict[tuple[str | None, str | None], list[str]] = {}
        for person, before, after in zip(*columns, strict=True):
            people.setdefault((before, after), []).append(person)
        flows = sorted(people, key=lambda move: (-len(people[move]), str(move[0]), str(move[1])))
        for place, move in enumerate(flows):
            shown = people[move][: most if place < FLOWS_WITH_EXAMPLES else 0]
            found[Flow(what, *move, len(people[move]))] = tuple(shown)
    return found


def _columns(was: pa.Table, now: pa.Table, what: str) -> tuple[tuple[pa.Table, str], ...]:
    return (was, "person_id"), (was, what), (now, what)


def _moving(was: pa.Table, now: pa.Table) -> _Bools:
    return np.asarray(np.any([_differs(was[what], now[what]) for what in KINDS], axis=0))


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> _Bools:
    """Where two columns are not the same; nothing is the same as nothing."""
    both = pc.fill_null(pc.not_equal(one, other), False)
    either = pc.xor(pc.is_null(one), pc.is_null(other))
    return np.asarray(pc.or_(both, either), dtype=np.bool_)


def _is_open(table: pa.Table, what: str) -> _Bools:
    """Whose place unknown facts could still change. Stages and tracks are told from what is known to have happened."""
    if what == "rank":
        certain = pc.and_(table["fit_grade_certain"], table["engagement_level_certain"])
        return np.asarray(pc.invert(certain), dtype=np.bool_)
    if what == "marketing_qualified":
        return np.asarray(pc.equal(table[what], "unknown"), dtype=np.bool_)
    if what == "buyer_segment":
        return np.asarray(
            pc.greater(pc.list_value_length(table["buyer_segment_could_be"]), 0), dtype=np.bool_
        )
    return np.zeros(len(table), dtype=np.bool_)


def _people_by_week(turns: pa.Table, after: Micros, n_weeks: int) -> list[int]:
    """How many people occur in each week, each once a week."""
    at = turns["turned_at"].cast(pa.int64()).to_numpy()
    week = (at - after - 1) // MICROS_PER_WEEK
    person = turns["person_id"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    pairs = np.unique(np.stack([week, person.astype(np.int64)]), axis=1)
    return [int(n) for n in np.bincount(pairs[0], minlength=n_weeks)]


def _both(
    was: Mapping[str, tuple[str, int, int]], now: Mapping[str, tuple[str, int, int]]
) -> tuple[Times, ...]:
    """In the order of the proposed playbook, then what it does not have any more."""
    return tuple(
        Times(key, (now.get(key) or was[key])[0], _counted(was.get(key)), _counted(now.get(key)))
        for key in dict.fromkeys((*now, *was))
    )


def _counted(found: tuple[str, int, int] | None) -> tuple[int, int] | None:
    return None if found is None else (found[1], found[2])


def _compared_segment(key: str, was: Version, now: Version) -> Members:
    there = [key in v.playbook.segments for v in (was, now)]
    held = [_listed(v.decided.table["segments_in"], key) for v in (was, now)]
    open_ = [_listed(v.decided.table["segments_unknown"], key) for v in (was, now)]
    counts = [
        (int(h.sum()), len(h) - int(h.sum()) - int(o.sum()), int(o.sum())) if is_there else None
        for is_there, h, o in zip(there, held, open_, strict=True)
    ]
    segment = now.playbook.segments.get(key) or was.playbook.segments[key]
    n_join, n_leave = int((held[1] & ~held[0]).sum()), int((held[0] & ~held[1]).sum())
    return Members(key, segment.label or key, counts[0], counts[1], n_join, n_leave)


def _listed(lists: pa.ChunkedArray, key: str) -> _Bools:
    """Which of the lists hold a key."""
    whole = lists.combine_chunks()
    found = np.zeros(len(whole), dtype=np.bool_)
    holds = np.asarray(pc.equal(whole.flatten(), key), dtype=np.bool_)
    found[np.asarray(pc.list_parent_indices(whole))[holds]] = True
    return found

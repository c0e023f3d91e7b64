"""The past as it was: decisions at a grid of instants, and who moved between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.by_name import by_name
from handraise.engines.grids import GridPart
from handraise.engines.local import Progress
from handraise.errors import ExitCode, HandraiseError
from handraise.evaluate.decide import DECISION_COLUMNS
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Micros, iso, to_micros
from handraise.reports.summaries import summarise_each
from handraise.reports.summary import DecisionsSummary, joined, summarise
from handraise.services.deciding import Deciding

MOST_INSTANTS = 1000


@dataclass(frozen=True, slots=True)
class Flow:
    """`n` times somebody moved from one rank, buyer segment or stage (`None`: from nowhere) to another."""

    what: str
    was: str | None
    now: str | None
    n: int

    def as_dict(self) -> dict[str, object]:
        return {"what": self.what, "was": self.was, "is": self.now, "n": self.n}


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Decisions at instants: `table`, unless it was not asked for, has a row for each person and instant, by instant and
    then by person; one summary an instant."""

    playbook: Playbook
    instants: tuple[Micros, ...]
    table: pa.Table | None
    summaries: tuple[DecisionsSummary, ...]

    def as_dict(self) -> dict[str, object]:
        told = zip(self.instants, self.summaries, strict=True)
        return {"instants": [{"as_of": iso(at), "summary": found.as_dict()} for at, found in told]}


@dataclass(frozen=True, slots=True)
class ChangesResult:
    """Every move after one instant and up to another: rows of `engines.moves.MOVE_COLUMNS`."""

    playbook: Playbook
    after: Micros
    until: Micros
    table: pa.Table

    @property
    def flows(self) -> tuple[Flow, ...]:
        """How often each move happened, the most frequent first."""
        columns = (self.table[name].to_pylist() for name in ("what", "was", "is"))
        counted = Counter(zip(*columns, strict=True))
        found = [Flow(what, was, now, n) for (what, was, now), n in counted.items()]
        return tuple(sorted(found, key=lambda f: (f.what, -f.n, str(f.was), str(f.now))))

    def rows(self, most: int, after: int = 0) -> list[dict[str, object]]:
        """The first moves as JSON has them, or those after so many."""
        rows = self.table.slice(after, most).to_pylist()
        return [{**row, "moved_at": iso(to_micros(row["moved_at"]))} for row in rows]

    def as_dict(self) -> dict[str, object]:
        return {
            "from": iso(self.after),
            "to": iso(self.until),
            "n_moves": len(self.table),
            "n_people": len(set(self.table["person_id"].to_pylist())),
            "flows": [flow.as_dict() for flow in self.flows],
        }


@dataclass(frozen=True, slots=True)
class Replaying:
    """The use case over one store. Nothing is stored. A replay decides as `Deciding` does at each of its instants; changes
    are told as of the end of their period."""

    deciding: Deciding

    def replay(
        self,
        playbook: Playbook,
        first: Micros,
        last: Micros,
        every: Duration,
        progress: Progress | None = None,
        *,
        with_table: bool = True,
    ) -> ReplayResult:
        """Decide everybody at `first` and every so much later, up to `last`, each from what was known then. Without
        `with_table` only the summaries are kept, so that memory does not grow with people times instants."""
        instants = tuple(_grid(first, last, every))

        def kept(part: GridPart) -> _Kept:
            found = tuple(s for block in part for s in summarise_each(block.table, block.n_rows))
            tables = tuple(table for block in part for table in block.tables()) if with_table else None
            return _Kept(found, _accounts(part), tables)

        engine = self.deciding.engine(playbook)
        tables, summaries = [DECISION_COLUMNS.empty_table()], list[DecisionsSummary]()
        for some in engine.in_force.told_alike(instants):
            parts = engine.decide_at(some, kept, progress=progress)
            tables += _tables(parts)
            summaries += _summaries(parts, len(some))
        table = pa.concat_tables(tables) if with_table else None
        return ReplayResult(playbook, instants, table, tuple(summaries))

    def changes(
        self, playbook: Playbook, after: Micros, until: Micros, progress: Progress | None = None
    ) -> ChangesResult:
        """Who moved between ranks, buyer segments and stages, when, and because of which facts."""
        check_order(after, until)
        table = self.deciding.engine(playbook).moves(after, until, progress=progress)
        return ChangesResult(playbook, after, until, table)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Of some of the people, at each instant: the summary, the accounts, and the decisions."""

    summaries: tuple[DecisionsSummary, ...]
    accounts: tuple[pa.Array, ...]
    tables: tuple[pa.Table, ...] | None


def _accounts(part: GridPart) -> tuple[pa.Array, ...]:
    """The ids of the accounts that somebody holds at each instant."""
    found = []
    for block in part:
        held = block.table["account_id"].combine_chunks()
        end = 0
        for n in block.n_rows:
            found.append(held.dictionary.take(pc.unique(held.indices.slice(end, n)).drop_null()))
            end += n
    return tuple(found)


def _summaries(parts: Sequence[_Kept], n_instants: int) -> Iterator[DecisionsSummary]:
    """Everybody's at each instant. Whoever changed account is decided where they were, so that parts may share one."""
    for i in range(n_instants):
        everybody = joined([summarise(DECISION_COLUMNS.empty_table()), *(p.summaries[i] for p in parts)])
        accounts = pa.chunked_array([p.accounts[i] for p in parts], pa.string())
        yield replace(everybody, n_accounts=pc.count_distinct(accounts).as_py())


def _tables(parts: Sequence[_Kept]) -> Iterator[pa.Table]:
    """Everybody's decisions at each instant, by person."""
    for at_instant in zip(*(p.tables or () for p in parts), strict=True):
        yield by_name(pa.concat_tables(at_instant), "person_id")


def _grid(first: Micros, last: Micros, every: Duration) -> Iterator[Micros]:
    """Steps are counted from the first instant, so that months do not drift, and in UTC, where a bare date ends."""
    check_order(first, last)
    at, n = first, 0
    while at <= last:
        if n == MOST_INSTANTS:
            raise HandraiseError(
                f"Every {every} from {iso(first)} to {iso(last)} is more than {MOST_INSTANTS:,} instants.",
                ("Take longer steps, or a shorter time.",),
                exit_code=ExitCode.USAGE,
            )
        yield at
        n += 1
        at = Duration(every.count * n, every.unit).after(first, "UTC")


def check_order(first: Micros, last: Micros) -> None:
    """Raises `HandraiseError` where a period ends before it begins."""
    if first > last:
        raise HandraiseError(
            f"{iso(first)} is after {iso(last)}.",
            ("Give the earlier instant as `from`, the later one as `to`.",),
            exit_code=ExitCode.USAGE,
        )

"""A reading: one look at the store at an instant and an append horizon, in chunks of whole accounts.

The only thing between the store and the evaluator. Rows come from the clustered copies, one stretch of
places per chunk, joined with what was appended since; see `origins` for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType

import pyarrow as pa

from handraise.engines.assembly import assemble
from handraise.engines.looking import Look
from handraise.engines.over_time import assemble_over_time
from handraise.engines.snapshot import Snapshot
from handraise.engines.warm import MAX_PEOPLE, Everybody, Warm
from handraise.engines.warm_look import Wanted, WarmLook
from handraise.facts.chunks import Chunk, Needs, Shared
from handraise.facts.store import FactStore
from handraise.identity.lives import Lives
from handraise.identity.ranks import ranks_by_number
from handraise.model.fields import Field
from handraise.model.time import Micros

# Arrow's own allocator gives memory back to the system as soon as a chunk is done and takes it again for the next:
# an eighth of the CPU of a decision. The system's allocator keeps it.
pa.set_memory_pool(pa.system_memory_pool())


class Reading:
    """Facts as of an instant and a horizon (default: all), as `chunks.Chunk`s.

    `people` limits it to these person ids: they alone are decided; the other members of their accounts come
    along after `n_decided`, with their `person_account`, for the roll-ups. `latest_only` keeps only the last row
    of each subject and field. `source_ranks` says which source is believed at one instant: the higher; those
    not named rank below, by the alphabet. `over_time` gives chunks that can be asked at every instant up to `as_of`:
    of whoever was somebody then, with the accounts told then. With `warm`, a few people are looked up in what is `kept`
    there; `coded` are then the fields whose codes are numbered for this reading alone. Holds a snapshot of the store: close it, or use it as a context manager.
    """

    def __init__(
        self,
        store: FactStore,
        as_of: Micros,
        horizon: int | None = None,
        needs: Needs = Needs(),
        people: Iterable[str] | None = None,
        *,
        with_places: bool = False,
        latest_only: bool = False,
        max_rows_per_chunk: int = 1_000_000,
        source_ranks: Mapping[str, int] | None = None,
        over_time: bool = False,
        warm: Warm | None = None,
    ) -> None:
        names = None if people is None else sorted(set(people))
        is_warm = warm is not None and names is not None and len(names) <= MAX_PEOPLE and not over_time
        self._snapshot = Snapshot(store, as_of, horizon, 1 if is_warm else None)
        self.coded: frozenset[Field] = frozenset()
        self.kept: Everybody | None = None
        try:
            if warm is not None and names is not None and is_warm:
                self._look_warm(store, warm, source_ranks, Wanted(names, needs, with_places, latest_only))
                return
            ranks = ranks_by_number(store, source_ranks)
            coverage = store.coverage(self._snapshot.horizon)
            with self._snapshot.view() as view:
                look = Look(
                    view, needs, ranks, coverage, with_places, latest_only, max_rows_per_chunk, over_time
                )
                self._shared, self._universe, self._shares = look.at(names)
        except BaseException:
            self.close()
            raise

    def _look_warm(
        self, store: FactStore, warm: Warm, source_ranks: Mapping[str, int] | None, wanted: Wanted
    ) -> None:
        """A few people, with all but their rows from what is kept."""
        snapshot = self._snapshot
        state = (snapshot.last_seq, snapshot.generation)
        given = tuple(sorted((source_ranks or {}).items()))
        ranks = warm.made(("ranks", state, given), None, lambda: ranks_by_number(store, source_ranks))
        coverage = warm.made(
            ("coverage", state, snapshot.horizon), None, lambda: store.coverage(snapshot.horizon)
        )
        with snapshot.view() as view:
            self.kept = warm.everybody(view, snapshot.generation, ranks)
            look = WarmLook(view, warm, self.kept, ranks, coverage, wanted)
            self._shared, self._universe, self._shares, self.coded = look.at()

    def close(self) -> None:
        self._snapshot.close()

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def shared(self) -> Shared:
        return self._shared

    @property
    def lives(self) -> Lives | None:
        """Everybody's lives, in a reading over time."""
        return self._universe.lives

    def stand_ins(self) -> pa.Array:
        """The names of the accounts that only stand for the company fields of a lead."""
        with self._snapshot.view() as view:
            rows = view.table(
                """SELECT name FROM account_names WHERE id IN (
                       SELECT account FROM account_records WHERE {visible} GROUP BY account HAVING bool_and(own))"""
            )
        return rows.column("name").combine_chunks().cast(pa.string())

    @property
    def n_chunks(self) -> int:
        return len(self._shares)

    def chunk(self, index: int) -> Chunk:
        """One chunk. Several threads may ask at a time."""
        with self._snapshot.view() as view:
            put_together = assemble if self._universe.lives is None else assemble_over_time
            return put_together(view, self._universe, self._shares[index])

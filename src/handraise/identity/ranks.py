"""Which source is believed where two say different things at the same instant."""

from __future__ import annotations

from collections.abc import Mapping

from handraise.facts.store import DERIVED, FactStore


def ranks_by_number(store: FactStore, ranks: Mapping[str, int] | None = None) -> Mapping[int, int]:
    """Ranks by source number: as given by name, the higher wins; sources that are not named rank below all those,
    in alphabetical order, and what was derived below everything."""
    given = ranks or {}
    numbers = store.sources()
    order = sorted(numbers, key=lambda name: (name in given, given.get(name, 0), name != DERIVED, name))
    return {numbers[name]: rank for rank, name in enumerate(order)}

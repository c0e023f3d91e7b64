"""Spark decides what the local engine decides: the same rows, however facts are cut into buckets."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from tests.facts.worlds import store_of
from tests.generative.playbooks import playbooks
from tests.generative.vocabulary import CATALOG
from tests.generative.vocabulary import NOON as GENERATED_NOON
from tests.generative.worlds import worlds
from tests.spark.conftest import Bringer, Brought
from tests.spark.joined import drawn, joined
from tests.spec.engines import by_source

from handraise.facts.interchange.parquet import write_parquet
from handraise.model.playbook import Playbook

pytestmark = pytest.mark.xdist_group("spark")


def differences(expected: pa.Table, found: pa.Table) -> list[str]:
    """One line for each person decided by one only, and for each column of one that differs."""
    ours, theirs = ({row["person_id"]: row for row in table.to_pylist()} for table in (expected, found))
    lines = [f"{name}: decided by one only" for name in ours.keys() ^ theirs.keys()]
    for name in ours.keys() & theirs.keys():
        lines += [
            f"{name}.{c}: {v!r}, Spark {theirs[name][c]!r}"
            for c, v in ours[name].items()
            if v != theirs[name][c]
        ]
    return sorted(lines)


@pytest.fixture(scope="module")
def many_worlds(brought: Bringer, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Brought]:
    """Sixty generated worlds as one, in one bucket and in several."""
    folder = tmp_path_factory.mktemp("many")
    several = drawn(worlds(), 60)
    store = store_of(by_source(joined(several)), several[0].coverage, tmp_path=folder)
    write_parquet(store, folder / "facts")
    brought.stores.append(store)
    return [brought(folder / "facts", n, store) for n in (1, 5)]


@pytest.mark.parametrize("playbook", drawn(playbooks(), 6))
def test_every_kind_of_condition_is_decided_alike(many_worlds: Sequence[Brought], playbook: Playbook) -> None:
    for world in many_worlds:
        expected = world.expected(playbook, GENERATED_NOON, CATALOG)
        _, found = world.decide(playbook, GENERATED_NOON, CATALOG)
        assert differences(expected, found) == []
        assert found.equals(expected)

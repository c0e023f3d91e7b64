"""Spark decides what the local engine decides: the same rows, however facts are cut into buckets."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.facts.worlds import store_of
from tests.generative.playbooks import living_playbooks, playbooks
from tests.generative.vocabulary import CATALOG
from tests.generative.vocabulary import NOON as GENERATED_NOON
from tests.generative.worlds import worlds
from tests.spark import large_world
from tests.spark.conftest import Bringer, Brought
from tests.spark.joined import drawn, joined
from tests.spec.engines import by_source
from tests.spec.words import at_least, days, each, engagement, fit, is_one_of, playbook, worth

from handraise.engines.histories import needs_everybody
from handraise.engines.spark.deciding import SparkDecided
from handraise.errors import EngineError
from handraise.facts.interchange.parquet import write_parquet
from handraise.model.conditions import AccountDid, AccountPeople, GradeIs, Times
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare

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
    """Sixty generated worlds as one, in one bucket and in several; last in several, for playbooks over time."""
    folder = tmp_path_factory.mktemp("many")
    several = drawn(worlds(), 60)
    store = store_of(by_source(joined(several)), several[0].coverage, tmp_path=folder)
    write_parquet(store, folder / "facts")
    brought.stores.append(store)
    facts = folder / "facts"
    return [*(brought(facts, n, store) for n in (1, 5)), brought(facts, 5, store, over_time=True)]


@pytest.mark.parametrize("generated", drawn(playbooks(), 6))
def test_every_kind_of_condition_is_decided_alike(
    many_worlds: Sequence[Brought], generated: Playbook
) -> None:
    for world in many_worlds:
        expected = world.expected(generated, GENERATED_NOON, CATALOG)
        _, found = world.decide(generated, GENERATED_NOON, CATALOG)
        assert differences(expected, found) == []
        assert found.equals(expected)


LIVING = sorted(drawn(living_playbooks(), 24), key=lambda b: -len(b.triggers) - len(b.lifecycle.stages))
"""Those in which most can happen first."""
TOLD_ONE_BY_ONE = [book for book in LIVING if not needs_everybody(book)][:5]
RESTING_ON_EVERYBODY = [book for book in LIVING if needs_everybody(book)][:1]


@pytest.mark.parametrize("generated", TOLD_ONE_BY_ONE)
def test_tracks_and_stages_are_told_alike(many_worlds: Sequence[Brought], generated: Playbook) -> None:
    """People who moved and merged among them: each bucket tells the whole history of its own."""
    world = many_worlds[-1]
    expected = world.expected(generated, GENERATED_NOON, CATALOG)
    _, found = world.decide(generated, GENERATED_NOON, CATALOG)
    assert differences(expected, found) == []


def test_somebody_has_a_track_and_a_stage_in_these_worlds(many_worlds: Sequence[Brought]) -> None:
    """So the law before this one compares something."""
    told = [many_worlds[-1].expected(book, GENERATED_NOON, CATALOG) for book in TOLD_ONE_BY_ONE]
    assert len(TOLD_ONE_BY_ONE) == 5
    assert sum(len(t) - t["track"].null_count for t in told) > 10
    assert sum(len(t) - t["stage"].null_count for t in told) > 10


@pytest.mark.parametrize("generated", RESTING_ON_EVERYBODY)
def test_what_rests_on_everybody_is_refused_in_a_sentence(
    many_worlds: Sequence[Brought], generated: Playbook
) -> None:
    with pytest.raises(EngineError, match="rests on what happened to everybody") as refused:
        many_worlds[-1].decide(generated, GENERATED_NOON, CATALOG)
    assert refused.value.advice


@pytest.fixture(scope="module")
def large(brought: Bringer, tmp_path_factory: pytest.TempPathFactory) -> Brought:
    """A world with an account that outweighs all others and people who changed account, in seven buckets."""
    folder = tmp_path_factory.mktemp("large") / "facts"
    large_world.write(folder)
    return brought(folder, 7)


def _agreed() -> Playbook:
    shares = Thresholds(*(TopShare(Fraction(1, n)) for n in (20, 5, 2)))
    return playbook(
        fit=fit(
            worth(10, is_one_of("person.seniority", "vp", "c_level")),
            worth(5, at_least("account.employees", 500)),
            grades=shares,
        ),
        engagement=engagement(
            each(2, "form", within=days(90), half_life=days(20)), each(1, "page"), levels=shares
        ),
        segments={
            "others came": AccountDid("form", Times(2), within=days(30)),
            "everybody came": AccountDid("form", Times(5), times=2),
            "a vp": AccountPeople(is_one_of("person.seniority", "vp")),
            "many good": AccountPeople(GradeIs(("A", "B")), Times(3)),
        },
    )


@pytest.fixture(scope="module")
def large_decided(large: Brought) -> tuple[SparkDecided, pa.Table]:
    return large.decide(_agreed(), large_world.NOON)


def test_one_large_account_and_people_who_changed_account_change_no_row(
    large: Brought, large_decided: tuple[SparkDecided, pa.Table]
) -> None:
    """Roll-ups count who was there, whoever was there; top shares are taken over everybody, not over a bucket."""
    agreed, (decided, found) = _agreed(), large_decided
    expected = large.expected(agreed, large_world.NOON)
    assert differences(expected, found) == []
    assert found.equals(expected)
    assert {s for row in expected["segments_in"].to_pylist() for s in row} == set(agreed.segments)
    assert decided.calibration is not None
    assert decided.calibration.n_people == len(expected)
    assert decided.rejected == {
        "activities: unknown_type": 1,
        "activities: conflict": decided.rejected["activities: conflict"],
    }


def test_few_rows_travel_to_more_than_one_bucket(large: Brought) -> None:
    """Those of the one in a hundred who changed account; so no bucket is sunk by an account that is not its own."""
    n_rows = {p: pq.read_metadata(p).num_rows for p in large.places.facts.rglob("*.parquet")}
    n_facts = large_world.N_ACTIVITIES_OF_LARGE + 3 * large_world.N_ACCOUNTS * large_world.N_PEOPLE_OF_OTHERS
    assert sum(n for p, n in n_rows.items() if "activities" in str(p)) < 1.06 * n_facts
    assert large.n_buckets == 7


def test_a_person_is_decided_in_one_bucket(large_decided: tuple[SparkDecided, pa.Table]) -> None:
    folder = large_decided[0].folder
    people = pa.concat_arrays(
        [pq.read_table(p)["person_id"].combine_chunks() for p in sorted(folder.glob("*.parquet"))]
    )
    assert pc.count_distinct(people).as_py() == len(people)
    for part in folder.glob("*.parquet"):
        names = pq.read_table(part)["person_id"].to_pylist()
        assert names == sorted(names)

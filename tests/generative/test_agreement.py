"""The law of laws: the reference and the real evaluator decide alike, in every column, at every instant."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import playbooks
from tests.generative.profiles import profile
from tests.generative.smallest import smallest
from tests.generative.vocabulary import CATALOG
from tests.generative.worlds import GeneratedWorld, instants, worlds
from tests.reference import Decision
from tests.spec.engines import Real, RealWorld, Reference

from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso

N_PLAYBOOKS, N_INSTANTS = 8, 3


@contextmanager
def opened(world: GeneratedWorld) -> Iterator[RealWorld]:
    """The world in a store that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handraise-") as folder:
        real = Real(Path(folder)).open(world.facts, world.coverage, CATALOG)
        try:
            yield real
        finally:
            real.close()


def differences(expected: Mapping[str, Decision], actual: Mapping[str, Decision]) -> list[str]:
    """One line for each person who is decided by one only, and for each column that differs."""
    lines = [f"{person}: only in the reference" for person in expected.keys() - actual.keys()]
    lines += [f"{person}: not in the reference" for person in actual.keys() - expected.keys()]
    for person in sorted(expected.keys() & actual.keys()):
        for column in (f.name for f in fields(Decision)):
            ours, theirs = getattr(expected[person], column), getattr(actual[person], column)
            if ours != theirs:
                lines.append(f"{person}.{column}: reference {ours!r}, evaluator {theirs!r}")
    return lines


def decide_both(world: GeneratedWorld, playbook: Playbook, as_of: Micros) -> list[str]:
    """The differences, from a store of its own."""
    expected = Reference(Path()).open(world.facts, world.coverage, CATALOG).decide(playbook, as_of)
    with opened(world) as real:
        return differences(expected, real.decide(playbook, as_of))


_REPORTS: dict[str, str] = {}


def report(world: GeneratedWorld, playbook: Playbook, as_of: Micros) -> str:
    """The disagreement in its smallest form; Hypothesis asks for it several times, so it is kept."""
    case = repr((world, playbook, as_of))
    if case not in _REPORTS:
        _REPORTS[case] = _report(world, playbook, as_of)
    return _REPORTS[case]


def _report(world: GeneratedWorld, playbook: Playbook, as_of: Micros) -> str:
    world, playbook = smallest(world, playbook, lambda w, p: bool(decide_both(w, p, as_of)))
    lines = decide_both(world, playbook, as_of)
    return "\n".join([f"as of {iso(as_of)} ({as_of}):", *lines, "", repr(playbook), "", repr(world)])


@profile()
@given(st.data())
def test_the_reference_and_the_evaluator_decide_alike(data: st.DataObject) -> None:
    """Any world, any playbooks, at instants around anything that happens."""
    world = data.draw(worlds(), "world")
    asked = data.draw(instants(world, N_INSTANTS), "instants")
    reference = Reference(Path()).open(world.facts, world.coverage, CATALOG)
    with opened(world) as real:
        for _ in range(N_PLAYBOOKS):
            playbook = data.draw(playbooks(), "playbook")
            for as_of in asked:
                expected, actual = reference.decide(playbook, as_of), real.decide(playbook, as_of)
                assert not differences(expected, actual), report(world, playbook, as_of)


@profile(0.4)
@given(st.data())
def test_chunking_threads_and_choice_of_people_do_not_show(data: st.DataObject) -> None:
    """However the facts are cut into chunks, on however many threads, and whoever is asked about."""
    world = data.draw(worlds(), "world")
    asked = data.draw(instants(world, 2), "instants")
    with opened(world) as real:
        for _ in range(N_PLAYBOOKS // 4):
            playbook = data.draw(playbooks(), "playbook")
            for as_of in asked:
                whole = real.decide(playbook, as_of)
                for rows in (1, 15):
                    cut = real.decide(playbook, as_of, max_rows_per_chunk=rows, n_threads=2)
                    assert not differences(whole, cut)
                chosen = data.draw(st.sets(st.sampled_from(sorted(whole)))) if whole else set()
                some = real.decide(playbook, as_of, people=sorted(chosen))
                of_whole = {person: whole[person] for person in chosen}
                assert not differences(of_whole, some)

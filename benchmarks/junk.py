"""How much planted junk is caught and how many real people are lost: `python -m benchmarks.junk [people] [seed]`."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.hygiene.people_planted import Planted, planted_people

from benchmarks.titles import told
from handraise.evidence.interval import wilson
from handraise.hygiene.people import review_person


def main(n_people: int, seed: int) -> None:
    people = planted_people(n_people * 3 // 4, n_people // 4, seed)
    began = time.process_time()
    verdicts = [review_person(p.person).is_junk for p in people]
    spent = time.process_time() - began
    found = Counter((p.is_junk, verdict) for p, verdict in zip(people, verdicts, strict=True))
    junk, real = (sum(n for (is_junk, _), n in found.items() if is_junk is kind) for kind in (True, False))
    caught, lost = found[True, True], found[False, True]
    print(f"{junk} junk, {real} real people, seed {seed}")
    print(f"recall     {told(caught / junk, wilson(caught, junk))}")
    print(f"precision  {told(caught / (caught + lost), wilson(caught, caught + lost))}")
    print(f"real lost  {told(lost / real, wilson(lost, real))}")
    print(f"left open  {found[True, None]} junk, {found[False, None]} real")
    print_missed(people, verdicts)
    print(f"{spent / n_people * 1e6:.0f} us a person")


def print_missed(people: list[Planted], verdicts: list[bool | None]) -> None:
    pairs = list(zip(people, verdicts, strict=True))
    missed = Counter(p.kind for p, verdict in pairs if p.is_junk and verdict is not True)
    lost = Counter(
        f"{p.person.first_name} {p.person.last_name}" for p, verdict in pairs if not p.is_junk and verdict
    )
    print("missed    ", dict(missed.most_common(8)))
    print("lost      ", dict(lost.most_common(8)))


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [20_000, 11][len(given) :]))

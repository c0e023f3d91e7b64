"""How many machine clicks are caught, how many people's are lost, and how fast: `python -m benchmarks.bots [people] [events]`."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace

import numpy as np
from tests.hygiene.mail_world import MailWorld, mail_world

from benchmarks.titles import told
from handraise.evidence.interval import wilson
from handraise.hygiene.bots import SECOND, MailAct, MailActivities, judge

SEEDS = (1, 2, 3)
N_MAILS = 12


def main(n_people: int, n_events: int) -> None:
    print(
        f"{'seed':4} {'act':7} {'machine acts':>12} {'caught':>22} {'people' + chr(39) + 's acts':>14} {'lost':>22}"
    )
    for seed in SEEDS:
        print_rates(mail_world(n_people, N_MAILS, seed), seed)
    print_coarse(mail_world(n_people, N_MAILS, 5))
    print_cost(mail_world(2_000, N_MAILS, 4).activities, n_events)


def print_rates(world: MailWorld, seed: int) -> None:
    found = judge(world.activities).is_machine == 1
    for name, act in (("clicks", MailAct.CLICKED), ("opens", MailAct.OPENED)):
        rows = np.asarray(world.activities.act) == act
        (caught, machines), (lost, people) = (
            (int(found[rows & kind].sum()), int((rows & kind).sum()))
            for kind in (world.by_machine, ~world.by_machine)
        )
        rates = (told(caught / machines, wilson(caught, machines)), told(lost / people, wilson(lost, people)))
        print(f"{seed:4} {name:7} {machines:12,} {rates[0]:>22} {people:14,} {rates[1]:>22}")


def print_coarse(world: MailWorld) -> None:
    """What whole seconds and minutes leave of it."""
    clicks = np.asarray(world.activities.act) == MailAct.CLICKED
    for seconds in (0, 1, 60):
        step = max(seconds * SECOND, 1)
        at = world.activities.at // step * step
        verdict = judge(replace(world.activities, at=at, resolution=float(seconds))).is_machine
        shares = [
            f"{name} {(verdict[clicks & rows] == value).mean():.3f}"
            for rows, names in (
                (world.by_machine, ("caught", "unknown", "called a person's")),
                (~world.by_machine, ("people's lost", "unknown", "kept")),
            )
            for name, value in zip(names, (1, -1, 0), strict=True)
        ]
        print(f"instants to {seconds} s: " + ", ".join(shares))


def print_cost(activities: MailActivities, n_events: int) -> None:
    many = repeated(activities, -(-n_events // len(activities)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    judge(many)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{len(many):,} events: {wall:.1f} s wall, {cpu:.1f} s CPU, {grown:.0f} MB beyond the arrays given")


def repeated(activities: MailActivities, times: int) -> MailActivities:
    """The same people again under other numbers."""
    n_people = int(activities.person[-1]) + 1
    people = (np.arange(times)[:, None] * n_people + activities.person).ravel()
    names = ("mail", "at", "act", "link", "agent", "ip")
    return replace(
        activities, person=people, **{name: np.tile(getattr(activities, name), times) for name in names}
    )


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [4_000, 20_000_000][len(given) :]))

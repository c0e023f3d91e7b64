"""A labelled world of mails: people who read them in their ways, and scanners that work in some mailboxes.

People open after hours or within seconds, with and without pictures, behind Apple's proxy; they click one link, two in
quick succession, the same one twice, several over minutes; they forward. Scanners click everything at once on delivery or
minutes later, walk slowly from link to link, take one link only, and fire the pixel along with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.hygiene.bots import SECOND, UNKNOWN, MailAct, MailActivities

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
    "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    "python-requests/2.31",
)
BROWSERS, PROXY, APPLE, SCANNERS = (0, 1), 2, 3, (4, 5)
HIDDEN_LINK = 99


@dataclass(frozen=True, slots=True)
class MailWorld:
    """Activities and, of each, whether a machine did it, in the way named."""

    activities: MailActivities
    by_machine: NDArray[np.bool_]
    way: NDArray[np.str_]


Row = tuple[int, int, int, int, int, int, bool, str]  # person, mail, at, act, link, agent, by machine, way


def mail_world(n_people: int, n_mails: int, seed: int) -> MailWorld:
    """So many people who got so many mails each; three in ten mailboxes are scanned."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for person in range(n_people):
        habits = _Habits.drawn(rng)
        for mail in range(n_mails):
            rows.extend(_mail(rng, person, mail, habits))
    rows.sort(key=lambda r: r[:3])
    return _world(rows)


@dataclass(frozen=True, slots=True)
class _Habits:
    scanner: str | None
    scanner_agent: int
    reads_apple: bool
    sees_pictures: bool
    fast: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> _Habits:
        kinds = ("burst", "late burst", "walk", "on delivery", "sampler")
        agent = int(rng.choice(SCANNERS)) if rng.random() < 0.2 else int(rng.choice(BROWSERS))
        scanner = str(rng.choice(kinds)) if rng.random() < 0.3 else None
        return cls(scanner, agent, rng.random() < 0.4, rng.random() < 0.8, rng.random() < 0.05)


def _mail(rng: np.random.Generator, person: int, mail: int, habits: _Habits) -> list[Row]:
    t0 = (1_700_000_000 + mail * 86_400 * 7 + int(rng.integers(0, 30_000))) * SECOND
    rows: list[Row] = [(person, mail, t0, MailAct.DELIVERED, UNKNOWN, UNKNOWN, False, "delivery")]
    n_links = int(rng.integers(3, 9))
    if habits.scanner is not None:
        rows.extend(_scan(rng, person, mail, t0, n_links, habits))
    if habits.reads_apple:
        at = t0 + int(rng.uniform(3, 20_000) * SECOND)
        rows.append((person, mail, at, MailAct.OPENED, UNKNOWN, APPLE, True, "prefetch"))
    if rng.random() < 0.35:
        rows.extend(_read(rng, person, mail, t0, n_links, habits))
    return rows


def _scan(
    rng: np.random.Generator, person: int, mail: int, t0: int, n_links: int, habits: _Habits
) -> list[Row]:
    way = habits.scanner or ""
    if way == "sampler" and mail % 3:
        way = "burst" if mail % 3 == 1 else "sampler"
    start, gaps, links = {
        "burst": ((0.4, 6.0), (0.02, 0.5), n_links),
        "late burst": ((20, 500), (0.2, 1.2), n_links),
        "walk": ((5, 60), (2, 15), n_links),
        "on delivery": ((0.5, 3.5), (0, 0), 1),
        "sampler": ((10, 300), (0, 0), 1),
    }[way]
    at = t0 + rng.uniform(*start) * SECOND
    rows: list[Row] = []
    if rng.random() < 0.4:
        before = int(at - rng.uniform(0.01, 0.3) * SECOND)
        rows.append(
            (person, mail, max(before, t0 + 1), MailAct.OPENED, UNKNOWN, habits.scanner_agent, True, "pixel")
        )
    chosen = list(rng.permutation(n_links)[:links])
    if links > 1 and rng.random() < 0.1:
        chosen.append(HIDDEN_LINK)
    for link in chosen:
        rows.append((person, mail, int(at), MailAct.CLICKED, int(link), habits.scanner_agent, True, way))
        at += rng.uniform(*gaps) * SECOND
    return rows


def _read(
    rng: np.random.Generator, person: int, mail: int, t0: int, n_links: int, habits: _Habits
) -> list[Row]:
    agent = int(rng.choice(BROWSERS))
    delay = rng.uniform(5, 30) if habits.fast else max(8.0, float(rng.lognormal(8.9, 1.8)))
    at = t0 + delay * SECOND
    rows: list[Row] = []
    if habits.sees_pictures and not habits.reads_apple:
        seen = PROXY if rng.random() < 0.3 else agent
        rows.append((person, mail, int(at), MailAct.OPENED, UNKNOWN, seen, False, "read"))
    at += rng.uniform(2.5, 60) * SECOND
    way = str(
        rng.choice(
            ["one", "two quickly", "same twice", "several", "forwarded", "none"],
            p=[0.5, 0.1, 0.06, 0.1, 0.04, 0.2],
        )
    )
    pauses = {
        "one": [0], "two quickly": [0, rng.uniform(0.8, 4)], "same twice": [0, rng.uniform(0.12, 0.5)],
        "several": [0, *rng.uniform(4, 180, size=int(rng.integers(1, 5)))], "forwarded": [0, *rng.uniform(60, 9_000, size=4)], "none": [],
    }[way]  # fmt: skip
    links = rng.permutation(n_links)
    for i, pause in enumerate(pauses):
        at += pause * SECOND
        link = int(links[0 if way == "same twice" else i % n_links])
        by = int(rng.choice(BROWSERS)) if way == "forwarded" else agent
        rows.append(
            (
                person,
                mail,
                int(at),
                MailAct.CLICKED,
                link,
                by,
                False,
                f"{way}{', fast reader' if habits.fast else ''}",
            )
        )
    return rows


def _world(rows: list[Row]) -> MailWorld:
    person, mail, at, act, link, agent, by_machine, way = zip(*rows, strict=True)
    # A link's code is its own across mails, as a link's is; the hidden one's stays.
    links = [UNKNOWN if k == UNKNOWN else m * 100 + k for m, k in zip(mail, link, strict=True)]
    hidden = frozenset(m * 100 + HIDDEN_LINK for m in set(mail))
    activities = MailActivities(
        np.array(person), np.array(mail), np.array(at), np.array(act, np.int8), np.array(links, np.int32), np.array(agent, np.int16),
        np.full(len(rows), UNKNOWN, np.int16), AGENTS, (), hidden,
    )  # fmt: skip
    return MailWorld(activities, np.array(by_machine), np.array(way))

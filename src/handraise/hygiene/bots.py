"""Opens and clicks that machines made: security scanners, and mail programs that fetch ahead.

Works on arrays of many people at once, one row an activity, sorted by (person, mail, at). Rows are judged in slices of
whole people, so memory beyond the arrays given does not grow with their length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from handraise.hygiene.mail_agents import machine_agents, machine_ips, prefetching_agents, prefetching_ips

SECOND = 1_000_000
"""Instants are microseconds."""
UNKNOWN = -1
"""As a code of a link, agent or ip: not known."""
_NEVER = np.iinfo(np.int64).max // 2
"""Later than any instant, and still no overflow when seconds are added."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class MailAct(IntEnum):
    """What happened to a mail."""

    DELIVERED = 0
    OPENED = 1
    CLICKED = 2


class MachineReason(IntFlag):
    """Why an open or click is a machine's. Bits: one act can have several."""

    SCANNER_AGENT = 1
    """Its program names itself as a scanner, crawler or library."""
    MACHINE_NETWORK = 2
    """It came from a network in which only machines live."""
    HIDDEN_LINK = 4
    """A link that no person can see was clicked in the same visit."""
    ON_DELIVERY = 8
    """So soon after delivery that nobody can have read anything."""
    MANY_LINKS_AT_ONCE = 16
    """Several different links of the mail within seconds."""
    UNREAD_WALK = 32
    """Several links in one visit soon after delivery, and the mail not opened before."""
    SCANNED_MAILBOX = 64
    """A click soon after delivery without an open, in a mailbox where a scanner was caught on two other mails."""
    WITH_A_MACHINE = 128
    """In the same moments as a machine's clicks."""
    PREFETCHED = 256
    """The mail program loads every picture ahead, read or not (Apple Mail Privacy Protection)."""


REASON_SENTENCES = {
    MachineReason.SCANNER_AGENT: "The program names itself as a scanner.",
    MachineReason.MACHINE_NETWORK: "It came from a network in which only machines live.",
    MachineReason.HIDDEN_LINK: "A link that nobody can see was clicked along with it.",
    MachineReason.ON_DELIVERY: "It came within seconds of delivery, before anybody can have read.",
    MachineReason.MANY_LINKS_AT_ONCE: "Several links of the mail were clicked within seconds.",
    MachineReason.UNREAD_WALK: "Several links were clicked soon after delivery in a mail that was not opened.",
    MachineReason.SCANNED_MAILBOX: "A scanner works in this mailbox, and the mail was not opened.",
    MachineReason.WITH_A_MACHINE: "It came in the same moments as a machine's clicks.",
    MachineReason.PREFETCHED: "The mail program loads pictures ahead, read or not.",
}


@dataclass(frozen=True, slots=True)
class BotLimits:
    """How fast a person can be. All in seconds."""

    click_after_delivery: float = 4.0
    open_after_delivery: float = 2.0
    two_links: float = 0.6
    """Two different links cannot be aimed at in less. The same link twice is a double click and no sign."""
    seconds_a_link: float = 1.5
    """Three links and more at this pace, or faster, are nobody's reading."""
    visit_gap: float = 20.0
    """Acts on one mail that are further apart belong to different visits."""
    open_before_click: float = 1.0
    """An open that is nearer to its click was fired by the same machine."""
    soon: float = 600.0
    """How long after delivery scanners work."""


@dataclass(frozen=True, slots=True)
class MailActivities:
    """Activities as arrays of one length, sorted by (person, mail, at). Codes are small whole numbers from 0.

    at       microseconds
    act      MailAct
    link     which link of the mail (UNKNOWN for opens, or where it is not known)
    agent    index into `agents`, or UNKNOWN
    ip       index into `ips`, or UNKNOWN
    hidden_links   link codes that no person can see (links of one pixel, planted for scanners)
    resolution     seconds between two instants that `at` can tell apart: 1 where a system exports whole seconds, 60
                   where whole minutes (`resolution_of` measures it). Who would be a machine only if
                   instants lay nearer together than they can be told to is unknown.
    """

    person: Ints
    mail: Ints
    at: Ints
    act: NDArray[np.integer]
    link: NDArray[np.integer]
    agent: NDArray[np.integer]
    ip: NDArray[np.integer]
    agents: Sequence[str] = ()
    ips: Sequence[str] = ()
    hidden_links: frozenset[int] = frozenset()
    resolution: float = 0.0

    def __post_init__(self) -> None:
        lengths = {
            len(column)
            for column in (self.person, self.mail, self.at, self.act, self.link, self.agent, self.ip)
        }
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class MachineVerdicts:
    """One verdict a row: 1 a machine's, 0 not, -1 cannot be told (nothing but the act itself is known, or instants
    are too coarse to say).

    Deliveries are 0. `reasons` are MachineReason bits, 0 where there is none.
    """

    is_machine: NDArray[np.int8]
    reasons: NDArray[np.uint16]

    def sentences(self, row: int) -> tuple[str, ...]:
        """Why, for one row."""
        return tuple(REASON_SENTENCES[reason] for reason in MachineReason(int(self.reasons[row])))


def resolution_of(at: Ints) -> float:
    """The seconds that all instants are multiples of: 60, 1, or 0 for finer. Measure each source by itself."""
    for seconds in (60, 1):
        if len(at) and not np.any(at % (seconds * SECOND)):
            return float(seconds)
    return 0.0


NO_LIMITS_CHANGED = BotLimits()
ROWS_A_SLICE = 1_000_000


def judge(
    activities: MailActivities, limits: BotLimits = NO_LIMITS_CHANGED, rows_a_slice: int = ROWS_A_SLICE
) -> MachineVerdicts:
    """Which opens and clicks are a machine's, and why. Raises ValueError where rows are not sorted.

    A person's activities are judged together and people apart from each other, so any cut between people gives the
    same verdicts.
    """
    known = _Known(activities)
    is_machine = np.zeros(len(activities), np.int8)
    reasons = np.zeros(len(activities), np.uint16)
    for part in _slices(activities.person, rows_a_slice):
        rows = _Rows.of(activities, part, known, limits)
        found = rows.reasons()
        # What would be a machine's if instants lay as near together as they may is not certainly a person's.
        possible = found if rows.coarse == 0 else replace(rows, coarse=-rows.coarse).reasons()
        told = (possible == 0) & rows.can_be_told()
        reasons[part] = found
        is_machine[part] = np.where(found != 0, 1, np.where(told, 0, UNKNOWN))
    return MachineVerdicts(is_machine, reasons)


def _slices(person: Ints, rows: int) -> Iterator[slice]:
    """Slices of whole people, of about so many rows (more where one person has more)."""
    start, n = 0, len(person)
    while start < n:
        end = min(start + rows, n)
        if end < n:
            last = person[end - 1]
            end += int(np.searchsorted(person[end:], last, side="right"))
        yield slice(start, end)
        start = end


class _Known:
    """What the tables say of every distinct agent, ip and link; the last place is for unknown ones."""

    def __init__(self, activities: MailActivities) -> None:
        self.scanner_agent = _with_unknown(machine_agents(activities.agents))
        self.prefetching_agent = _with_unknown(prefetching_agents(activities.agents))
        self.machine_ip = _with_unknown(machine_ips(activities.ips))
        self.prefetching_ip = _with_unknown(prefetching_ips(activities.ips))
        self.hidden = np.array(sorted(activities.hidden_links), np.int64)


def _with_unknown(flags: Sequence[bool]) -> Bools:
    return np.array([*flags, False], np.bool_)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Some people's rows, with the mail and the visit that each belongs to, counted from 0."""

    known: _Known
    limits: BotLimits
    coarse: int
    """Microseconds that the time between two rows may be longer than it looks; negative: how much shorter."""
    person: Ints
    at: Ints
    act: NDArray[np.integer]
    link: NDArray[np.integer]
    agent: NDArray[np.integer]
    ip: NDArray[np.integer]
    mail: Ints
    visit: Ints
    mail_starts: Ints
    visit_starts: Ints
    delivered_at: Ints
    """Of the row's mail; `_NEVER` where unknown."""

    @classmethod
    def of(cls, activities: MailActivities, part: slice, known: _Known, limits: BotLimits) -> _Rows:
        person, mail, at = activities.person[part], activities.mail[part], activities.at[part]
        act = activities.act[part]
        new_person, new_mail = _changes(person), _changes(mail)
        new_mail |= new_person
        gap = np.diff(at, prepend=at[:1])
        _refuse_unsorted(person, mail, gap, new_person, new_mail)
        # A delivery stands apart from what follows: seconds later is a visit of its own.
        after_delivery = np.concatenate(([False], act[:-1] == MailAct.DELIVERED))
        coarse = int(activities.resolution * SECOND)
        new_visit = new_mail | (gap > max(int(limits.visit_gap * SECOND), coarse)) | after_delivery
        mail_starts, visit_starts = np.flatnonzero(new_mail), np.flatnonzero(new_visit)
        mail_of, visit_of = np.cumsum(new_mail) - 1, np.cumsum(new_visit) - 1
        delivered = np.minimum.reduceat(np.where(act == MailAct.DELIVERED, at, _NEVER), mail_starts)
        return cls(
            known, limits, coarse, _dense(new_person), at, act, activities.link[part], activities.agent[part], activities.ip[part],
            mail_of, visit_of, mail_starts, visit_starts, delivered[mail_of],
        )  # fmt: skip

    # Kinds of rows.

    @property
    def opens(self) -> Bools:
        return np.asarray(self.act == MailAct.OPENED)

    @property
    def clicks(self) -> Bools:
        return np.asarray(self.act == MailAct.CLICKED)

    def within(self, seconds: float) -> Bools:
        """Rows certainly at most so long after the delivery of their mail, where that is known."""
        known = self.delivered_at != _NEVER
        age = self.at - np.where(known, self.delivered_at, 0)
        return np.asarray(known & (age >= 0) & (age + self.coarse <= seconds * SECOND))

    def can_be_told(self) -> Bools:
        """Rows of which more is known than that they happened."""
        witnessed = (self.delivered_at != _NEVER) | (self.agent != UNKNOWN) | (self.ip != UNKNOWN)
        return np.asarray(witnessed | (self.act == MailAct.DELIVERED))

    # Reasons.

    def reasons(self) -> NDArray[np.uint16]:
        found = np.zeros(len(self.at), np.uint16)
        acts = self.opens | self.clicks
        scanner, network = self.known.scanner_agent[self.agent], self.known.machine_ip[self.ip]
        prefetched = self.opens & (
            self.known.prefetching_agent[self.agent] | self.known.prefetching_ip[self.ip]
        )
        _mark(found, acts & scanner, MachineReason.SCANNER_AGENT)
        _mark(found, acts & network, MachineReason.MACHINE_NETWORK)
        _mark(found, prefetched, MachineReason.PREFETCHED)
        hidden = self.clicks & np.isin(self.link, self.known.hidden)
        _mark(found, self.clicks & self.any_in_visit(hidden), MachineReason.HIDDEN_LINK)
        _mark(found, self.on_delivery(), MachineReason.ON_DELIVERY)
        _mark(found, self.clicks & self.any_in_visit(self.at_once()), MachineReason.MANY_LINKS_AT_ONCE)
        _mark(found, self.unread_walks(self.unread_clicks(found, False)), MachineReason.UNREAD_WALK)
        unread = self.unread_clicks(found, True)
        _mark(found, self.in_scanned_mailboxes(unread, found), MachineReason.SCANNED_MAILBOX)
        with_clicks = acts & (found == 0) & self.any_in_visit(self.clicks & (found != 0))
        _mark(found, with_clicks & self.near_a_machine(found), MachineReason.WITH_A_MACHINE)
        return found

    def any_in_visit(self, rows: Bools) -> Bools:
        """Rows in whose visit any of some rows is."""
        return np.asarray(np.logical_or.reduceat(rows, self.visit_starts)[self.visit])

    def on_delivery(self) -> Bools:
        clicked = self.clicks & self.within(self.limits.click_after_delivery)
        return np.asarray(clicked | (self.opens & self.within(self.limits.open_after_delivery)))

    def at_once(self) -> Bools:
        """Clicks of visits with two links closer than a hand can aim, or three and more faster than anybody reads."""
        at = np.flatnonzero(self.clicks & (self.link != UNKNOWN))
        found = np.zeros(len(self.at), np.bool_)
        if len(at) < 2:
            return found
        same_visit = self.visit[at[1:]] == self.visit[at[:-1]]
        other_link = self.link[at[1:]] != self.link[at[:-1]]
        near = np.diff(self.at[at]) + self.coarse < self.limits.two_links * SECOND
        found[at[1:][same_visit & other_link & near]] = True
        found[at[self._too_fast(at)]] = True
        return found

    def _too_fast(self, at: Ints) -> Bools:
        """Of clicks by place: those of visits whose different links were clicked at a pace that nobody reads at."""
        visits, index = np.unique(self.visit[at], return_inverse=True)
        starts = np.flatnonzero(_changes(index))
        n_links = _n_distinct(index, self.link[at], len(visits))
        ends = np.append(starts[1:], len(at)) - 1
        span = self.at[at[ends]] - self.at[at[starts]]
        paced = span + self.coarse <= self.limits.seconds_a_link * SECOND * (n_links - 1)
        return np.asarray(((n_links > 2) & paced)[index])

    def unread_clicks(self, found: NDArray[np.uint16], prefetch_is_open: bool) -> Bools:
        """Clicks soon after delivery in visits to mails that nobody had opened a moment before.

        Prefetching hides whether somebody opened; the caller says how it is taken.
        """
        prefetched = (found & MachineReason.PREFETCHED) != 0
        opened = self.opens & ((found == 0) | (prefetched if prefetch_is_open else False))
        first_open = np.minimum.reduceat(np.where(opened, self.at, _NEVER), self.mail_starts)[self.mail]
        # Certainly before the open, or so near after it that one machine did both.
        latest = first_open - self.coarse + int(self.limits.open_before_click * SECOND)
        clicked = np.minimum.reduceat(np.where(self.clicks, self.at, _NEVER), self.visit_starts)[self.visit]
        unopened = (clicked < first_open) | (clicked <= latest)
        return np.asarray(self.clicks & unopened & self.within(self.limits.soon))

    def unread_walks(self, unread: Bools) -> Bools:
        """Unread clicks on three different links or more in one visit: nobody sees three links at once unread."""
        if self.coarse > self.limits.open_before_click * SECOND:
            return np.zeros(len(self.at), np.bool_)  # a minute is long enough to see three
        at = np.flatnonzero(unread & (self.link != UNKNOWN))
        if not len(at):
            return np.zeros(len(self.at), np.bool_)
        n_links = _n_distinct(self.visit[at], self.link[at], len(self.visit_starts))
        return np.asarray(unread & (n_links > 2)[self.visit])

    def in_scanned_mailboxes(self, unread: Bools, found: NDArray[np.uint16]) -> Bools:
        """Unread clicks of people on two other mails of whom a scanner was caught, on any day.

        Where it was caught on this mail too it has done its work: what else is clicked is clicked by somebody.
        """
        scanned_mails = np.logical_or.reduceat(self.clicks & (found != 0), self.mail_starts)
        owner = self.person[self.mail_starts]
        n_scanned = np.bincount(owner, weights=scanned_mails, minlength=int(owner[-1]) + 1)
        return np.asarray(unread & (n_scanned[self.person] > 1) & ~scanned_mails[self.mail])

    def near_a_machine(self, found: NDArray[np.uint16]) -> Bools:
        """Rows no further from a machine's click of their visit than a hand needs for a link."""
        machine = self.clicks & (found != 0)
        before = np.maximum.accumulate(np.where(machine, np.arange(len(machine)), -1))
        after = np.minimum.accumulate(np.where(machine, np.arange(len(machine)), len(machine))[::-1])[::-1]
        near = np.zeros(len(machine), np.bool_)
        for neighbour in (np.maximum(before, 0), np.minimum(after, len(machine) - 1)):
            close = (
                np.abs(self.at[neighbour] - self.at) + self.coarse <= self.limits.open_before_click * SECOND
            )
            near |= machine[neighbour] & (self.visit[neighbour] == self.visit) & close
        return near


def _refuse_unsorted(person: Ints, mail: Ints, gap: Ints, new_person: Bools, new_mail: Bools) -> None:
    people_fall = np.any(np.diff(person) < 0)
    mails_fall = np.any((np.diff(mail) < 0) & ~new_person[1:])
    if people_fall or mails_fall or np.any((gap < 0) & ~new_mail):
        raise ValueError("activities are not sorted by person, mail and at")


def _changes(values: NDArray[np.integer]) -> Bools:
    """True at the first row and wherever a value differs from the one before."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _dense(new: Bools) -> Ints:
    return np.asarray(np.cumsum(new) - 1)


def _n_distinct(group: Ints, value: NDArray[np.integer], n_groups: int) -> Ints:
    """How many different values each group has. Groups count from 0."""
    order = np.lexsort((value, group))
    new = _changes(group[order]) | _changes(value[order])
    return np.bincount(group[order][new], minlength=n_groups)


def _mark(found: NDArray[np.uint16], rows: Bools, reason: MachineReason) -> None:
    found[rows] |= np.uint16(reason)

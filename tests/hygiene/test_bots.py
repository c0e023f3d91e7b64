"""Whose opens and clicks are a machine's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hygiene.mail_world import MailWorld, mail_world

from handraise.hygiene.bots import (
    REASON_SENTENCES,
    SECOND,
    UNKNOWN,
    MachineReason,
    MachineVerdicts,
    MailAct,
    MailActivities,
    judge,
    resolution_of,
)
from handraise.hygiene.mail_agents import machine_agents, machine_ips, prefetching_agents, prefetching_ips

BROWSER, PROXY, APPLE, SCANNER = range(4)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0",
    "Mozilla/5.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
    "Barracuda Sentinel (EE)",
)
IPS = ("203.0.113.7", "64.235.150.1", "17.58.1.2")
ACTS = {"delivered": MailAct.DELIVERED, "opened": MailAct.OPENED, "clicked": MailAct.CLICKED}


def judged(story: str, *, agent: int = BROWSER, hidden: frozenset[int] = frozenset()) -> MachineVerdicts:
    """A story is lines of `mail second act [link] [agent]`, of one person."""
    rows = [line.split() for line in story.strip().splitlines()]
    default = [UNKNOWN, agent]
    full = [
        (int(m), float(s), ACTS[act], *[int(x) for x in rest], *default[len(rest) :])
        for m, s, act, *rest in rows
    ]
    mail, second, act, link, by = (np.array(column) for column in zip(*full, strict=True))
    at = (second * SECOND).astype(np.int64)
    unknown = np.full(len(mail), UNKNOWN)
    return judge(
        MailActivities(np.zeros(len(mail), np.int64), mail, at, act, link, by, unknown, AGENTS, IPS, hidden)
    )


def machine(story: str, **more: int | frozenset[int]) -> list[int]:
    return judged(story, **more).is_machine.tolist()  # type: ignore[arg-type]


def test_a_click_within_seconds_of_delivery_never_counts() -> None:
    assert machine("1 0 delivered\n1 2 clicked 1") == [0, 1]


def test_all_links_at_once_are_a_scanner_even_minutes_after_delivery() -> None:
    assert machine("1 0 delivered\n1 300 clicked 1\n1 300.4 clicked 2\n1 300.8 clicked 3") == [0, 1, 1, 1]


def test_a_hidden_link_gives_away_the_whole_visit() -> None:
    story = "1 0 delivered\n1 900 opened\n1 910 clicked 1\n1 914 clicked 9"
    assert machine(story) == [0, 0, 0, 0]
    assert machine(story, hidden=frozenset({9})) == [0, 0, 1, 1]


def test_somebody_who_clicks_two_links_quickly_is_no_machine() -> None:
    assert machine("1 0 delivered\n1 60 opened\n1 70 clicked 1\n1 71.2 clicked 2") == [0, 0, 0, 0]


def test_a_double_click_is_no_machine() -> None:
    assert machine("1 0 delivered\n1 60 opened\n1 70 clicked 1\n1 70.2 clicked 1") == [0, 0, 0, 0]


def test_a_fast_reader_is_no_machine() -> None:
    assert machine("1 0 delivered\n1 6 opened\n1 9 clicked 1") == [0, 0, 0]


def test_who_sees_no_pictures_may_click_without_an_open() -> None:
    assert machine("1 0 delivered\n1 120 clicked 1\n1 150 clicked 2") == [0, 0, 0]


def test_the_person_behind_a_scanner_keeps_their_own_clicks() -> None:
    story = "1 0 delivered\n1 1 clicked 1\n1 1.2 clicked 2\n1 1.4 clicked 3\n1 7200 opened\n1 7210 clicked 2"
    assert machine(story) == [0, 1, 1, 1, 0, 0]


def test_a_pixel_fired_along_with_a_scan_is_no_open() -> None:
    story = "1 0 delivered\n1 300 opened\n1 300.1 clicked 1\n1 300.3 clicked 2\n1 300.5 clicked 3"
    assert machine(story) == [0, 1, 1, 1, 1]


def test_three_links_of_an_unopened_mail_soon_after_delivery_are_a_scanner() -> None:
    walk = "1 0 delivered\n1 30 clicked 1\n1 40 clicked 2\n1 50 clicked 3"
    assert machine(walk) == [0, 1, 1, 1]
    read_first = "1 0 delivered\n1 20 opened\n1 30 clicked 1\n1 40 clicked 2\n1 50 clicked 3"
    assert machine(read_first) == [0, 0, 0, 0, 0]


def test_one_unread_click_is_a_machine_only_in_a_mailbox_that_is_scanned() -> None:
    scanned = "".join(f"{m} {m * 1000} delivered\n{m} {m * 1000 + 1} clicked 1\n" for m in (1, 2))
    lone = "3 9000 delivered\n3 9060 clicked 1"
    assert machine(lone) == [0, 0]
    assert machine(scanned + lone) == [0, 1, 0, 1, 0, 1]


def test_pictures_loaded_ahead_are_no_open_and_the_click_after_counts() -> None:
    assert machine(f"1 0 delivered\n1 50 opened -1 {APPLE}\n1 900 clicked 1") == [0, 1, 0]


def test_gmail_fetches_pictures_when_somebody_reads() -> None:
    assert machine(f"1 0 delivered\n1 900 opened -1 {PROXY}") == [0, 0]


def test_a_program_that_names_itself_a_scanner_is_believed() -> None:
    assert machine(f"1 0 delivered\n1 900 clicked 1 {SCANNER}") == [0, 1]


def test_an_act_of_which_nothing_more_is_known_is_unknown() -> None:
    assert machine("1 900 opened\n1 930 clicked 1", agent=UNKNOWN) == [-1, -1]
    assert machine("1 900 opened\n1 930 clicked 1") == [0, 0]


def test_networks_tell_too() -> None:
    n = np.zeros(3, np.int64)
    acts = MailActivities(
        n, n, np.array([1, 2, 3]) * 1000 * SECOND, np.array([MailAct.CLICKED, MailAct.CLICKED, MailAct.OPENED]), np.array([1, 1, -1]), n - 1,
        np.array([0, 1, 2]), (), IPS,
    )  # fmt: skip
    assert judge(acts).is_machine.tolist() == [0, 1, 1]


def test_every_reason_has_a_sentence() -> None:
    assert set(REASON_SENTENCES) == set(MachineReason)
    found = judged("1 0 delivered\n1 2 clicked 1")
    assert found.sentences(1) == (REASON_SENTENCES[MachineReason.ON_DELIVERY],)
    assert found.sentences(0) == ()


def at_resolution(world: MailWorld, seconds: int) -> MailActivities:
    """The world as a system tells it that drops what is finer."""
    step = seconds * SECOND
    return replace(world.activities, at=world.activities.at // step * step, resolution=float(seconds))


def test_whole_minutes_are_not_mistaken_for_haste() -> None:
    """At one minute everything that people do looks as fast as a machine; only what is certain is judged."""
    world = mail_world(400, 12, seed=21)
    clicks = np.asarray(world.activities.act) == MailAct.CLICKED
    least_caught = {1: 0.95, 60: 0.30}
    for seconds, least in least_caught.items():
        found = judge(at_resolution(world, seconds)).is_machine == 1
        assert found[clicks & ~world.by_machine].mean() <= 0.01
        assert found[clicks & world.by_machine].mean() >= least


def test_what_coarse_instants_leave_open_is_unknown_and_not_a_persons() -> None:
    world = mail_world(400, 12, seed=21)
    clicks = np.asarray(world.activities.act) == MailAct.CLICKED
    exactly, by_minute = judge(world.activities), judge(at_resolution(world, 60))
    missed = clicks & (exactly.is_machine == 1) & (by_minute.is_machine == 0)
    assert missed.sum() <= 0.01 * (exactly.is_machine[clicks] == 1).sum()
    assert (by_minute.is_machine[clicks & ~world.by_machine] == 0).mean() >= 0.6


def test_how_coarse_instants_are_is_measured() -> None:
    minutes = np.array([0, 60, 300]) * SECOND
    assert [resolution_of(x) for x in (minutes, minutes + SECOND, minutes + 1, minutes[:0])] == [
        60.0,
        1.0,
        0.0,
        0.0,
    ]


def test_unsorted_rows_and_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="not sorted"):
        machine("1 50 opened\n1 20 clicked 1")
    with pytest.raises(ValueError, match="not sorted"):
        machine("2 50 opened\n1 60 clicked 1")
    short, long = np.zeros(1, np.int64), np.zeros(2, np.int64)
    with pytest.raises(ValueError, match="different lengths"):
        MailActivities(short, long, short, short, short, short, short)


def test_nothing_is_judged_as_nothing() -> None:
    none = np.zeros(0, np.int64)
    found = judge(MailActivities(none, none, none, none, none, none, none))
    assert len(found.is_machine) == len(found.reasons) == 0


_ACTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 40_000), st.sampled_from(list(MailAct)), st.integers(-1, 4), st.integers(-1, 3)),
    max_size=60,
)  # fmt: skip


@given(_ACTS, st.integers(1, 30))
def test_people_are_judged_apart_however_the_rows_are_cut(
    acts: list[tuple[int, ...]], rows_a_slice: int
) -> None:
    columns = [np.array(c, np.int64) for c in zip(*sorted(acts), strict=True)] or [np.zeros(0, np.int64)] * 6
    person, mail, tenth, act, link, agent = columns
    activities = MailActivities(
        person, mail, tenth * (SECOND // 10), act, link, agent, agent * 0 - 1, AGENTS, (), frozenset({4})
    )
    whole, cut = judge(activities), judge(activities, rows_a_slice=rows_a_slice)
    assert np.array_equal(whole.is_machine, cut.is_machine)
    assert np.array_equal(whole.reasons, cut.reasons)
    assert np.array_equal(whole.is_machine == 1, whole.reasons != 0)
    assert not whole.is_machine[act == MailAct.DELIVERED].any()


def test_the_tables_of_agents_and_networks() -> None:
    assert machine_agents(AGENTS) == [False, False, False, True]
    assert prefetching_agents(AGENTS) == [False, False, True, False]
    assert machine_agents(
        ["", "curl/8.0", "Mozilla/5.0 (compatible; Googlebot/2.1)", "Mozilla/5.0 (iPhone) Safari"]
    ) == [False, True, True, False]
    assert machine_ips(IPS) == [False, True, False]
    assert prefetching_ips([*IPS, "no address", "", "::1"]) == [False, False, True, False, False, False]


def test_planted_scanners_are_caught_and_people_keep_their_clicks() -> None:
    world = mail_world(600, 12, seed=20)
    found = judge(world.activities).is_machine == 1
    clicks = np.asarray(world.activities.act) == MailAct.CLICKED
    assert found[clicks & world.by_machine].mean() >= 0.99
    assert found[clicks & ~world.by_machine].mean() <= 0.01

"""A made-up database, seeded, with everything a report has to cope with; and a browser to look with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from handraise.errors import Finding, Severity
from handraise.evidence.cases import cases_at_risk
from handraise.evidence.score_review import ReviewWords, review_scores
from handraise.model.scores import GRADES, LEVELS, RANKS
from handraise.model.time import MICROS_PER_DAY, parse_instant
from handraise.reports.build import build_report
from handraise.reports.document import Report
from handraise.reports.flows import Flows, Move, StockFlow
from handraise.reports.happenings import Happenings, StageCount, TriggerCount
from handraise.reports.html import render_html
from handraise.reports.inputs import (
    CellAgreement,
    ImportReconciliation,
    PlaybookDisplay,
    ReportInputs,
    SegmentDisplay,
)
from handraise.reports.market import AccountSegmentCount, Market, Overlap, RoleCount, TierBreak

NOW = parse_instant("2026-09-30")
THEN = parse_instant("2026-06-30")
LONG_NAME = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3
FACTS = ("account.employees", "person.seniority", "account.industry", "person.function", "account.country")
SEGMENTS = (
    SegmentDisplay("excluded", "Excluded", "None: no touch at all", "complaints", None),
    SegmentDisplay(
        "at_risk",
        "Customer at risk",
        "Call by the success manager",
        "renewal rate",
        "no import brings tickets or renewals",
    ),
    SegmentDisplay("hand_raiser", "Hand-raiser", "Call within four business hours", "meetings held"),
    SegmentDisplay(
        "qualified", "Sales-ready, awaiting acceptance", "Rep accepts or rejects within a day", "acceptance"
    ),
    SegmentDisplay(
        "unmapped", "Unmapped buying-group member", "Ask the owner to name the role", "roles named"
    ),
    SegmentDisplay("timed_return", "Timed return", "Write on the agreed date", "replies"),
    SegmentDisplay("learner", "Learner", "Next lesson by e-mail", "lessons finished"),
    SegmentDisplay("dormant", "Dormant fit", "Quarterly letter, then silence", "returns"),
    SegmentDisplay("untouched", "Untouched fit", "First letter by a named sender", "first replies"),
    SegmentDisplay("unverified", "Unverified", "One question on the next form", "facts settled"),
    SegmentDisplay("off_target", "Off-target", "Newsletter only, if asked for", "unsubscribes"),
)


@dataclass(frozen=True)
class World:
    """How a made-up database differs from the usual one."""

    n: int = 4281
    seed: int = 7
    reviewed: bool = True
    strength: float = 1.1
    hostile: str = ""


def decisions_of(world: World, as_of: int) -> pa.Table:
    rng = np.random.default_rng(world.seed)
    n = world.n
    account = rng.integers(0, max(1, n // 3), n)
    fit = np.clip(rng.normal(42, 16, max(1, n // 3))[account] + rng.normal(0, 16, n), 0, 100).round(2)
    engagement = np.clip(rng.gamma(1.1, 16, n), 0, 120).round(2)
    missing = [
        [f for f, p in zip(FACTS, (0.2, 0.09, 0.06, 0.03, 0.02), strict=True) if rng.random() < p]
        for _ in range(n)
    ]
    grade = np.digitize(-fit, [-75, -50, -25], right=True)
    level = np.digitize(-engagement, [-60, -30, -10], right=True)
    gap = np.array([12.0 * len(m) for m in missing])
    certain = np.digitize(-(fit + gap), [-75, -50, -25], right=True) == grade
    segment = np.array([s.key for s in SEGMENTS])[_segments(rng, grade, level, certain)]
    could_be = [["learner", "dormant"] if not c and rng.random() < 0.7 else [] for c in certain]
    ranks = [f"{GRADES[g]}{LEVELS[k]}" for g, k in zip(grade, level, strict=True)]
    qualified = np.where(~certain & (grade == 1), "unknown", np.where(grade + level <= 1, "in", "out"))
    names = [f"p{i}" for i in range(n)]
    if world.hostile:
        names[0] = world.hostile
    return pa.table(
        {
            "person_id": names,
            "source_id": pa.array(
                rng.choice(["salesforce", "hubspot", "webinar list"], n, p=[0.6, 0.3, 0.1])
            ),
            "account_id": pa.array([None if rng.random() < 0.03 else f"a{a}" for a in account]),
            "as_of": pa.array(np.full(n, as_of), pa.timestamp("us", "UTC")),
            "fit_score": fit,
            "fit_low": fit,
            "fit_high": np.minimum(fit + gap, 100),
            "fit_grade": [GRADES[g] for g in grade],
            "fit_grade_certain": certain,
            "fit_completeness": 1 - 0.12 * np.array([len(m) for m in missing]),
            "engagement_score": engagement,
            "engagement_low": engagement,
            "engagement_high": engagement,
            "engagement_level": (level + 1).astype(np.int32),
            "engagement_level_certain": rng.random(n) > 0.01,
            "rank": ranks,
            "marketing_qualified": qualified,
            "buyer_segment": segment,
            "buyer_segment_could_be": pa.array(could_be, pa.list_(pa.string())),
            "missing_facts": pa.array(
                [m if not c else [] for m, c in zip(missing, certain, strict=True)], pa.list_(pa.string())
            ),
            "assumed_facts": pa.array(
                [["account.employees"] if rng.random() < 0.08 else [] for _ in range(n)],
                pa.list_(pa.string()),
            ),
        }
    )


def _segments(rng: np.random.Generator, grade: Any, level: Any, certain: Any) -> Any:
    place = np.full(len(grade), 10)
    place[grade <= 2] = np.where(level[grade <= 2] <= 2, 6, rng.choice([5, 7, 8], (grade <= 2).sum()))
    place[(grade == 0) & (level >= 2)] = 4
    place[grade + level <= 1] = 3
    place[~certain] = 9
    place[rng.random(len(grade)) < 0.02] = 0
    place[rng.random(len(grade)) < 0.01] = 2
    return place


def inputs_of(world: World) -> ReportInputs:
    now, then = decisions_of(world, NOW), decisions_of(world, THEN)
    bad = world.hostile
    playbook = PlaybookDisplay(
        name=bad or "EMEA new business",
        version="3f9c2ab",
        cells=tuple(_agreed(rank, bad) for rank in RANKS),
        segments=SEGMENTS,
        terms={
            "MQL": bad or "Sales-ready lead",
            "1": "Active now",
            "2": "Warming",
            "3": "Occasional",
            "4": "Quiet",
        },
        fact_labels={"account.employees": bad or "employees of the account", "person.seniority": "seniority"},
        signed=False,
        set_aside=("`triggers.many_forms` waits for a later version.",),
    )
    return ReportInputs(
        decisions=now,
        as_of=NOW,
        playbook=playbook,
        happenings=Happenings(
            (
                TriggerCount(
                    "forms", bad or "Fills in form after form", "multiple form fills", 41, 7, 63, 58
                ),
                TriggerCount("prices", "Looks at prices", bad or "price watchers", 0, 0, 0, 0),
            ),
            (
                StageCount("MIL", bad or "Inquiry", 812, 0, 94, 12, 41.5),
                StageCount("MQL", "Sales-ready lead", 0, 0, 3, 0, None),
            ),
            3469,
        ),
        flows=Flows(
            THEN,
            NOW,
            (
                StockFlow("learner", bad or "Learner", 310, 40, 22, 61, 3, 308),
                StockFlow("dormant", "Dormant fit", 0, 0, 0, 0, 0, 0),
            ),
            (Move(bad or "Learner", "Hand-raiser", 61),),
            (),
            (),
        ),
        market=Market(
            1200,
            300,
            (
                AccountSegmentCount("market", bad or "Whole market", "TAM", 900, 200, 100),
                AccountSegmentCount("core", "Core market", "SOM", 120, 1000, 80),
                AccountSegmentCount("other", "No tier", None, 0, 1200, 0),
            ),
            (
                Overlap("market", "core", 110, 700, 10, 90, 110 / 820),
                Overlap("core", "other", 0, 0, 0, 0, None),
            ),
            (TierBreak("SOM", "TAM", 10, 3, (bad or "crm:1", "crm:2")),),
        ),
        roles=(
            RoleCount("champion", bad or "Champion", 200, 500, 200),
            RoleCount("user", "End user", 0, 0, 900),
        ),
        imports=(
            ImportReconciliation(
                bad or "salesforce",
                "leads",
                4480,
                4281,
                120,
                79,
                (("no e-mail and no name", 61), (bad or "date `31/02/2026` is no day", 18)),
                NOW,
            ),
            ImportReconciliation(
                "hubspot", "activities", 182_340, 181_902, 438, 0, (), NOW - 9 * MICROS_PER_DAY
            ),
            ImportReconciliation("salesforce", "opportunities", 1211, 1211, 0, 0, (), NOW - MICROS_PER_DAY),
        ),
        findings=(
            Finding(
                "HY204",
                f"112 clicks came within a second of delivery {bad}".strip() + ".",
                n=112,
                advice=("They are left out as scanner clicks.",),
            ),
            Finding("FA310", "Opens of before 1 March 2026 are not recorded by any source.", Severity.NOTE),
        ),
        score_review=_review(world, then) if world.reviewed else None,
        no_review_reason=None if world.reviewed else "No import brings opportunities.",
    )


def _agreed(rank: str, bad: str) -> CellAgreement:
    steps = GRADES.index(rank[0]) + int(rank[1]) - 1
    label, route = [
        ("Hot", "Call today"),
        ("Hot", "Call today"),
        ("Warm", "SDR sequence"),
        ("Warm", "SDR sequence"),
        ("Cool", "Nurture"),
        ("Cool", "Nurture"),
        ("Cold", "Park"),
    ][steps]
    return CellAgreement(rank, bad or label, bad or route, marketing_qualified=steps <= 1)


def _review(world: World, then: pa.Table) -> Any:
    rng = np.random.default_rng(world.seed + 1)
    order = np.array([6 - RANKS.index(r) // 4 - RANKS.index(r) % 4 for r in then["rank"].to_pylist()])
    accounts = then["account_id"].to_pylist()
    luck = dict(zip(sorted({str(a) for a in accounts}), rng.normal(0, 0.5, world.n + 1), strict=False))
    logit = -5.2 + world.strength * order + np.array([luck[str(a)] for a in accounts])
    reached = rng.random(world.n) < 1 / (1 + np.exp(-logit))
    at = THEN + rng.integers(1, 85 * MICROS_PER_DAY, world.n)
    at[rng.random(world.n) < 0.03] = THEN - MICROS_PER_DAY
    cases = cases_at_risk(
        person_ids=then["person_id"],
        account_ids=then["account_id"],
        as_of=THEN,
        horizon_ends_at=THEN + 90 * MICROS_PER_DAY,
        observed_until=NOW,
        outcome_subject_ids=then["person_id"].filter(pa.array(reached)),
        outcome_at=at[reached],
    )
    return review_scores(
        cases,
        fit_score=then["fit_score"],
        engagement_score=then["engagement_score"],
        rank=then["rank"],
        rank_certain=then["fit_grade_certain"],
        rests_on_assumed=np.array([bool(a) for a in then["assumed_facts"].to_pylist()]),
        splits={"Source": then["source_id"]},
        words=ReviewWords(outcome="an opportunity", within="90 days"),
        seed=1,
        n_boot=200,
    )


@pytest.fixture(scope="session")
def make_inputs() -> Callable[..., ReportInputs]:
    """Inputs of a made-up world that differs from the usual one in what is named."""
    return lambda **differs: inputs_of(World(**differs))


@pytest.fixture(scope="session")
def inputs() -> ReportInputs:
    return inputs_of(World())


@pytest.fixture(scope="session")
def report(inputs: ReportInputs) -> Report:
    return build_report(inputs)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The distribution's Chromium; installed where we may, skipped where there is none, required in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            "apt-get update && apt-get install -y chromium", shell=True, check=False, capture_output=True
        )
        found = shutil.which("chromium")
    if found is not None:
        return found
    missing = "needs the distribution's Chromium at /usr/bin/chromium (apt-get install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session", params=["", LONG_NAME], ids=["usual names", "long names"])
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(build_report(inputs_of(World(hostile=request.param)))), encoding="utf-8")
    return path

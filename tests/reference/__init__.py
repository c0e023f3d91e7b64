"""The reference evaluator: what a playbook means, in plain Python over plain facts, one person at a time.

It is written from `design/playbook.md` alone and never looks at `handraise.evaluate`; the spec cases and
the generated cases ask both the same questions. Clarity goes before speed: everything is recomputed from
the facts visible at the instant, arithmetic is exact (`int`, `Fraction`, `Decimal`), and nothing is
imported but the model, the rows and RE2.

    reading.py     what is known at an instant: visibility, people, accounts, latest values, coverage
    values.py      tests of one value
    conditions.py  the verdict of a condition, and its open fields
    patterns.py    the same of patterns of behaviour, held values, products
    scores.py      fit, engagement, thresholds, calibrations
    decisions.py   one decision per person
    explained.py   why: each rule, what it counted, and what is missing
    instants.py    every instant at which a verdict can change
    history.py     what fired, and who entered which stage, replayed over these instants
"""

from __future__ import annotations

from tests.reference import patterns as _patterns  # gives these kinds their verdicts
from tests.reference.decisions import Decision, calibrate, calibration_instant, decide
from tests.reference.evaluator import Evaluator, Subject
from tests.reference.explained import ExplainedRule
from tests.reference.history import Firing, History, StageEntry, Steps
from tests.reference.reading import Person, Reading, Span

__all__ = [
    "Decision",
    "Evaluator",
    "ExplainedRule",
    "Firing",
    "History",
    "Person",
    "Reading",
    "Span",
    "StageEntry",
    "Steps",
    "Subject",
    "_patterns",
    "calibrate",
    "calibration_instant",
    "decide",
]

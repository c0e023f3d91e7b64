"""What `check` says of segments whose data is not there yet."""

from __future__ import annotations

import pytest

from handraise.facts.contents import Contents
from handraise.model.conditions import (
    All,
    Always,
    Any,
    AttributeTest,
    Condition,
    DealStatus,
    Did,
    GradeIs,
    HasOpportunity,
    Not,
    Times,
)
from handraise.model.fields import Field
from handraise.model.playbook import Behaviour, Playbook
from handraise.model.value_tests import IsKnown, OneOf
from handraise.services.readiness import Readiness

THERE, ABSENT = Field("person", "title"), Field("account", "health")
BOOK = Playbook(
    "p",
    "UTC",
    behaviours={
        "form": Behaviour("form", ("form.submitted",)),
        "call": Behaviour("call", ("call.received",)),
    },
)
READY = Readiness(BOOK, Contents(frozenset({THERE}), frozenset({"form.submitted"}), has_deals=False))
HEALTHY = AttributeTest(ABSENT, OneOf(("good",)))


@pytest.mark.parametrize(
    "condition",
    [
        Always(),
        AttributeTest(THERE, OneOf(("CFO",))),
        AttributeTest(ABSENT, IsKnown(known=False)),
        Any((HEALTHY, GradeIs(("A",)))),
        Did("form"),
        Not(Did("call")),
        Not(HasOpportunity((DealStatus.WON,))),
    ],
)
def test_a_segment_that_somebody_can_be_in_is_ready(condition: Condition) -> None:
    assert READY.not_yet(condition) is None


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (HEALTHY, "`account.health`"),
        (Not(HEALTHY), "`account.health`"),
        (All((HEALTHY, GradeIs(("A",)))), "`account.health`"),
        (Did("call"), "`call.received`"),
        (Did("call", Times(0, 0)), "`call.received`"),
        (HasOpportunity((DealStatus.WON,)), "deals"),
    ],
)
def test_a_segment_that_nobody_can_be_in_says_what_is_missing(condition: Condition, missing: str) -> None:
    assert READY.not_yet(condition) == f"No import has brought {missing} yet."

"""Meaning 7, how long a value is held: since it became the current one as seen."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import IN, NOON, OUT, UNKNOWN, World, ago, days

from handraise.model.conditions import HeldFor
from handraise.model.fields import Field
from handraise.model.value_tests import IsKnown, OneOf

STATUS = Field("person", "status")
OPEN = HeldFor(STATUS, days(30), OneOf(("open",)))
NEW = HeldFor(STATUS, days(30), OneOf(("open",)), longer=False)


def test_a_value_is_held_from_the_instant_it_was_seen(ask: Ask) -> None:
    """Thirty days to the microsecond, and until then it is held for less."""
    world = World().person("ann").has("ann", "person.status", "open", at=ago(30))
    assert ask(world, OPEN, NOON - 1) == {"ann": OUT}
    assert ask(world, OPEN, NOON) == {"ann": IN}
    assert ask(world, NEW, NOON - 1) == {"ann": IN}
    assert ask(world, NEW, NOON) == {"ann": OUT}


def test_the_same_value_sent_again_does_not_restart_it(ask: Ask) -> None:
    world = World().person("ann").has("ann", "person.status", "open", at=ago(40))
    world.has("ann", "person.status", "open", at=ago(3))
    assert ask(world, OPEN) == {"ann": IN}


def test_another_value_in_between_restarts_it(ask: Ask) -> None:
    """Open, closed, open again ten days ago."""
    world = World().person("ann").has("ann", "person.status", "open", at=ago(60))
    world.has("ann", "person.status", "closed", at=ago(20)).has("ann", "person.status", "open", at=ago(10))
    assert ask(world, OPEN) == {"ann": OUT}
    assert ask(world, NEW) == {"ann": IN}


def test_a_value_learned_late_is_held_from_when_it_was_learned(ask: Ask) -> None:
    """It holds since sixty days, but we have seen it for ten."""
    world = World().person("ann").has("ann", "person.status", "open", at=ago(60), known=ago(10))
    assert ask(world, OPEN) == {"ann": OUT}


def test_an_older_value_that_arrives_late_changes_nothing(ask: Ask) -> None:
    """What was current stays current."""
    world = World().person("ann").has("ann", "person.status", "open", at=ago(40))
    world.has("ann", "person.status", "closed", at=ago(50), known=ago(5))
    assert ask(world, OPEN) == {"ann": IN}


def test_without_a_value_it_is_unknown_how_long(ask: Ask) -> None:
    """Never told, or erased; a test that is out is out all the same."""
    world = World().person("ann", "bob").has("bob", "person.status", "open", at=ago(60))
    world.has("bob", "person.status", None, at=ago(50))
    assert ask(world, HeldFor(STATUS, days(30))) == {"ann": UNKNOWN, "bob": UNKNOWN}
    assert ask(world, HeldFor(STATUS, days(30), IsKnown())) == {"ann": OUT, "bob": OUT}


def test_a_value_that_fails_the_test_is_out_however_long_it_is_held(ask: Ask) -> None:
    world = World().person("ann").has("ann", "person.status", "closed", at=ago(60))
    assert ask(world, OPEN) == {"ann": OUT}
    assert ask(world, HeldFor(STATUS, days(30))) == {"ann": IN}


def test_a_field_of_the_account_is_held_by_the_account(ask: Ask) -> None:
    """Whoever joins it later finds it held as long; without an account it is unknown."""
    world = World().account("acme").has("acme", "account.owner", "lee", at=ago(60))
    world.person("ann", account="acme", at=ago(5)).person("bob")
    assert ask(world, HeldFor(Field("account", "owner"), days(30))) == {"ann": IN, "bob": UNKNOWN}

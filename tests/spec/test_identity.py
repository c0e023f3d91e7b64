"""People: records that share a key, as known at the instant, are one person."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import (
    IN,
    NOON,
    OUT,
    World,
    ago,
    each,
    engagement,
    is_one_of,
    playbook,
)

from handraise.model.conditions import Did, Times


def _ids(ask: Ask, world: World, as_of: int = NOON) -> set[str]:
    return set(ask.decisions(world, playbook(), as_of))


def test_records_that_share_a_key_are_one_person(ask: Ask) -> None:
    """The same e-mail address in the CRM and in the newsletter tool is one person, named after the older record."""
    world = World().person("ann", at=ago(90)).person("mail:7", at=ago(100)).person("bob")
    world.bears("ann", "email:ann@acme.com").bears("mail:7", "email:ann@acme.com").bears(
        "bob", "email:b@acme.com"
    )
    assert _ids(ask, world) == {"mail:7", "bob"}


def test_keys_join_through_others(ask: Ask) -> None:
    """A shares an address with B, and B is the converted lead of C: all three are one."""
    world = World().person("a", at=ago(30)).person("b", at=ago(20)).person("c", at=ago(10))
    world.bears("a", "email:x@acme.com").bears("b", "email:x@acme.com").bears("b", "id:crm:c")
    assert _ids(ask, world) == {"a"}


def test_of_two_records_of_one_instant_the_smaller_name_represents(ask: Ask) -> None:
    """Named by (known since, name), so that no order of arrival shows."""
    world = World().person("b", "a").bears("b", "id:crm:a")
    assert _ids(ask, world) == {"a"}


def test_a_merge_counts_from_when_it_is_known(ask: Ask) -> None:
    """Before noon they were two people to us, whatever we have learned since; from noon on they are one, and what
    either did is theirs."""
    world = (
        World().person("a", at=ago(30)).person("b", at=ago(20)).bears("b", "id:crm:a", at=ago(9), known=NOON)
    )
    world.did("a", "form.submitted", at=ago(3)).did("b", "form.submitted", at=ago(2))
    twice = Did("form", Times(2))
    assert ask(world, twice, NOON - 1) == {"a": OUT, "b": OUT}
    assert ask(world, twice, NOON) == {"a": IN}


def test_a_merged_person_has_the_latest_value_of_any_record(ask: Ask) -> None:
    """The newsletter tool heard of the promotion last, so she is a vp; an erasure in one record, if it is the
    latest word, erases."""
    world = World().person("a", at=ago(30)).person("mail:b", at=ago(20)).bears("mail:b", "id:crm:a")
    world.has("a", "person.seniority", "manager", at=ago(10)).has(
        "mail:b", "person.seniority", "vp", at=ago(5)
    )
    assert ask(world, is_one_of("person.seniority", "vp")) == {"a": IN}
    world.has("a", "person.seniority", None, at=ago(1))
    assert ask(world, is_one_of("person.seniority", "vp")) == {"a": 1}


def test_of_equal_instants_the_source_that_ranks_higher_counts(ask: Ask) -> None:
    """Two systems state different values for the same moment, known at the same moment: the source later in the
    alphabet counts, always the same one."""
    world = World().person("crm:a", at=ago(30)).person("mail:b", at=ago(20)).bears("mail:b", "id:crm:a")
    world.has("crm:a", "person.seniority", "vp", at=ago(5)).has(
        "mail:b", "person.seniority", "clerk", at=ago(5)
    )
    assert ask(world, is_one_of("person.seniority", "clerk")) == {"a": IN}


def test_an_anonymous_visitor_is_nobody_until_linked(ask: Ask) -> None:
    """Page views of an unknown browser decide nothing; once she fills in a form with it, they are hers, the earlier
    ones too."""
    world = World().person("ann", at=ago(30)).person("web:visitor", at=ago(60), identified=False)
    world.did("web:visitor", "page.viewed", at=ago(50)).bears("web:visitor", "id:crm:ann", at=ago(1))
    assert ask(world, Did("page"), ago(1, plus=-1)) == {"ann": OUT}
    assert ask(world, Did("page"), ago(1)) == {"ann": IN}


def test_a_device_of_several_people_is_whose_it_was_first(ask: Ask) -> None:
    """A tablet at the booth on which Ann signs in, then Bob: they stay two people, and what was done on it without a name
    is Ann's."""
    world = World().person("ann", "bob").person("web:tablet", identified=False)
    world.bears("web:tablet", "id:crm:ann", at=ago(3)).bears("web:tablet", "id:crm:bob", at=ago(2))
    world.did("web:tablet", "page.viewed", at=ago(1))
    assert ask(world, Did("page")) == {"ann": IN, "bob": OUT}


def test_a_key_may_name_a_record_whose_own_row_has_not_arrived(ask: Ask) -> None:
    """The CRM says that she is the web tool's visitor 7; the visitor's clicks are hers although the web tool's own
    row about visitor 7 comes later or never."""
    world = World().person("ann").bears("ann", "id:web:7").did("web:7", "page.viewed", at=ago(3))
    assert ask(world, Did("page")) == {"ann": IN}
    assert ask(world.person("web:7", identified=False, at=NOON + 1), Did("page")) == {"ann": IN}


def test_an_anonymous_visitor_never_gives_a_person_their_name(ask: Ask) -> None:
    """The person is named after an identified record even if the browser was known first."""
    world = World().person("web:visitor", at=ago(60), identified=False).person("zoe", at=ago(30))
    assert _ids(ask, world.bears("web:visitor", "id:crm:zoe")) == {"zoe"}


def test_a_person_is_gone_when_every_record_is_deleted(ask: Ask) -> None:
    """Deleting one of two records leaves the person; deleting both removes them, and restoring one brings them
    back."""
    world = World().person("a").person("mail:b").bears("mail:b", "id:crm:a")
    world.has("a", "person.is_deleted", "true", at=ago(30))
    assert _ids(ask, world) == {"a"}
    world.has("mail:b", "person.is_deleted", "true", at=ago(20))
    assert _ids(ask, world) == set()
    assert _ids(ask, world, ago(25)) == {"a"}
    assert _ids(ask, world.has("mail:b", "person.is_deleted", "false", at=ago(10))) == {"a"}


def test_the_acts_of_a_deleted_record_stay_the_persons(ask: Ask) -> None:
    """A merged-away duplicate is deleted in the CRM; what it did still counts for the person."""
    world = World().person("a").person("b", at=ago(20)).bears("b", "id:crm:a").did("b", "form.submitted")
    world.has("b", "person.is_deleted", "true", at=ago(1))
    decided = ask.decisions(world, playbook(engagement=engagement(each(5, "form"))))
    assert {name: int(d.engagement_score) for name, d in decided.items()} == {"a": 5}

"""A kept hash is that of the value, and no part of it."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from handraise.model.conditions import CONDITION_KINDS, All, Always, AttributeTest, Did, Not
from handraise.model.fields import Field
from handraise.model.hashed import Hashed
from handraise.model.value_tests import VALUE_TEST_KINDS, OneOf

_TEST = AttributeTest(Field("person", "title"), OneOf(("Buyer",)))
_VALUE = All((Not(_TEST), Did("asked"), Always()))


def test_every_condition_and_value_test_keeps_its_hash() -> None:
    assert [kind for kind in (*CONDITION_KINDS, *VALUE_TEST_KINDS) if not issubclass(kind, Hashed)] == []


def test_equal_values_have_equal_hashes_kept_or_not() -> None:
    same = All((Not(AttributeTest(Field("person", "title"), OneOf(("Buyer",)))), Did("asked"), Always()))
    assert hash(_VALUE) == hash(_VALUE) == hash(same)
    assert same == _VALUE
    assert {_VALUE: 1}[same] == 1


def test_another_value_has_a_hash_of_its_own() -> None:
    hash(_TEST)
    other = replace(_TEST, test=OneOf(("Seller",)))
    assert hash(other) == hash(AttributeTest(Field("person", "title"), OneOf(("Seller",))))
    assert hash(other) != hash(_TEST)


def test_copies_and_pickles_go_without_it() -> None:
    hash(_VALUE)
    for other in (copy(_VALUE), pickle.loads(pickle.dumps(_VALUE))):
        assert not hasattr(other, "_hash")
        assert other == _VALUE
        assert hash(other) == hash(_VALUE)


def test_it_is_no_field_and_values_stay_frozen() -> None:
    assert [f.name for f in fields(_TEST)] == ["field", "test"]
    with pytest.raises(FrozenInstanceError):
        _TEST.test = OneOf(())  # type: ignore[misc]

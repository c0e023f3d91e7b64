"""Many small worlds as one: everybody in a world of their own, all in one folder of facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy
from tests.generative.profiles import profile
from tests.generative.worlds import GeneratedWorld

from handraise.facts.rows import AttributeChange, Fact

T = TypeVar("T")


def drawn(strategy: SearchStrategy[T], n: int) -> list[T]:
    """The same examples each time, none of them asked anything."""
    found: list[T] = []

    @settings(profile(), max_examples=n)
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


def joined(worlds: Iterable[GeneratedWorld]) -> Iterator[Fact]:
    """Everybody's facts, with the number of their world in every name but those of assets and programs."""
    for number, world in enumerate(worlds):
        for fact in world.facts:
            yield _renamed(fact, number)


def _renamed(fact: Fact, number: int) -> Fact:
    changed = {name: _own(name, getattr(fact, name), number) for name in _NAMES if hasattr(fact, name)}
    if isinstance(fact, AttributeChange) and fact.entity in ("person", "account", "opportunity"):
        changed["subject"] = _own("subject", fact.subject, number)
    return fact._replace(**changed) if hasattr(fact, "_replace") else replace(fact, **changed)


_NAMES = ("record", "account", "key", "opportunity", "message_id")


def _own(name: str, text: str | None, number: int) -> Any:
    """`crm:ann` as `crm:7-ann`, `email:x` as `email:7-x`, `id:crm:ann` as `id:crm:7-ann`."""
    if text is None or name == "message_id":
        return text and f"{number}-{text}"
    kind, colon, rest = text.rpartition(":")
    return f"{kind}{colon}{number}-{rest}"

"""Values that are looked up far more often than they are made: the hash of each is worked out once."""

from __future__ import annotations

from collections.abc import Callable


class Hashed:
    """The base of frozen dataclasses with slots that keep their hash. It is no part of the value: equality, copies and
    pickles go without it."""

    __slots__ = ("_hash",)
    _hash: int

    def __init_subclass__(cls) -> None:
        # The decorator makes the class anew to give it slots, with the hash of its fields in its body.
        if "__hash__" in cls.__dict__:
            cls.__hash__ = _kept(cls.__hash__)  # type: ignore[assignment]


def _kept(work_out: Callable[..., int]) -> Callable[[Hashed], int]:
    def kept_hash(self: Hashed) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", work_out(self))
            return self._hash

    return kept_hash

"""The pairs of records worth comparing: those that share an address, a number, or a name in some spelling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from handraise.identity.duplicates.people import PeopleRecords
from handraise.identity.duplicates.person_names import PersonName, roots, spelt
from handraise.identity.matching.blocking import Keys
from handraise.identity.matching.companies import UNKNOWN, Codes, Flags, code

_SHORTEST_LOCAL = 5


def keys_of(people: PeopleRecords) -> Keys:
    """Every key of every row: exact ones (address, number, other system's id, whole name) and loose ones.

    A name with its organisation is an exact key too: a company has few people of one surname and initial.
    """
    rows = np.arange(len(people), dtype=np.int64)
    exact = [(rows, people.email), (rows, people.other_id), (rows, people.phone)]
    loose = [(rows, np.where(_worth(people), _salted(people.local, "local"), UNKNOWN))]
    at, keys = _named([sorted(set(_name_keys(name))) for name in people.names], people.name_of)
    loose.append((at, keys))
    at, keys = _named([sorted(set(_name_parts(name))) for name in people.names], people.name_of)
    exact.extend(
        (at, np.where(organisation[at] == UNKNOWN, UNKNOWN, keys ^ organisation[at]))
        for organisation in (people.account, people.domain)
    )
    return Keys(*_known(exact), *_known(loose))


def _worth(people: PeopleRecords) -> Flags:
    lengths = np.array([len(text.rpartition("@")[0]) for text in people.emails], dtype=np.int64)
    worth: Flags = (lengths >= _SHORTEST_LOCAL) & ~people.is_role
    return worth


def _salted(codes: Codes, salt: str) -> Codes:
    return np.where(codes == UNKNOWN, UNKNOWN, codes ^ code("salt", salt))


def _name_keys(name: PersonName) -> Iterator[int]:
    """Keys of a name alone: given and family name in either order, by each full form of the given name, with slips."""
    first, family = spelt(name)
    if not first or not family:
        return
    yield code("name", *sorted((first, family)))
    for root in roots(name.first):
        yield code("root", root, family)
    for given in name.given[1:]:
        yield code("name", *sorted((given, family)))
    if len(family) >= 5 and len(first) > 1:
        yield code("slip in family", first, family[:3])
        yield code("slip in family's beginning", first, family[-3:])
    if len(first) >= 4:
        yield code("slip in given", first[:2], family)


def _name_parts(name: PersonName) -> Iterator[int]:
    """Keys of a name within an organisation: family and initial, given name, family name's beginning."""
    first, family = spelt(name)
    if family and first:
        yield code("initial", first[0], family)
        yield code("initials", first[0], family[:2])
        for root in roots(name.first):
            yield code("given", root)
        yield code("initial", family[0], first)
    elif family or first:
        yield code("one name", family or first)


def _named(keys: list[list[int]], name_of: Codes) -> tuple[Codes, Codes]:
    """Keys by name, given to every row of that name."""
    sizes = np.array([len(found) for found in keys], dtype=np.int64)
    flat = np.fromiter((key for found in keys for key in found), dtype=np.int64, count=int(sizes.sum()))
    begin = np.cumsum(sizes) - sizes
    many = sizes[name_of]
    offsets = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return np.repeat(np.arange(len(name_of)), many), flat[np.repeat(begin[name_of], many) + offsets]


def _known(columns: list[tuple[Codes, Codes]]) -> tuple[Codes, Codes]:
    rows, keys = (np.concatenate([column[side] for column in columns]) for side in (0, 1))
    known = keys != UNKNOWN
    return rows[known], keys[known]

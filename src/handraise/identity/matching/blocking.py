"""The pairs worth comparing: rows that have a key in common which few others have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from handraise.identity.matching.companies import UNKNOWN, Codes, Companies, code
from handraise.identity.matching.company_names import CompanyName
from handraise.identity.matching.folding import loose
from handraise.identity.matching.name_words import GENERIC, PLACES

_PREFIX = 6
_SHORT_PREFIX = 4


@dataclass(frozen=True, slots=True)
class Caps:
    """How many accounts may share a key before it is no longer worth following.

    `exact` is for domains, whole names, numbers; `loose` for single words and beginnings. A key over its cap is
    left out: those rows meet by another key or not at all.
    """

    exact: int = 2000
    loose: int = 60


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of companies: row `rows[i]` has key `keys[i]`; exact ones and loose ones apart."""

    exact_rows: Codes
    exact_keys: Codes
    loose_rows: Codes
    loose_keys: Codes


def keys_of(companies: Companies) -> Keys:
    """Every key of every row. A domain's label and a name without spaces are one kind: `acmetools.com` meets `Acme Tools`."""
    _, first, of_name = np.unique(companies.full, return_index=True, return_inverse=True)
    named = [companies.name(int(row)) for row in first]
    rows_of = _rows_by_name(of_name, len(named))
    exact = [_column(c) for c in (companies.domain, companies.phone, companies.register_id, companies.label)]
    exact.append(_named([_name_keys(name) for name in named], rows_of))
    by_country = companies.country
    words = _named([_word_keys(name) for name in named], rows_of)
    starts = _named([_start_keys(name) for name in named], rows_of)
    # The beginning counts together with the country; where that is unknown on one side, longer pieces must do.
    placed = (
        starts[0],
        np.where(by_country[starts[0]] == UNKNOWN, UNKNOWN, starts[1] ^ by_country[starts[0]]),
    )
    return Keys(*_joined(exact), *_joined([words, placed]))


def pairs(keys: Keys, references: Keys, caps: Caps) -> tuple[Codes, Codes]:
    """The pairs (row, reference) with a key in common, each once, in order."""
    found = [
        _meeting(keys.exact_rows, keys.exact_keys, references.exact_rows, references.exact_keys, caps.exact),
        _meeting(keys.loose_rows, keys.loose_keys, references.loose_rows, references.loose_keys, caps.loose),
    ]
    both = np.unique(np.concatenate([(rows << 32) | others for rows, others in found]))
    return both >> 32, both & 0xFFFFFFFF


def of_rows(keys: Keys, start: int, end: int) -> Keys:
    """The keys of rows `start` to `end`, which keep their numbers."""
    exact = (keys.exact_rows >= start) & (keys.exact_rows < end)
    within = (keys.loose_rows >= start) & (keys.loose_rows < end)
    return Keys(
        keys.exact_rows[exact], keys.exact_keys[exact], keys.loose_rows[within], keys.loose_keys[within]
    )


def sorted_keys(keys: Keys) -> Keys:
    """The same keys in order of the key, as `pairs` wants them of references."""
    exact, within = np.argsort(keys.exact_keys, kind="stable"), np.argsort(keys.loose_keys, kind="stable")
    return Keys(
        keys.exact_rows[exact], keys.exact_keys[exact], keys.loose_rows[within], keys.loose_keys[within]
    )


def _meeting(rows: Codes, keys: Codes, other_rows: Codes, other_keys: Codes, cap: int) -> tuple[Codes, Codes]:
    """Rows that meet others (in order of key) by a key which at most `cap` others have."""
    low = np.searchsorted(other_keys, keys, side="left")
    counts = np.searchsorted(other_keys, keys, side="right") - low
    counts = np.where(counts > cap, 0, counts)
    total = int(counts.sum())
    starts = np.repeat(low - (np.cumsum(counts) - counts), counts)
    return np.repeat(rows, counts), other_rows[starts + np.arange(total)]


def _name_keys(name: CompanyName) -> Iterator[int]:
    yield code(name.squashed)
    own = loose("".join(name.own_words))
    if len(own) >= _SHORT_PREFIX:
        yield code(own)
    for other in (*name.others, name.owner):
        yield code(loose("".join(other)))
    if len(name.words) >= 3:
        yield code("initials", "".join(word[0] for word in name.words))
    if len(name.words) == 1 and 3 <= len(name.words[0]) <= 5:
        yield code("initials", name.words[0])


def _word_keys(name: CompanyName) -> Iterator[int]:
    for word in name.words:
        if len(word) >= 3 and word not in GENERIC and word not in PLACES:
            yield code("word", loose(word))
    squashed = name.squashed
    if len(squashed) >= _PREFIX:
        yield code("begins", squashed[:_PREFIX])
        yield code("ends", squashed[-_PREFIX:])


def _start_keys(name: CompanyName) -> Iterator[int]:
    squashed = name.squashed
    if len(squashed) >= _SHORT_PREFIX:
        yield code("begins in a country", squashed[:_SHORT_PREFIX])


def _column(codes: Codes) -> tuple[Codes, Codes]:
    return np.arange(len(codes), dtype=np.int64), codes


def _rows_by_name(of_name: Codes, n_names: int) -> tuple[Codes, Codes]:
    """The rows in order of their name, and where each name's rows begin."""
    order = np.argsort(of_name, kind="stable").astype(np.int64)
    return order, np.concatenate([[0], np.cumsum(np.bincount(of_name, minlength=n_names))]).astype(np.int64)


def _named(keys: list[Iterator[int]], rows_of: tuple[Codes, Codes]) -> tuple[Codes, Codes]:
    """Keys by name, given to every row of that name."""
    order, begin = rows_of
    lists = [sorted(set(found)) for found in keys]
    sizes = np.array([len(found) for found in lists], dtype=np.int64)
    flat = np.fromiter((key for found in lists for key in found), dtype=np.int64, count=int(sizes.sum()))
    names = np.repeat(np.arange(len(lists)), sizes)
    n_rows = begin[names + 1] - begin[names]
    offsets = np.arange(int(n_rows.sum())) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    return order[np.repeat(begin[names], n_rows) + offsets], np.repeat(flat, n_rows)


def _joined(columns: list[tuple[Codes, Codes]]) -> tuple[Codes, Codes]:
    rows, keys = (np.concatenate([column[side] for column in columns]) for side in (0, 1))
    known = keys != UNKNOWN
    return rows[known], keys[known]

"""Everything that was ever joined to somebody: all their records, whoever they are called after."""

from __future__ import annotations

import re

import numpy as np

from handraise.errors import ExitCode, HandraiseError
from handraise.facts.chunks import Ints
from handraise.facts.erasing import Whom, mentioning, quarantined_rows
from handraise.facts.mentions import Identifiers
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.closure import joined_records
from handraise.identity.find import records_named
from handraise.identity.normalise import normalise_email
from handraise.identity.people import groups_of
from handraise.identity.visitors import NEVER

_MOST_NAMED = 5
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def whom(store: FactStore, text: str) -> Whom:
    """Whom a text means: an id of any system (with or without its source), an e-mail address that they ever had, or an
    anonymous visitor's id. All records that share keys with theirs, directly or through others, are among them; instants
    do not matter. An address that no record bears still means whoever is named in quarantined rows or other people's facts.

    Raises `HandraiseError` where nobody is meant, or several people are.
    """
    wanted = text.strip()
    view = View(store.cursor(), NEVER, store.last_seq, store.last_seq)
    groups = _groups(view, records_named(view, wanted)) if wanted else []
    if len(groups) > 1:
        raise _several(view, wanted, groups)
    if groups:
        return _of_records(view, groups[0])
    found = _only_mentioned(store, wanted)
    if found is None:
        raise HandraiseError(
            f"Nothing is known of `{wanted}`.",
            ("Give an id as the source wrote it, `source:id`, or an e-mail address.",),
            exit_code=ExitCode.USAGE,
        )
    return found


def _groups(view: View, records: Ints) -> list[Ints]:
    """The records, each with all that are joined to it, once. Keys of a device that several people use join none of them."""
    groups: list[Ints] = []
    seen = np.empty(0, dtype=np.int32)
    for record in records:
        if record not in seen:
            near = joined_records(view, np.array([record], dtype=np.int32))
            group = groups_of(view, near)
            groups.append(near[group == group[near == record]])
            seen = np.union1d(seen, groups[-1]).astype(np.int32)
    return groups


def _several(view: View, text: str, groups: list[Ints]) -> HandraiseError:
    names = [str(_names(view, group)[0]) for group in groups]
    return HandraiseError(
        f"`{text}` is several people: {', '.join(f'`{n}`' for n in sorted(names)[:_MOST_NAMED])}.",
        ("Give one of these ids.",),
        exit_code=ExitCode.USAGE,
    )


def _names(view: View, records: Ints) -> list[str]:
    statement = "SELECT name FROM record_names WHERE id IN (SELECT id FROM chosen) ORDER BY name"
    return [str(name) for name in view.among(statement, records)["name"]]


def _of_records(view: View, records: Ints) -> Whom:
    # A device may bear keys of others who used it: where somebody is identified, only their own records say who they are.
    keys = view.among(
        """SELECT name FROM key_names WHERE record IN (SELECT id FROM chosen)
               OR (record IS NULL OR record NOT IN (SELECT record FROM person_records)) AND id IN (
                   SELECT identity_key FROM identity_keys WHERE record IN (
                       SELECT record FROM person_records WHERE identified AND record IN (SELECT id FROM chosen)
                       UNION SELECT id FROM chosen WHERE NOT EXISTS (
                           SELECT 1 FROM person_records WHERE identified AND record IN (SELECT id FROM chosen))))""",
        records,
    )["name"]
    names = _names(view, records)
    return Whom(records, tuple(names), Identifiers.of(names, (str(k) for k in keys)))


def _only_mentioned(store: FactStore, text: str) -> Whom | None:
    """Somebody of whom there is an address in a text, and no record."""
    if _ADDRESS.fullmatch(text) is None:
        return None
    identifiers = Identifiers(frozenset(), frozenset({normalise_email(text)}))
    cursor = store.cursor()
    texts = (("field_values", "text"), ("kinds", "properties"), ("activities", "particulars"))
    is_named = any(True for _ in quarantined_rows(cursor, identifiers)) or any(
        mentioning(cursor, table, column, identifiers) for table, column in texts
    )
    return Whom(np.empty(0, dtype=np.int32), (), identifiers) if is_named else None

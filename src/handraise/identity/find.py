"""Finding people by what one has at hand: an id, a record's name, or an e-mail address."""

from __future__ import annotations

import numpy as np

from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.closure import joined_records
from handraise.identity.normalise import email_key
from handraise.identity.people import people_at
from handraise.identity.ranks import ranks_by_number
from handraise.model.time import Micros


def find(store: FactStore, text: str, as_of: Micros, horizon: int | None = None) -> tuple[str, ...]:
    """The ids of the people whom a text may mean at an instant, by id.

    It may be the name of any of their records (`salesforce:00Q...`), a bare id (`00Q...`), or an e-mail
    address. More than one is an ambiguous text, none an unknown one.
    """
    wanted = text.strip()
    last_seq = store.last_seq
    view = View(store.cursor(), as_of, last_seq if horizon is None else horizon, last_seq)
    records = records_named(view, wanted)
    if not len(records):
        return ()
    joined = joined_records(view, records)
    people = people_at(view, ranks_by_number(store), joined)
    persons = np.unique(people.person_of[records])
    representatives = people.representative[persons[persons >= 0]]
    if not len(representatives):
        return ()
    names = view.among("SELECT name FROM record_names WHERE id IN (SELECT id FROM chosen)", representatives)
    return tuple(sorted(str(n) for n in names["name"]))


def records_named(view: View, text: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Records by full name; failing that, by e-mail address; failing that, by bare id."""
    tries: list[tuple[str, dict[str, str]]] = [
        ("SELECT id FROM record_names WHERE name = $text", {"text": text}),
        (
            """SELECT DISTINCT record AS id FROM identity_keys
               WHERE {visible} AND identity_key IN (SELECT id FROM key_names WHERE name = $key)""",
            {"key": email_key(text)},
        ),
        ("SELECT id FROM record_names WHERE ends_with(name, $suffix)", {"suffix": ":" + text}),
    ]
    for statement, values in tries:
        found = view.arrays(statement, **values)["id"]
        if len(found):
            return found.astype(np.int32)
    return np.empty(0, dtype=np.int32)

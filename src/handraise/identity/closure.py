"""The records joined to a few records, found without looking at everybody."""

from __future__ import annotations

import numpy as np

from handraise.facts.chunks import Ints
from handraise.facts.view import View

_KEYS = """
SELECT identity_key AS id FROM identity_keys WHERE {visible} AND record IN (SELECT id FROM chosen)
UNION SELECT id FROM key_names WHERE record IN (SELECT id FROM chosen)
"""
_BEARERS = """
SELECT record AS id FROM identity_keys WHERE {visible} AND identity_key IN (SELECT id FROM chosen)
UNION SELECT record FROM key_names WHERE record IS NOT NULL AND id IN (SELECT id FROM chosen)
"""


def joined_records(view: View, records: Ints) -> Ints:
    """The records and all that share keys with them, directly or through others; sorted."""
    known_keys = np.empty(0, dtype=np.int32)
    known = np.unique(records.astype(np.int32))
    new = known
    while len(new):
        keys = np.setdiff1d(view.among(_KEYS, new)["id"], known_keys)
        if not len(keys):
            break
        known_keys = np.union1d(known_keys, keys)
        new = np.setdiff1d(view.among(_BEARERS, keys)["id"], known)
        known = np.union1d(known, new)
    return known.astype(np.int32)


def records_of_accounts(view: View, accounts: Ints) -> Ints:
    """The records that ever belonged to one of these accounts, as known in the view."""
    if not len(accounts):
        return np.empty(0, dtype=np.int32)
    rows = view.among(
        "SELECT DISTINCT record FROM memberships WHERE {visible} AND account IN (SELECT id FROM chosen)",
        accounts,
    )
    return rows["record"].astype(np.int32)

"""Activities whose message id the store no longer has: it keeps hashes, and an export hands these on.

A hash of what identifies the activity and one of all that it says stand for the id, so that an exported
activity is known again wherever it or its original was taken in before.
"""

from __future__ import annotations

import re

from handraise.facts.rows import Activity

# Written before the two hashes, 16 hexadecimal digits each.
KEPT_PREFIX = "handraise:"
_KEPT = re.compile(KEPT_PREFIX + "[0-9a-f]{32}")


class KeptActivity(Activity):
    """An activity as a store exported it: its `message_id` holds the hashes of the original."""

    __slots__ = ()


def is_kept(message_id: str) -> bool:
    """Whether a message id is one that an export wrote."""
    return _KEPT.fullmatch(message_id) is not None

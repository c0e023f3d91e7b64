"""How many examples: `HYPOTHESIS_PROFILE=ci` (the same few every time, the default) or `long` (many, random).

The profile is read from the environment and given to each law, so that other folders keep their own.
`FUZZ_EXAMPLES` says how many examples a law gets in the long one.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# Shrinking opens a store for every try and hardly ends; `smallest` makes a disagreement small instead.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)

_PROFILES = {
    "ci": settings(
        max_examples=14,
        derandomize=True,
        database=None,
        deadline=None,
        phases=_PHASES,
        suppress_health_check=_SLOW,
    ),
    "long": settings(
        max_examples=int(os.environ.get("FUZZ_EXAMPLES", "1000")),
        deadline=None,
        print_blob=True,
        phases=_PHASES,
        suppress_health_check=_SLOW,
    ),
}

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PROFILE = _PROFILES["long" if IS_LONG else "ci"]


def profile(share: float = 1.0) -> settings:
    """The profile, with a share of its examples: laws that open several stores an example take fewer."""
    return settings(PROFILE, max_examples=max(1, round(PROFILE.max_examples * share)))

"""What some files of an import tell that others need: links and meanings without which their rows give no facts.

A warehouse keeps who took part in a call apart from the call. Such tables are read before all others, whatever
their place in the list, so that the order of files makes no difference. They hold no facts by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handraise.model.conditions import DealStatus


@dataclass(frozen=True, slots=True)
class Companions:
    """Ids are a source's own, without its name.

    `people`: engagement -> its contacts. `deal_companies`: deal -> its company. `stages`: deal stage -> what it means.
    `subscriptions`: e-mail event -> the status of subscription that it set.
    """

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deal_companies: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, DealStatus] = field(default_factory=dict)
    subscriptions: Mapping[str, str] = field(default_factory=dict)

"""Lead sources that mean a purchased address."""

from __future__ import annotations

import re

from handraise.hygiene.names import is_missing
from handraise.hygiene.titles.words import fold

_PURCHASED = re.compile(
    r"\b(?:purchas\w*|bought|rented|third party (?:list|data)|3rd party (?:list|data)|list (?:buy|purchase|rental)|data (?:vendor|provider|purchase|append)"
    r"|gekauft\w*|adresskauf|mietadress\w*|kaufadress\w*|achete\w*|achat de (?:fichier|liste|donnees)|fichier (?:achete|loue)|comprad[ao]\w*|acquistat[ao]\w*|gekocht\w*"
    r"|zoominfo|discoverorg|lusha|cognism|apollo io|leadiq|hoovers|uplead|rocketreach|seamless ai|kaspr|dealfront list|netprospex|data com|jigsaw)\b"
)
# "Purchased our product" is no list.
_NOT_LISTS = re.compile(
    r"\b(?:purchas\w*|bought) (?:a |our |the )?(?:product|licen[cs]e|online|trial|subscription|ticket)|\b(?:online|in app) purchase\b|\bpurchasing\b|\brepurchase"
)


def is_purchased_source(source: str | None) -> bool | None:
    """Whether a lead source says that the address was bought. Unknown without a source."""
    if source is None or is_missing(source):
        return None
    text = re.sub(r"[^\w]+", " ", fold(source[:200]).replace("_", " "))
    return bool(_PURCHASED.search(text)) and not _NOT_LISTS.search(text)

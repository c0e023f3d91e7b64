"""The parts of a web address that conditions test."""

from __future__ import annotations

from urllib.parse import urlsplit


def add_path(properties: dict[str, str], address: str | None) -> None:
    """Adds `path` and `query` of an address that is there and can be split; what is set already stays."""
    if address is None:
        return
    try:
        parts = urlsplit(address if "//" in address or address.startswith("/") else "//" + address)
    except ValueError:
        return
    properties.setdefault("path", parts.path or "/")
    if parts.query:
        properties.setdefault("query", parts.query)

"""When a call happened, and since when we could know it."""

from __future__ import annotations

from collections.abc import Mapping

from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError, RowRejected
from handraise.model.time import Micros


def times_of(call: Mapping[str, object], read: InstantReader) -> tuple[Micros, Micros]:
    """(happened, known). It happened at `timestamp`; where that is missing, at `receivedAt - (sentAt -
    originalTimestamp)`, which takes out a device's wrong clock. It is known from `receivedAt` on, never before it
    happened. Raises `RowRejected`."""
    at = _instant(call, "timestamp", read)
    received = _instant(call, "receivedAt", read)
    if at is None:
        at = _corrected(call, received, InstantReader(read.zone, read.formats))
    if at is None:
        raise RowRejected("timestamp", "missing", "the call has no `timestamp`.")
    if read.latest is not None and at > read.latest:
        raise RowRejected("timestamp", "future", "the call happened after the file was exported.")
    if at < 0:
        raise RowRejected("timestamp", "before_1970", "the call happened before 1970.")
    return at, at if received is None else max(at, received)


def _corrected(call: Mapping[str, object], received: Micros | None, device: InstantReader) -> Micros | None:
    """A device's clock may be years ahead, so what it says is read without a limit."""
    original, sent = _instant(call, "originalTimestamp", device), _instant(call, "sentAt", device)
    if received is not None and original is not None and sent is not None:
        return received - (sent - original)
    for instant in (received, original, sent):
        if instant is not None:
            return instant
    return None


def _instant(call: Mapping[str, object], name: str, read: InstantReader) -> Micros | None:
    value = call.get(name)
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else str(value)
    try:
        return read.read(text)
    except CellError as error:
        raise RowRejected.of(name, error, text) from None

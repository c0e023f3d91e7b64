"""What every request passes first and every answer last: limits, who may ask, errors as JSON, headers."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from pathlib import PurePath

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handraise.errors import HandraiseError
from handraise.web.access import Access
from handraise.web.errors import RequestError, answer_to

MAX_ADDRESS_BYTES = 4096
MAX_BODY_BYTES = 1_000_000
WITH_BODY = frozenset({("POST", "/v1/plan")})
LOG = logging.getLogger("handraise.web")
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Border:
    """Around the application; nothing leaves as a traceback."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        try:
            self._check(scope)
            if _has_body(scope):
                receive = await _received(receive)
            await self.app(scope, receive, send_on)
        except Exception as error:
            _log(error)
            if not started:
                await answer_to(error)(scope, receive, send_on)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        self.access.check_host(headers.getlist("host"))
        self.access.check_token(scope["path"], headers.getlist("authorization"))
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
            sentence = f"The address has more than {MAX_ADDRESS_BYTES:,} bytes."
            raise RequestError(sentence, status=HTTPStatus.REQUEST_URI_TOO_LONG, code="too_long")
        if _has_body(scope):
            _check_body(headers)
        elif headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            sentence = "Requests have no body here."
            raise RequestError(sentence, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="too_large")


def _has_body(scope: Scope) -> bool:
    return (scope["method"], scope["path"]) in WITH_BODY


def _check_body(headers: Headers) -> None:
    """Raises `RequestError` for what is no JSON, or says itself to be too long. No page of another origin may send JSON
    without asking first, and none is let in."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(
            "What is sent here is JSON.",
            ("Send the header `Content-Type: application/json`.",),
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            code="not_json",
        )
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or len(length) > 12 or int(length) > MAX_BODY_BYTES:
        raise _too_large()


async def _received(receive: Receive) -> Receive:
    """The whole body, received before anything reads it. Raises `RequestError` as soon as it is too long."""
    parts: list[bytes] = []
    n_bytes, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        n_bytes, more = n_bytes + len(parts[-1]), bool(message.get("more_body", False))
        if n_bytes > MAX_BODY_BYTES:
            raise _too_large()
    whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def replayed() -> Message:
        return whole.pop() if whole else await receive()

    return replayed


def _too_large() -> RequestError:
    sentence = f"The body has more than {MAX_BODY_BYTES:,} bytes."
    return RequestError(sentence, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="too_large")


def _log(error: Exception) -> None:
    """One line for whoever runs the server; the details only where they are asked for."""
    if isinstance(error, HandraiseError):
        return
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{PurePath(place.filename).name}:{place.lineno}"
    LOG.error("This is our fault, not yours: %s at %s.", type(error).__name__, where)
    LOG.debug("The details:", exc_info=error)

"""What a caller is told when something goes wrong: one JSON form, and the HTTP status that goes with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from handraise.errors import ExitCode, HandraiseError, Problem
from handraise.services.explaining import PersonNotFoundError


class Json(JSONResponse):
    """JSON as the command line writes it: text as it is, what has no number refused."""

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
        return text.encode("utf-8", "replace")


@dataclass
class RequestError(HandraiseError):
    """A request that is refused, with its status and a stable code."""

    status: HTTPStatus = field(default=HTTPStatus.BAD_REQUEST, kw_only=True)
    code: str = field(default="bad_request", kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    problems: tuple[Problem, ...] = field(default=(), kw_only=True)


def not_found(sentence: str, *advice: str) -> RequestError:
    return RequestError(sentence, advice, status=HTTPStatus.NOT_FOUND, code="not_found")


def answer_to(error: Exception) -> Json:
    """The answer to a request that failed. Nothing of an error that we did not foresee is told."""
    match error:
        case RequestError():
            return said(error.status, error.code, error.sentence, error.advice, error.headers, error.problems)
        case PersonNotFoundError():
            return said(HTTPStatus.NOT_FOUND, "not_found", error.sentence, error.advice)
        case HandraiseError(exit_code=ExitCode.USAGE):
            return said(HTTPStatus.BAD_REQUEST, "bad_request", error.sentence, error.advice)
        case HandraiseError(exit_code=ExitCode.PLAYBOOK):
            advice = ("GET /v1/playbook lists them.",)
            return said(HTTPStatus.SERVICE_UNAVAILABLE, "playbook_has_errors", error.sentence, advice)
        case HandraiseError():
            return said(HTTPStatus.INTERNAL_SERVER_ERROR, "engine", error.sentence, error.advice)
    advice = ("Whoever runs the server finds more in its output, with HANDRAISE_DEBUG=1 the details.",)
    sentence = "This is our fault, not yours."
    return said(HTTPStatus.INTERNAL_SERVER_ERROR, "our_fault", sentence, advice)


def said(
    status: int,
    code: str,
    message: str,
    advice: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Json:
    """`{"error": {"code", "message", "advice"}}`, and beside it the `problems` of a playbook that was sent."""
    body: dict[str, object] = {"error": {"code": code, "message": message, "advice": list(advice)}}
    body |= {"problems": [p.as_dict() for p in problems]} if problems else {}
    return Json(body, status_code=status, headers=dict(headers or {}))

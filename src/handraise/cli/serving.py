"""`handraise serve`: what it needs, and what it says while it runs."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from handraise.cli.output import note, print_json
from handraise.errors import ExitCode, HandraiseError
from handraise.workspace import Workspace

_OF_THE_EXTRA = {"fastapi", "pydantic", "starlette", "uvicorn"}


def serve(workspace: Path | None, host: str, port: int, token_file: Path | None, as_json: bool) -> None:
    """Serve until stopped. The address is said on standard error once requests are answered, or as JSON."""
    try:
        from handraise.web.access import TOKEN_VARIABLE, read_token
        from handraise.web.serving import serve as serve_workspace
    except ModuleNotFoundError as error:
        raise _without_extra(error) from error
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    token = read_token(token_file, os.environ.get(TOKEN_VARIABLE))

    def listening(url: str) -> None:
        if as_json:
            print_json({"address": url, "token": token is not None})
            sys.stdout.flush()
            return
        note(f"Serving `{opened.folder}` at {url}; Ctrl-C stops it.")

    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.ERROR)
    if os.environ.get("HANDRAISE_DEBUG"):
        logging.getLogger("handraise.web").setLevel(logging.DEBUG)
    serve_workspace(opened, host, port, token, listening)


def _without_extra(error: ModuleNotFoundError) -> Exception:
    if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
        return error
    return HandraiseError(
        "`handraise serve` needs the extra `server`, which is not installed.",
        ("Install it: pip install 'handraise[server]'.",),
        exit_code=ExitCode.USAGE,
    )

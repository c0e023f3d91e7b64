"""Serving a workspace: the store is held and the socket open until somebody stops it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import uvicorn

from handraise.errors import ExitCode, HandraiseError
from handraise.web.access import access_to, addresses_of
from handraise.web.answers import Answers
from handraise.web.app import make_app
from handraise.workspace import Workspace

SECONDS_TO_FINISH = 5


def serve(
    workspace: Workspace, host: str, port: int, token: str | None, listening: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM. `listening` is told the address once requests are answered.

    Raises `HandraiseError` where others could read without a token, the port is taken, or another process holds the
    store.
    """
    found = addresses_of(host, port)
    access = access_to(host, [str(address[0]) for _, address in found], token)
    with (
        suppress(KeyboardInterrupt),
        _terminated_like_interrupted(),
        _bound(*found[0]) as bound,
        workspace.store() as store,
        closing(Answers(workspace, store)) as answers,
    ):
        config = uvicorn.Config(
            make_app(answers, access),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
        _Server(config, lambda: listening(_url(bound))).run(sockets=[bound])


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._listening()


@contextmanager
def _bound(family: socket.AddressFamily, address: tuple[object, ...]) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
        except OSError as error:
            raise HandraiseError(
                f"Port {address[1]} of {address[0]} cannot be had: {(error.strerror or str(error)).lower()}.",
                ("Choose another with --port, or any that is free with --port 0.",),
                exit_code=ExitCode.USAGE,
            ) from error
        yield bound


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends the server as Ctrl-C does, so that the store is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

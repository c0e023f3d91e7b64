"""Who may ask: only this machine, unless there is a token; and only by a name that this machine has."""

from __future__ import annotations

import hmac
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path

from handraise.errors import ExitCode, HandraiseError
from handraise.web.errors import RequestError

TOKEN_VARIABLE = "HANDRAISE_TOKEN"  # noqa: S105 - the name of a variable, no token
MIN_TOKEN_CHARACTERS = 16
MAX_TOKEN_CHARACTERS = 512
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
_OUR_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Access:
    """What a request must bring. `token`: none is asked for where it is `None`. `hosts`: the names in the `Host`
    header that are ours, or any where it is `None`: a page whose name was made to lead to this machine (DNS
    rebinding) sends its own name."""

    token: str | None = None
    hosts: frozenset[str] | None = _OUR_NAMES

    def check_host(self, hosts: list[str]) -> None:
        """Raises `RequestError` where a request was meant for another name."""
        if self.hosts is None or (len(hosts) == 1 and _without_port(hosts[0]) in self.hosts):
            return
        raise RequestError(
            "The header `Host` names another server than this one.",
            ("Ask `localhost` or `127.0.0.1`; a proxy in front sets `Host` to that.",),
            code="wrong_host",
        )

    def check_token(self, path: str, authorizations: list[str]) -> None:
        """Raises `RequestError` where the token is asked for and is not there. It is compared in constant time."""
        if self.token is None or path in OPEN_PATHS:
            return
        scheme, _, given = (authorizations[0] if len(authorizations) == 1 else "").partition(" ")
        same = hmac.compare_digest(given.strip().encode(), self.token.encode())
        if same and scheme.lower() == "bearer":
            return
        raise RequestError(
            "This server asks for a token." if not authorizations else "The token is another one.",
            ("Send the header `Authorization: Bearer TOKEN`.",),
            status=HTTPStatus.UNAUTHORIZED,
            code="unauthorized",
            headers={"WWW-Authenticate": "Bearer"},
        )


def access_to(host: str, addresses: list[str], token: str | None) -> Access:
    """Who may ask a server at `host`, which has these addresses. Raises `HandraiseError` where others could without
    a token."""
    if all(_is_loopback(address) for address in addresses):
        return Access(token, _OUR_NAMES | {_as_in_header(host)})
    if token is None:
        raise HandraiseError(
            f"Others could read everything at `{host}`, and there is no token.",
            (
                f"Give one with --token-file FILE or in the variable {TOKEN_VARIABLE}.",
                "Without one, serve at 127.0.0.1.",
            ),
            exit_code=ExitCode.USAGE,
        )
    return Access(token, None)


def read_token(file: Path | None, variable: str | None) -> str | None:
    """The token of the file, or else of the variable; `None` where there is neither. Raises `HandraiseError` where
    it is easily guessed or cannot stand in a header."""
    given = variable
    if file is not None:
        with file.open("rb") as opened:
            given = opened.read(MAX_TOKEN_CHARACTERS + 3).decode("latin-1")
    if given is None:
        return None
    token, place = given.strip(), f"`{file}`" if file is not None else TOKEN_VARIABLE
    if not MIN_TOKEN_CHARACTERS <= len(token) <= MAX_TOKEN_CHARACTERS:
        what = f"has fewer than {MIN_TOKEN_CHARACTERS} or more than {MAX_TOKEN_CHARACTERS} characters"
    elif not (token.isascii() and token.isprintable() and " " not in token):
        what = "has characters that cannot stand in a header"
    else:
        return token
    advice = ('One is made by: python -c "import secrets; print(secrets.token_urlsafe())"',)
    raise HandraiseError(f"The token in {place} {what}.", advice, exit_code=ExitCode.USAGE)


def addresses_of(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    """Where one can listen as `host`. Raises `HandraiseError` where the name is not known."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        sentence = f"`{host}` is not a name or an address of this machine."
        raise HandraiseError(
            sentence, ("Leave out --host for 127.0.0.1.",), exit_code=ExitCode.USAGE
        ) from None
    return [(family, address) for family, _, _, _, address in found]


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def _without_port(host: str) -> str:
    """`localhost:8765` and `[::1]:8765` without their port, in small letters; nothing of what has another form."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(:[0-9]+)?", host.lower())
    return found.group(1) if found else ""


def _as_in_header(host: str) -> str:
    return f"[{host.lower()}]" if ":" in host else host.lower()

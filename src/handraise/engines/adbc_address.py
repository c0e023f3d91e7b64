"""Where a warehouse is, and getting there: its URL read without ever being shown whole, and its driver found.

PostgreSQL's own URLs are taken as they are; any other driver, the package `adbc_driver_DRIVER` or what the ADBC
driver manager finds under that name, is given what stands behind `DRIVER://`.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote

from handraise.errors import EngineError, ExitCode, HandraiseError

INSTALL = ("Install it: `pip install 'handraise[warehouse]'`.",)


@dataclass(frozen=True, slots=True)
class Address:
    """A warehouse's URL, read: `shown` has no password, `secrets` are the texts that no message may have."""

    url: str
    driver: str
    shown: str
    secrets: tuple[str, ...]

    @property
    def is_postgresql(self) -> bool:
        return self.driver == "postgresql"

    def safe(self, text: str) -> str:
        """A driver's words without the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def read_url(url: str) -> Address:
    """A URL taken apart. Raises `HandraiseError` where it is none; the message does not repeat it."""
    found = re.fullmatch(r"([A-Za-z][A-Za-z0-9_+-]*)://(\S*)", url)
    if found is None:
        _refuse_url(
            "The warehouse is not given as a URL.",
            "Write for example postgresql://ann@db.example:5432/sales.",
        )
    scheme, rest = found.group(1).lower(), found.group(2)
    driver = "postgresql" if scheme == "postgres" else scheme
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    after = rest[len(authority) :]
    if driver == "postgresql" and (
        authority.count("@") > 1 or "@" in after or "#" in rest or re.search(r"%(?![0-9A-Fa-f]{2})", rest)
    ):
        _refuse_url(
            "The warehouse's URL cannot be read: its user or password has a character that ends it.",
            "Write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25 there.",
        )
    login, at, host = authority.rpartition("@")
    user, _, password = login.partition(":")
    path, _, query = after.partition("?")
    secrets = [
        password,
        *(v for k, v in parse_qsl(query, keep_blank_values=True) if "pass" in k or "token" in k),
    ]
    known = {text for s in secrets if s for text in (s, unquote(s))}
    shown = f"{driver}://{unquote(user)}{at}{host}{path}"
    return Address(url, driver, shown, tuple(sorted(known, key=len, reverse=True)))


def _refuse_url(sentence: str, advice: str) -> NoReturn:
    raise HandraiseError(sentence, (advice,), exit_code=ExitCode.USAGE)


def adbc_error() -> type[Exception]:
    """The base of what drivers raise. Raises `EngineError` where the driver manager is not installed."""
    try:
        found: type[Exception] = importlib.import_module("adbc_driver_manager").Error
    except ImportError:
        raise EngineError(
            "Warehouses need the ADBC driver manager, which is not installed.", INSTALL
        ) from None
    return found


def connect(address: Address) -> Any:
    error_of_adbc = adbc_error()
    connect = _driver(address)
    try:
        return connect()
    except (error_of_adbc, OSError) as error:
        raise _not_connected(address, str(error)) from None


def _driver(address: Address) -> Callable[[], Any]:
    """How to connect: by the driver's own package, else by the name that the driver manager knows."""
    package = f"adbc_driver_{address.driver}".replace("-", "_")
    rest = address.url.partition("://")[2]
    if importlib.util.find_spec(package) is not None:
        dbapi = importlib.import_module(f"{package}.dbapi")
        uri = _with_timeout(address.url) if address.is_postgresql else rest
        return lambda: dbapi.connect(uri)
    if address.is_postgresql:
        raise EngineError("PostgreSQL's ADBC driver is not installed.", INSTALL)
    manager = importlib.import_module("adbc_driver_manager.dbapi")
    return lambda: manager.connect(driver=address.driver, db_kwargs={"uri": rest})


CONNECT_TIMEOUT_SECONDS = 10


def _with_timeout(url: str) -> str:
    """A host that does not answer is given up, unless the URL says when itself."""
    if "connect_timeout=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_TIMEOUT_SECONDS}"


def _not_connected(address: Address, said: str) -> EngineError:
    for pattern, sentence, advice in _REFUSALS:
        if re.search(pattern, said):
            return EngineError(f"`{address.shown}` {sentence}", advice)
    words = " ".join(address.safe(said).split())
    return EngineError(f"`{address.shown}` cannot be reached: {words[:300].rstrip('.')}.")


_REFUSALS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    (
        r"[Ff]ailed to load|[Cc]ould not (load|find)|dlopen|cannot open shared object|NOT_FOUND",
        "cannot be reached: there is no ADBC driver of that name here.",
        ("Install it, for example `pip install adbc-driver-snowflake`; PostgreSQL's is `postgresql`.",),
    ),
    (
        r"authentication failed|no password supplied|role .* does not exist|not permitted to log in",
        "does not let us in: no such user, or another password.",
        ("The password may stand in the URL, in PGPASSWORD or in ~/.pgpass.",),
    ),
    (r"database .* does not exist", "has no such database.", ("Check the last part of the URL.",)),
    (
        r"could not translate host name|Name or service not known",
        "cannot be reached: there is no host of that name.",
        ("Check the host of the URL.",),
    ),
    (
        r"Connection refused|timeout expired|No route to host|unreachable|No such file",
        "cannot be reached: nothing answers there.",
        ("Check host and port of the URL, and whether the database runs.",),
    ),
)

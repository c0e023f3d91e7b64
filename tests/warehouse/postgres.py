"""A PostgreSQL server of the tests' own: unprivileged, on a free port, in a folder that goes when it stops."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROLE = "warehouse owner"  # a space, so that nothing works by luck
PASSWORD = "p@ss/w:rd%?#'\" ü"


@dataclass(frozen=True)
class Server:
    """A running server; `url` has the password of its owner."""

    port: int

    def url_of(self, role: str = ROLE, password: str = PASSWORD, database: str = "postgres") -> str:
        return (
            f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"
        )

    @property
    def url(self) -> str:
        return self.url_of()

    def run(self, *statements: str) -> None:
        """Statements in one transaction."""
        self._do(statements, fetch=False)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a question."""
        return self._do([statement], fetch=True)

    def _do(self, statements: Any, *, fetch: bool) -> list[tuple[Any, ...]]:
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.url) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            found = cursor.fetchall() if fetch else []
            connection.commit()
            return found


def programs() -> Path | None:
    """The folder with the newest installed `initdb`."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parent.parent.name)
    )
    found = [str(places[-1])] if places else [p for p in [shutil.which("initdb")] if p]
    return Path(found[0]).resolve().parent if found else None


def install() -> None:
    """The distribution's server, where we may; without the cluster that it would make and start by itself."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    subprocess.run(
        "apt-get update; apt-get install -y --no-install-recommends postgresql-common"
        " && mkdir -p /etc/postgresql-common/createcluster.d"
        " && echo create_main_cluster=false > /etc/postgresql-common/createcluster.d/none.conf"
        "; apt-get install -y --no-install-recommends postgresql",
        shell=True,
        check=False,
        capture_output=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


@contextmanager
def running(bin_folder: Path) -> Iterator[Server]:
    """A server while the block runs."""
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="handraise-pg-", dir="/tmp"))
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    if user is not None:
        for path in (folder, secret):
            os.chown(path, user.pw_uid, user.pw_gid)

    def call(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(bin_folder / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a server that inherits a pipe would keep us waiting
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            timeout=120,
            **({} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}),
        )
        if done.returncode:
            log = (folder / "log").read_text() if (folder / "log").exists() else ""
            said = (done.stderr or b"").decode("utf-8", "replace")
            raise RuntimeError(f"{program} failed: {said}{log}")

    try:
        call(
            "initdb", "-D", str(data), "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256",
            f"--pwfile={secret}", "--no-sync",
        )  # fmt: skip
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c max_connections=20"
        call("pg_ctl", "start", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options)
        try:
            yield Server(port)
        finally:
            call("pg_ctl", "stop", "-D", str(data), "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run the server as: it refuses root. `None`: ourselves."""
    if os.geteuid() != 0:
        return None
    names = [u.pw_name for u in pwd.getpwall()]
    return pwd.getpwnam(next(n for n in ("postgres", "nobody") if n in names))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def without_secrets(text: str) -> bool:
    """Whether a message shows neither the password nor a part of it, however it is written."""
    parts = [PASSWORD, quote(PASSWORD, safe=""), *re.findall(r"[^@/:%?#'\" ]{3,}", PASSWORD)]
    return not any(part in text for part in parts)

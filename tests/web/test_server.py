"""`handraise serve` as a process: it answers, it holds the facts, it ends quietly."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import AS_OF, N_PEOPLE, salesforce_id
from .test_results import decided

TOKEN = "correct-horse-battery-staple"
SECONDS = 240  # patience with a busy machine
pytestmark = pytest.mark.xdist_group("server")
HANDRAISE = (sys.executable, "-m", "handraise.cli.main")


def handraise(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [*HANDRAISE, *(str(a) for a in arguments)]
    environment = {k: v for k, v in os.environ.items() if k != "HANDRAISE_TOKEN"} | variables
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert "Traceback" not in done.stderr
    return done


@dataclass
class Server:
    process: subprocess.Popen[str]
    url: str

    def get(self, address: str, **headers: str) -> Any:
        return httpx.get(self.url + address, headers=headers, timeout=SECONDS, trust_env=False)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self, how: int = signal.SIGINT) -> str:
        """What it still said."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=SECONDS)
        return out + err


@contextmanager
def served(folder: Path, *options: str, **variables: str) -> Iterator[Server]:
    command = [*HANDRAISE, "serve", "--workspace", str(folder), "--port", "0", *options]
    environment = {k: v for k, v in os.environ.items() if k != "HANDRAISE_TOKEN"} | variables
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert " at http://" in line, line + process.stderr.read()
        yield Server(process, line.partition(" at ")[2].partition(";")[0])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it as it is; what it says is looked at in the end."""
    with served(Path(shutil.copytree(filled, tmp_path_factory.mktemp("served") / "workspace"))) as running:
        yield running
        assert "Traceback" not in running.stop()


def test_a_server_gives_the_same_rows_as_decide_to_everybody_at_once(workspace: Path) -> None:
    rows = decided(workspace)
    with served(workspace) as server:
        assert server.get("/healthz").json() == {"ok": True}
        assert server.get("/readyz").json() == {"ready": True}
        address = f"/v1/decisions?as_of={AS_OF}&limit=1000"
        with ThreadPoolExecutor(8) as several:
            answers = list(several.map(lambda _: server.get(address).json()["rows"], range(16)))
        assert answers == [rows] * 16
        assert len(rows) == N_PEOPLE


def test_a_server_explains_what_the_command_explains(workspace: Path) -> None:
    who = salesforce_id(7)
    said = handraise("explain", who, "--as-of", AS_OF, "-w", workspace, "--json")
    with served(workspace) as server:
        assert server.get(f"/v1/people/{who}/explanation?as_of={AS_OF}").json() == json.loads(said.stdout)


def test_while_a_server_runs_other_commands_are_told_who_holds_the_facts(workspace: Path) -> None:
    with served(workspace) as server:
        for command in (("decide", "--as-of", AS_OF), ("serve", "--port", "0")):
            done = handraise(*command, "-w", workspace)
            assert done.returncode == 12
            assert "another process holds" in done.stderr
            assert "server that runs on this workspace" in done.stderr
        assert server.get("/v1/runs").status_code == 200
        server.stop()
    assert handraise("decide", "--as-of", AS_OF, "-w", workspace).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_quietly(workspace: Path, how: int) -> None:
    with served(workspace) as server:
        server.get(f"/v1/decisions?as_of={AS_OF}")
        assert server.stop(how) == ""
        assert server.process.returncode == 0


def test_a_port_that_is_taken_is_told(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = handraise("serve", "-w", workspace, "--port", port)
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr
    assert "--port 0" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_others_are_not_served_without_a_token(workspace: Path, host: str) -> None:
    done = handraise("serve", "-w", workspace, "--port", "0", "--host", host, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["exit_code"] == 2
    assert "there is no token" in json.loads(done.stdout)["error"]


def test_others_are_served_with_the_token(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    for options, variables in (
        (("--token-file", str(file)), {}),
        ((), {"HANDRAISE_TOKEN": TOKEN}),
    ):
        with served(workspace, "--host", "0.0.0.0", *options, **variables) as server:
            server.url = f"http://127.0.0.1:{server.port}"
            assert server.get("/v1/runs").status_code == 401
            assert (
                server.get("/v1/runs", Authorization=f"Bearer {TOKEN}", Host="any.example").status_code == 200
            )
            assert TOKEN not in server.stop()


def test_a_token_file_that_is_not_there_is_told(workspace: Path, tmp_path: Path) -> None:
    done = handraise("serve", "-w", workspace, "--port", "0", "--token-file", tmp_path / "none")
    assert done.returncode == 2
    assert "there is no such file" in done.stderr


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET /v1/runs HTTP/1.1\r\n\r\n",
        b"GET /v1/runs HTTP/1.0\r\n\r\n",
        b"GET /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/v1/runs HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /v1/people/a\x00b/explanation HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=("tls", "no host", "old and no host", "two hosts", "another server", "long", "a raw NUL"),
)
def test_what_is_no_request_to_us_is_refused_and_the_server_lives_on(server: Server, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in answer
    assert server.get("/v1/runs").status_code == 200


def test_without_the_extra_the_way_to_install_it_is_told(workspace: Path) -> None:
    code = "import sys; sys.modules['uvicorn'] = None; from handraise.cli.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "-w", str(workspace)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 2
    assert "pip install 'handraise[server]'" in done.stderr
    assert "Traceback" not in done.stderr

"""A small workspace, and the application asked in this process."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from handraise.cli.main import app as command_line
from handraise.web.access import Access
from handraise.web.answers import Answers
from handraise.web.app import make_app
from handraise.web.border import Border
from handraise.workspace import Workspace

AS_OF = "2026-01-31"
N_PEOPLE = 23
HEAD = "Id,FirstName,LastName,Title,Company,Email,LeadSource,Status,Industry,NumberOfEmployees,IsConverted,CreatedDate,LastModifiedDate"
TITLES = ("CFO", "VP Sales", "", "Analyst")
SIZES = ("450", "", "5000", "12")


def lead(i: int) -> str:
    title, size = TITLES[i % 4], SIZES[i // 4 % 4]
    created = f"2026-01-{5 + i % 20:02}T09:00:00.000Z"
    who = f'{salesforce_id(i)},P{i},"Lée ""x""",{title},Co{i % 5},p{i}@co{i % 5}.example'
    return f"{who},Web,Open,Logistics,{size},false,{created},{created}"


def salesforce_id(i: int) -> str:
    """An id of eighteen characters."""
    short = f"00QHs0000010{i:03}"
    return short + _checksum(short)


def _checksum(short: str) -> str:
    """The three letters that tell the case of the fifteen before them."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    groups = (short[n : n + 5] for n in (0, 5, 10))
    return "".join(letters[sum(c.isupper() << n for n, c in enumerate(group))] for group in groups)


@dataclass
class Asking:
    """Requests to the application; each answer must be JSON with the headers that every answer has."""

    app: Border
    answers: Answers
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, address: str, *, method: str = "GET", content: bytes | None = None, **headers: str
    ) -> Any:
        sending = self._send(method, address, content, self.headers | headers)
        with ThreadPoolExecutor(max_workers=1) as elsewhere:  # a browser's tests may have a loop running here
            answer = elsewhere.submit(asyncio.run, sending).result()
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "Traceback" not in answer.text
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert set(error) == {"code", "message", "advice"}
            assert error["message"].endswith((".", "`"))
        return answer

    async def _send(self, method: str, address: str, content: bytes | None, headers: dict[str, str]) -> Any:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            return await client.request(method, address, content=content, headers=headers)

    def json(self, address: str) -> Any:
        """The answer to a request that is answered."""
        answer = self(address)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def error(self, address: str, status: int) -> dict[str, Any]:
        """The error of a request that is refused."""
        answer = self(address)
        assert answer.status_code == status, answer.text
        return dict(answer.json()["error"])


@contextmanager
def asking(folder: Path, access: Access = Access(), **options: Any) -> Iterator[Asking]:
    workspace = Workspace(folder, **options)
    with workspace.store() as store:
        answers = Answers(workspace, store, wait_seconds=0.2)
        yield Asking(make_app(answers, access), answers)


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Path:
    """A workspace of the test's own, with `N_PEOPLE` people."""
    return Path(shutil.copytree(filled, tmp_path / "workspace"))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    made = Workspace.create(folder / "workspace")
    path = folder / "Lead.csv"
    path.write_text("\n".join([HEAD, *(lead(i) for i in range(N_PEOPLE))]) + "\n", encoding="utf-8")
    (outcome,) = made.import_files([path])
    assert outcome.accepted == N_PEOPLE, outcome
    return made.folder


@pytest.fixture
def ask(workspace: Path) -> Iterator[Asking]:
    with asking(workspace) as asked:
        yield asked


@pytest.fixture
def commanded(workspace: Path) -> Callable[..., Any]:
    """What a command prints as JSON on the same workspace."""

    def run(*arguments: object) -> Any:
        words = [str(a) for a in (*arguments, "--workspace", workspace, "--json")]
        return json.loads(CliRunner().invoke(command_line, words).stdout)

    return run

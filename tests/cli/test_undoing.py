"""`imports` and `import --undo`: an import is listed, taken back, and can be brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Call

AS_OF = ("--as-of", "2026-01-31")


def test_an_undone_import_is_gone_from_decisions_and_comes_back(filled: Path, call: Call) -> None:
    before = call("decide", "-w", filled, *AS_OF, "--json").json
    listed = call("imports", "-w", filled, "--json").json["imports"]
    number = next(i["id"] for i in listed if i["accepted"])
    said = call("import", "--undo", number, "-w", filled)
    assert said.code == 0
    assert f"Import {number} (`" in said.out
    after = call("imports", "-w", filled, "--json").json["imports"]
    undone = {i["taken_for"] for i in after if i["undone_at"] and i["id"] != number}
    assert undone == {"Hygiene: values"}
    assert "undone" in call("imports", "-w", filled).out
    less = call("decide", "-w", filled, *AS_OF, "--json").json
    assert less["summary"] != before["summary"]
    again = call("decide", "-w", filled, "--run", before["run"], "--json").json
    assert "DC112" in [f["code"] for f in again["findings"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import",), "PATH"),
        (("import", "a.csv", "--undo", "1"), "give files or folders to import, or"),
        (("import", "--undo", "99"), "there is no import 99"),
        (("import", "--undo", "x"), "--undo"),
    ],
)
def test_what_cannot_be_undone_is_said_in_a_sentence(
    filled: Path, call: Call, arguments: tuple[str, ...], sentence: str
) -> None:
    said = call(*arguments, "-w", filled)
    assert said.code == 2
    assert sentence in " ".join(said.text.split())

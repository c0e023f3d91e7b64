"""What the data hold, over HTTP: what the commands print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import AS_OF, asking


@pytest.mark.parametrize("what", ["sources", "gaps"])
def test_what_is_known_and_what_is_not_are_what_the_commands_print(
    workspace: Path, commanded: Callable[..., Any], what: str
) -> None:
    printed = commanded(what, "--as-of", AS_OF)
    with asking(workspace) as ask:
        assert ask.json(f"/v1/{what}?as_of={AS_OF}") == printed
        assert ask.error(f"/v1/{what}?until=2026-01-01", 422)["code"] == "bad_parameter"
        assert ask.error(f"/v1/{what}?as_of=never", 400)["message"].startswith("`never` is not an instant")


def test_imports_are_listed_also_those_undone(workspace: Path, commanded: Callable[..., Any]) -> None:
    (first, *_) = commanded("imports")["imports"]
    commanded("import", "--undo", str(first["id"]))
    printed = commanded("imports")
    assert [i["id"] for i in printed["imports"] if i["undone_at"]][:1] == [first["id"]]
    with asking(workspace) as ask:
        assert ask.json("/v1/imports") == printed

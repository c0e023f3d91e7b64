"""docs/http.md names what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from handraise.web.access import MIN_TOKEN_CHARACTERS
from handraise.web.answers import MAX_INSTANTS
from handraise.web.app import MAX_ROWS
from handraise.web.border import MAX_ADDRESS_BYTES, MAX_BODY_BYTES
from handraise.web.recent import MAX_RESULTS

from .conftest import Asking

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")


def test_the_page_names_each_address_with_its_parameters(ask: Asking) -> None:
    rows = re.findall(r"^\| `(/[^`]+)` \| ([^|]*) ?\|", PAGE, re.M)
    listed = {address: set(re.findall(r"`(\w+)`", parameters)) for address, parameters in rows}
    paths = ask.json("/v1/openapi.json")["paths"]
    there = {
        path: {p["name"] for one in way.values() for p in one.get("parameters", []) if p["in"] == "query"}
        for path, way in paths.items()
    }
    assert listed == {**there, "/v1/openapi.json": set()}
    assert {path: set(way) for path, way in paths.items() if set(way) != {"get"}} == {"/v1/plan": {"post"}}


def test_the_page_names_each_code_of_an_error() -> None:
    listed = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| \d{3} \| ([^|]+) \|", PAGE, re.M))))
    sources = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/handraise/web").glob("*.py"))
    made = set(re.findall(r'(?:code(?:: str)?=|code: str = field\(default=|_unavailable\()"(\w+)"', sources))
    made |= set(re.findall(r'said\([\w.]+, "(\w+)"', sources))
    assert listed == made


def test_the_page_says_the_limits() -> None:
    for limit in (f"1 to {MAX_ROWS:,}", f"{MAX_ADDRESS_BYTES:,} bytes", f"last {MAX_RESULTS} instants"):
        assert limit in PAGE
    for limit in (f"more than {MAX_BODY_BYTES:,} bytes", f"at most {MAX_INSTANTS} instants"):
        assert limit in PAGE
    assert f"token of {MIN_TOKEN_CHARACTERS} characters" in PAGE


def test_the_json_on_the_page_is_json() -> None:
    for text in re.findall(r"^```json\n(.*?)^```$", PAGE, re.M | re.S):
        json.loads(text)

"""The report in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (1000, "light"), (390, "light"), (390, "dark")])
def page(request: pytest.FixtureRequest, browser: Any, page_file: Path) -> Iterator[Any]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    opened = context.new_page()
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("requestfailed", lambda request: opened.said.append(request.url))
    opened.goto(page_file.as_uri())
    yield opened
    context.close()


def test_the_page_never_scrolls_sideways_and_says_nothing_to_the_console(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.said == []


def test_nothing_inside_a_section_sticks_out_of_it(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    sticking = page.evaluate(
        """() => [...document.querySelectorAll('section')].flatMap(section => {
            const edge = section.getBoundingClientRect().right
            return [...section.querySelectorAll('td, th, p, dd, figure, .cell')]
                .filter(e => e.getBoundingClientRect().right > edge + 1).map(e => e.textContent.slice(0, 40))
        })"""
    )
    assert sticking == []


def test_text_in_a_matrix_cell_is_never_cut(page: Any) -> None:
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.cell')]
            .filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.textContent)"""
    )
    assert cut == []


def test_every_route_stands_in_its_cells_or_in_the_list_below_and_is_not_broken_within_a_word(
    page: Any,
) -> None:
    """A route is the playbook's own text; a cell on a telephone is narrower than many a word. No line holds the longest."""
    found = page.evaluate(
        """() => {
            const shown = e => e.checkVisibility() && e.textContent
            const broken = e => (e.textContent.match(/\\S+/g) || []).filter(word => {
                if (word.length < 2 || word.length > 16) return false
                const range = document.createRange(), at = e.firstChild.data.indexOf(word)
                range.setStart(e.firstChild, at)
                range.setEnd(e.firstChild, at + word.length)
                return new Set([...range.getClientRects()].map(r => r.top)).size > 1
            })
            const cells = [...document.querySelectorAll('.cell .route')], listed = [...document.querySelectorAll('.routes dt')]
            const places = [cells, listed].map(of => of.filter(shown))
            return {places: places.map(of => of.length > 0), broken: places.flat().flatMap(broken)}
        }"""
    )
    narrow = page.viewport_size["width"] <= 600
    assert found == {"places": [not narrow, narrow], "broken": []}


def test_every_section_can_be_reached_from_the_list_of_sections(page: Any) -> None:
    for link in page.query_selector_all("nav a"):
        assert page.query_selector(link.get_attribute("href")) is not None

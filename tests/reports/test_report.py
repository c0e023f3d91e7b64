"""Laws of the report: what every section says, that figures agree, and that no name can do harm."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, get_args

import pyarrow as pa
import pytest

from handraise.evidence.score_review import Verdict
from handraise.evidence.wording import count, percent
from handraise.reports import document as d
from handraise.reports.build import SECTIONS, build_report
from handraise.reports.charts import nice_ticks
from handraise.reports.html import render_html
from handraise.reports.inputs import ReportInputs
from handraise.reports.json_text import render_json
from handraise.reports.sections.headline import ADVICE, TONES
from handraise.reports.summary import summarise
from handraise.reports.text import block_text, render_text

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'=cmd|' /C calc'!A0\x1b[2J\u202e&amp;"

Inputs = Callable[..., ReportInputs]


class Tags(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


@pytest.fixture(scope="module")
def html(report: d.Report) -> str:
    return render_html(report)


@pytest.fixture(scope="module")
def hostile(make_inputs: Inputs) -> d.Report:
    return build_report(make_inputs(hostile=HOSTILE, n=600))


def test_every_section_says_what_it_shows_how_to_read_it_and_what_to_do(report: d.Report) -> None:
    assert len(report.sections) == len(SECTIONS)
    for section in report.sections:
        assert section.shows.endswith(".")
        assert section.how_to_read, section.key
        assert section.what_to_do, section.key
        assert section.blocks, section.key
        assert all(sentence.endswith((".", "?")) for sentence in section.how_to_read + section.what_to_do)


def test_the_page_carries_every_section_with_its_reading_and_advice(report: d.Report, html: str) -> None:
    page = parsed(html)
    words = " ".join(" ".join(page.words).split())
    for section in report.sections:
        assert section.key in page.ids
        for sentence in (section.title, section.shows, *section.how_to_read, *section.what_to_do):
            assert sentence in words


def test_the_verdict_comes_first(report: d.Report) -> None:
    assert report.sections[0].key == "headline"
    assert isinstance(report.sections[0].blocks[0], d.Verdict)


def test_every_verdict_has_a_tone_and_advice() -> None:
    assert set(TONES) == set(ADVICE) == set(Verdict)
    assert [v for v, tone in TONES.items() if tone is d.Tone.PROVEN] == [Verdict.STRONG]


def test_every_kind_of_block_has_a_text_and_a_drawing(html: str) -> None:
    for kind in get_args(d.Block):
        assert block_text.dispatch(kind) is not block_text.dispatch(object), kind
        assert f"'{kind.kind}': {kind.kind}" in _template_source(), kind


def _template_source() -> str:
    from handraise.reports.html import _TEMPLATES

    return (_TEMPLATES / "report.html.j2").read_text(encoding="utf-8")


# ---- figures agree


def matrix_of(report: d.Report) -> d.Matrix:
    return next(block for block in report.section("matrix").blocks if isinstance(block, d.Matrix))


def tables(report: d.Report) -> list[d.Table]:
    return [block for section in report.sections for block in section.blocks if isinstance(block, d.Table)]


def column(table: d.Table, name: str) -> list[Any]:
    place = [c.name for c in table.columns].index(name)
    return [row[place].value for row in table.rows]


def test_matrix_segments_and_headline_count_the_same_people(report: d.Report, inputs: ReportInputs) -> None:
    n = len(inputs.decisions)
    assert sum(int(cell.people.value or 0) for row in matrix_of(report).cells for cell in row) == n
    segments = next(t for t in tables(report) if t.caption.startswith("People by"))
    assert sum(value or 0 for value in column(segments, "People")) == n
    assert report.sections[0].blocks[1].figures[0].cell.value == n  # type: ignore[union-attr]


def test_the_routes_of_the_matrix_name_every_rank_once(report: d.Report) -> None:
    drawn = matrix_of(report)
    named = {rank: route for route, ranks in drawn.routes.items() for rank in ranks}
    assert named == {cell.rank: cell.route for row in drawn.cells for cell in row}
    assert sum(map(len, drawn.routes.values())) == len(named)


def test_the_matrix_and_its_table_say_the_same(report: d.Report) -> None:
    twin = next(t for t in tables(report) if t.caption == "The matrix as a table")
    drawn = [cell for row in matrix_of(report).cells for cell in row]
    assert column(twin, "People") == [cell.people.value for cell in drawn]
    assert column(twin, "Open") == [cell.n_open.value for cell in drawn]
    assert column(twin, "Reached an opportunity") == [cell.rate.value for cell in drawn]


def test_the_imports_total_is_the_sum_of_the_imports(report: d.Report) -> None:
    imports = next(t for t in tables(report) if t.caption == "Imports")
    for name in ("Rows in", "Accepted", "Duplicate", "Quarantined"):
        *parts, total = column(imports, name)
        assert total == sum(parts)
    assert [row[5].text for row in imports.rows] == ["yes"] * len(imports.rows)


def test_an_import_that_does_not_add_up_is_shown_as_wrong(inputs: ReportInputs) -> None:
    broken = replace(inputs.imports[0], n_accepted=inputs.imports[0].n_accepted - 3)
    report = build_report(replace(inputs, imports=(broken,)))
    cell = next(t for t in tables(report) if t.caption == "Imports").rows[0][5]
    assert (cell.text, cell.tone) == ("no, off by 3", d.Tone.WRONG)


def test_html_text_and_json_carry_the_same_figures(report: d.Report, html: str) -> None:
    shown, text = " ".join(parsed(html).words), " ".join(render_text(report).split())
    told = json.loads(render_json(report))
    for section, as_json in zip(report.sections, told["sections"], strict=True):
        for cell in cells_of(section):
            assert cell.text in shown
            assert all(word in text for word in cell.text.split())
        assert texts_in(as_json) >= {cell.text for cell in cells_of(section)}


def cells_of(section: d.Section) -> list[d.Cell]:
    cells: list[d.Cell] = []
    for block in section.blocks:
        if isinstance(block, d.KeyFigures):
            cells += [figure.cell for figure in block.figures]
        if isinstance(block, d.Table):
            cells += [cell for row in block.rows for cell in row]
    return cells


def texts_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(texts_in(item) for item in value.values()), set())
    if isinstance(value, list):
        return set().union(*(texts_in(item) for item in value), set())
    return {value} if isinstance(value, str) else set()


def test_the_json_also_holds_the_results_themselves(report: d.Report, inputs: ReportInputs) -> None:
    told = json.loads(render_json(report))["data"]
    assert told["summary"]["n_people"] == len(inputs.decisions)
    assert inputs.score_review is not None
    assert told["score_review"]["sentence"] == inputs.score_review.sentence


def test_the_same_inputs_give_the_same_file(inputs: ReportInputs, html: str) -> None:
    assert render_html(build_report(inputs)) == html


# ---- unknown is shown as unknown


def test_open_grades_are_hatched_in_proportion_and_counted(report: d.Report, html: str) -> None:
    hatched = [cell for row in matrix_of(report).cells for cell in row if cell.n_open.value]
    assert hatched
    assert html.count('class="hatch"') == len(hatched)
    for cell in hatched:
        assert f"{cell.n_open.text} open" in html


def test_without_a_review_every_section_still_stands_and_says_why(make_inputs: Inputs) -> None:
    report = build_report(make_inputs(reviewed=False, n=300))
    text = render_text(report)
    assert "NOT REVIEWED: No import brings opportunities." in text
    assert "Import what became of your leads" in text
    assert not matrix_of(report).by_rate
    render_html(report)


def test_a_segment_whose_data_is_missing_says_so_instead_of_zero(report: d.Report) -> None:
    segments = next(t for t in tables(report) if t.caption.startswith("People by"))
    row = next(row for row in segments.rows if row[0].text == "Customer at risk")
    assert "no import brings tickets or renewals" in row[0].note
    assert row[1] == d.Cell("cannot be told yet", None, tone=d.Tone.UNKNOWN)


def test_nobody_decided_on_makes_a_report_and_not_a_crash(inputs: ReportInputs) -> None:
    empty = replace(
        inputs, decisions=inputs.decisions.slice(0, 0), score_review=None, imports=(), findings=()
    )
    report = build_report(empty)
    assert "0 people decided on" in render_html(report)
    assert "No import is recorded" in render_text(report)


def test_a_weak_world_is_called_by_its_name_and_nothing_is_green(make_inputs: Inputs) -> None:
    report = build_report(make_inputs(strength=0.0, n=1500))
    verdict = report.sections[0].blocks[0]
    assert isinstance(verdict, d.Verdict)
    assert verdict.word in {"None", "Cannot tell yet", "Weak"}
    assert 'class="tag proven"' not in render_html(report)


# ---- safety: every name is hostile


def test_a_hostile_name_never_becomes_a_tag_or_an_attribute(hostile: d.Report) -> None:
    page = parsed(render_html(hostile))
    assert not {"script", "img", "iframe", "object", "link", "base", "form"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in " ".join(page.words)


def test_a_hostile_name_cannot_write_to_the_terminal(hostile: d.Report) -> None:
    text = render_text(hostile)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in text


def test_a_hostile_name_survives_json_unchanged(hostile: d.Report) -> None:
    assert json.loads(render_json(hostile))["title"] == HOSTILE


def test_the_file_names_no_address_and_runs_no_script(html: str) -> None:
    assert not re.search(r"(https?:)?//[a-z]", html, re.IGNORECASE)
    assert not re.search(r"url\(|@import|<script|javascript:|\son[a-z]+=", html, re.IGNORECASE)
    policy = next(
        a["content"] for t, a in parsed(html).tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert all((a["href"] or "").startswith("#") for t, a in parsed(html).tags if t == "a")


def test_own_terms_are_used_in_place_of_ours(make_inputs: Inputs) -> None:
    inputs = make_inputs(n=300)
    terms = {
        "MQL": "Ruflead",
        "fit": "Passung",
        "engagement": "Regung",
        "rank": "Stufe",
        "buyer segment": "Gruppe",
    }
    report = build_report(replace(inputs, playbook=replace(inputs.playbook, terms=terms), score_review=None))
    headings = " ".join(c.name for t in tables(report) for c in t.columns) + matrix_of(report).row_title
    words = headings + " ".join(s.title + s.shows for s in report.sections)
    assert all(term in words for term in ("Passung", "Stufe", "Gruppe"))
    assert not re.search(r"\b([Ff]it|[Ee]ngagement|[Bb]uyer segment)\b", words)


# ---- small things


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (1.0, "100%"),
        (0.31, "31%"),
        (0.06, "6.0%"),
        (0.0062, "0.62%"),
        (0.00001, "<0.01%"),
        (0.997, ">99%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize("ceiling", [0.001, 0.013, 0.07, 0.3, 0.99, 1.0])
def test_ticks_are_few_and_stay_on_the_axis(ceiling: float) -> None:
    ticks = nice_ticks(ceiling)
    assert 3 <= len(ticks) <= 7
    assert ticks[-1] <= ceiling * 1.0000001


def test_counts_are_written_with_thousands() -> None:
    assert count(1_234_567) == "1,234,567"


def test_a_summary_given_is_not_computed_again(inputs: ReportInputs) -> None:
    summary = summarise(inputs.decisions)
    assert build_report(replace(inputs, decisions=pa.table({})), summary).subtitle.startswith(
        count(summary.n_people)
    )

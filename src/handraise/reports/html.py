"""The report as one HTML file that needs nothing else: styles and charts inside, no script, no address."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from handraise.reports.charts import draw_curves, draw_spread, draw_whiskers
from handraise.reports.document import Report
from handraise.reports.look import LIGHT_RAMP, theme_css

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(report: Report) -> str:
    """The whole page. Every word in it that comes from data or playbook is escaped."""
    style = Markup(theme_css() + (_TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704
    return _template().render(report=report, style=style)


def heat_step(shade: float) -> int:
    """0..1 to a step of the heat ramp."""
    return min(len(LIGHT_RAMP) - 1, int(shade * len(LIGHT_RAMP)))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        draw_curves=draw_curves,
        draw_whiskers=draw_whiskers,
        draw_spread=draw_spread,
        heat_step=heat_step,
        ramp=range(len(LIGHT_RAMP)),
    )
    return environment.get_template("report.html.j2")

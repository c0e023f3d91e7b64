"""The marketing programs of the two years: webinars, gated pieces, bought lists, the site's own forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from history import Program
from invented_names import draw
from working_time import Quarter, webinar_starts_at, working_day

ASSETS = (
    "buyers-guide", "ap-benchmark", "roi-workbook", "erp-integration", "supplier-risk", "invoice-checklist",
)  # fmt: skip
NURTURE_MAILINGS = (
    "Nurture 1 - Invoice chaos", "Nurture 2 - Cost of late payment", "Nurture 3 - Customer story", "Newsletter",
)  # fmt: skip
COLD_MAILING, OFFER_MAILING = "Cold 1 - Introduction", "Offer - Buyers guide"
MAILINGS = (*NURTURE_MAILINGS, COLD_MAILING, OFFER_MAILING)
FORMS = (
    "demo-request", "contact-sales", "newsletter", "webinar-registration", *(f"whitepaper-{a}" for a in ASSETS),
)  # fmt: skip
MONTHS_PLANNED_AHEAD = 6


@dataclass(frozen=True)
class Programs:
    """All programs by key."""

    by_key: dict[str, Program]

    def webinar_after(self, at: datetime) -> Program:
        """The next webinar that starts at least an hour after `at`."""
        webinars = (p for p in self.by_key.values() if p.type == "Webinar")
        return min((p for p in webinars if starts_at(p) > at + timedelta(hours=1)), key=lambda p: p.starts_on)


def starts_at(webinar: Program) -> datetime:
    return webinar_starts_at(webinar.starts_on.year, webinar.starts_on.month)


def plan_programs(quarters: list[Quarter]) -> Programs:
    """A webinar a month, the gated pieces, the site's own requests and one bought list a quarter."""
    first, last = quarters[0].starts_on, quarters[-1].ends_before
    drafts: list[tuple[str, str, str, date, date, int]] = [
        ("website", "Website - talk to sales", "Other", first, last, 0),
    ]
    drafts += [(f"content/{asset}", f"Content - {asset}", "Other", first, last, 8000) for asset in ASSETS]
    for quarter in quarters:
        on = working_day(quarter.starts_on, 4)
        drafts.append((f"list/{quarter.name}", f"List import {quarter.name}", "Other", on, on, 6500))
    for months in range(3 * len(quarters) + MONTHS_PLANNED_AHEAD):
        year, month = first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1
        on = webinar_starts_at(year, month).date()
        cost = draw("webinar cost", year, month).randrange(2500, 6001, 100)
        drafts.append((f"webinar/{year}-{month:02}", f"Webinar {year}-{month:02}", "Webinar", on, on, cost))
    return Programs(
        {
            key: Program(key, 1001 + i, name, kind, start, end, cost, _planned_at(start))
            for i, (key, name, kind, start, end, cost) in enumerate(drafts)
        }
    )


def _planned_at(starts_on: date) -> datetime:
    return datetime.combine(working_day(starts_on, -45), time(14, 30), UTC)

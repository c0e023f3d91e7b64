"""Writes two years of a software company's Salesforce and Marketo exports, from seeds.

The people, deals and outcomes come from the package leadforge (MIT): one seed of its procurement world
per quarter. Same arguments, same bytes.

    python make_data.py --out data
    python make_data.py --out /tmp/other --seeds 201..208 --accounts 400
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from history import History
from invented_names import NameBook
from marketo_files import activity_rows_by_month, lead_rows, marketo_ids
from planted import Planted, break_marketo, break_salesforce, plant_people, planted_table
from programs import plan_programs
from salesforce_files import Ids, Row, lead_status, salesforce_tables
from told_world import ToldWorld
from working_time import Quarter

ACCOUNTS_PER_SEED = 232
FIRST_QUARTER = date(2024, 10, 1)


def main() -> None:
    arguments = _arguments()
    quarters = _quarters(arguments.first_quarter, len(arguments.seeds))
    exported_at = datetime.combine(quarters[-1].ends_before, time(), UTC) - timedelta(seconds=1)

    story, planted = tell_story(arguments.seeds, arguments.accounts, quarters)
    history = story.as_of(exported_at)
    written, broken = write_exports(history, exported_at, arguments.out)

    _print_files(written, arguments.out)
    _print_outcomes(history)
    _print_planted(planted, broken, Ids.of(history))


def tell_story(seeds: list[int], n_accounts: int, quarters: list[Quarter]) -> tuple[History, list[Planted]]:
    """One world after the other, each in its quarter, and what is planted on top."""
    story, names, programs = History(), NameBook(), plan_programs(quarters)
    story.programs = list(programs.by_key.values())
    for seed, quarter in zip(seeds, quarters, strict=True):
        told = ToldWorld(seed, n_accounts, quarter, names, programs).tell()
        story.companies += told.companies
        story.people += told.people
        story.deals += told.deals
        story.roles += told.roles
        story.sales_contacts += told.sales_contacts
        story.web_acts += told.web_acts
        story.memberships += told.memberships
    return story, plant_people(story)


def write_exports(
    history: History, exported_at: datetime, out: Path
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    ids, marketo = Ids.of(history), marketo_ids(history)
    tables = salesforce_tables(history, ids, exported_at)
    months = activity_rows_by_month(history, marketo)
    broken = break_salesforce(tables) + break_marketo(months)

    files = {f"salesforce/{name}.csv": rows for name, rows in tables.items()}
    files["marketo/leads.csv"] = lead_rows(history, ids, marketo)
    files |= {f"marketo/activities_{month}.csv": rows for month, rows in sorted(months.items())}
    for old in (*out.glob("salesforce/*.csv"), *out.glob("marketo/*.csv")):
        old.unlink()
    for name, rows in files.items():
        write_csv(out / name, rows, quote_all=name.startswith("salesforce/"))
    return {name: len(rows) for name, rows in files.items()}, broken


def write_csv(path: Path, rows: list[Row], *, quote_all: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file,
            list(rows[0]),
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator="\n",
        )
        writer.writeheader()
        writer.writerows(rows)


def _quarters(first: date, n: int) -> list[Quarter]:
    quarters = [Quarter(first)]
    while len(quarters) < n:
        quarters.append(quarters[-1].next())
    return quarters


def _seeds(text: str) -> list[int]:
    """`101..108`, or `3,5,8`."""
    first, dots, last = text.partition("..")
    return list(range(int(first), int(last) + 1)) if dots else [int(seed) for seed in text.split(",")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data", help="folder to write to")
    parser.add_argument(
        "--seeds", type=_seeds, default=_seeds("101..108"), help="one a quarter: 101..108 or 3,5,8"
    )
    parser.add_argument("--accounts", type=int, default=ACCOUNTS_PER_SEED, help="accounts of each seed")
    parser.add_argument(
        "--first-quarter", type=date.fromisoformat, default=FIRST_QUARTER, help="its first day"
    )
    return parser.parse_args()


# -- what it says when done --------------------------------------------------------------------------


def _print_files(written: dict[str, int], out: Path) -> None:
    n_bytes = sum((out / name).stat().st_size for name in written)
    monthly = {name: n for name, n in written.items() if "/activities_" in name}
    for name, n_rows in written.items():
        if name not in monthly:
            print(f"{name:<44}{n_rows:>8,}")
    print(f"{f'marketo/activities_YYYY-MM.csv ({len(monthly)} months)':<44}{sum(monthly.values()):>8,}")
    print(f"{'bytes':<44}{n_bytes:>8,}\n")


def _print_outcomes(history: History) -> None:
    leads = [p for p in history.people if p.is_lead]
    print(", ".join(f"{status}: {n:,}" for status, n in Counter(map(lead_status, leads)).most_common()))
    print("quarter   leads  converted   opened     won    lost")
    instants: dict[str, list[datetime | None]] = {
        "leads": [p.created_at for p in leads],
        "converted": [p.created_at for p in leads if p.converted_at],
        "opened": [d.opened_at for d in history.deals],
        "won": [d.closed_at for d in history.deals if d.is_won],
        "lost": [d.closed_at for d in history.deals if not d.is_won],
    }
    rows: dict[str, Counter[str]] = {}
    for kind, ats in instants.items():
        for at in filter(None, ats):
            rows.setdefault(f"{at.year}Q{(at.month + 2) // 3}", Counter())[kind] += 1
    for quarter, n in sorted(rows.items()):
        print(
            f"{quarter}  {n['leads']:>6,}  {n['converted']:>9,}  {n['opened']:>7,} {n['won']:>7,} {n['lost']:>7,}"
        )
    print()


def _print_planted(planted: list[Planted], broken: list[tuple[str, str]], ids: Ids) -> None:
    for kind, lead_id, email in planted_table(planted, ids):
        print(f"planted {kind:<12} {lead_id} {email}")
    for file, what in broken:
        print(f"planted {'broken row':<12} {file}: {what}")


if __name__ == "__main__":
    main()

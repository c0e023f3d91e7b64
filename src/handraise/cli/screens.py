"""What commands show a person: the matrix, segments, reconciliations, reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from handraise.cli.output import CONSOLE, clean, note
from handraise.errors import Finding, Severity
from handraise.facts.activations import Activation
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.imports import QuarantinedRow
from handraise.facts.runs import Run
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import GRADES, LEVELS
from handraise.model.time import MICROS_PER_DAY, Micros, iso, to_micros
from handraise.model.triggers import QualifyingTracks
from handraise.playbook.english import role_label, segment_label
from handraise.playbook.writer import short_version
from handraise.reports.flows import FLOW_DAYS, Flows
from handraise.reports.happenings import LATELY_DAYS, Happenings
from handraise.reports.market import Market, findings_of_market
from handraise.reports.summary import DecisionsSummary
from handraise.services.deciding import run_data
from handraise.services.keeping import limits_of, points_of
from handraise.services.planning import KINDS

if TYPE_CHECKING:
    from handraise.services.activating import ActivationResult
    from handraise.services.checking import CheckResult
    from handraise.services.deciding import DecideResult
    from handraise.services.deciding_on_spark import SparkResult
    from handraise.services.exchanging import ExportResult, PushResult
    from handraise.services.grouping import AccountsResult
    from handraise.services.importing import FileOutcome
    from handraise.services.planning import PlanResult, Times, Version
    from handraise.services.replaying import ChangesResult, Flow, ReplayResult
    from handraise.services.reporting import ReportResult
    from handraise.services.segmenting import Segmented

QUARANTINE_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
        ("value", pa.string()),
        ("raw", pa.string()),
    ]
)
SHOWN_QUARANTINED = 50
_SHOWN_MISSING = 8
_SHOWN_FLOWS = 8
_SHOWN_EXAMPLES = 5
FEW_FILES = 5


def created(folder: Path, written: Sequence[str]) -> None:
    CONSOLE.print(f"{folder} is a workspace now:")
    for name in written:
        CONSOLE.print(f"  {name}")
    note("Next: edit playbook.yml, then `handraise check` and `handraise import PATH...` in that folder.")


def imported(outcomes: Sequence[FileOutcome], *, is_rehearsed: bool = False) -> None:
    """What each file was taken for, and the reconciliation of its rows; if rehearsed, what both would be."""
    table = new_table(
        "file", "taken for", "rows in", "accepted", "duplicate", "quarantined", right=(2, 3, 4, 5)
    )
    for o in outcomes:
        if o.refusal is None:
            style = "yellow" if o.quarantined else ""
            add_row(
                table,
                o.file_name,
                o.taken_for,
                *_counts(o.rows_in, o.accepted, o.duplicate),
                Text(f"{o.quarantined:,}", style),
            )
    taken = [o for o in outcomes if o.refusal is None]
    if len(taken) > 1:
        sums = (
            sum(getattr(o, n) for o in taken) for n in ("rows_in", "accepted", "duplicate", "quarantined")
        )
        table.add_section()
        add_row(table, "all files", "", *_counts(*sums))
    if taken:
        CONSOLE.print(table)
    for o in outcomes:
        _file_details(o, say_why=len(outcomes) <= FEW_FILES)
    if is_rehearsed:
        note("This was a dry run: nothing was changed.")
    elif any(o.quarantined for o in outcomes):
        note("`handraise quarantine` lists the rows that could not be taken.")


def exported(result: ExportResult) -> None:
    """What was written, table by table."""
    table = new_table("table", "rows", right=(1,))
    for name, n in result.n_rows.items():
        add_row(table, name, f"{n:,}")
    CONSOLE.print(table)
    note(f"Facts written to {result.folder}.")


def pushed(result: PushResult) -> None:
    replaced = f" in the place of {result.n_replaced:,}" if result.n_replaced else ""
    CONSOLE.print(f"{result.n_rows:,} decisions of {result.run_id} written to {result.table}{replaced}.")
    note(f"{result.warehouse}, playbook {result.playbook_version[:12]}")


def _file_details(o: FileOutcome, *, say_why: bool) -> None:
    if o.refusal is not None:
        CONSOLE.print(f"{o.file_name}: not imported.", style="red")
        CONSOLE.print(o.refusal, soft_wrap=True)
        return
    if o.why and say_why:
        note(f"{o.file_name}: {o.why}")
    if o.unknown_columns:
        shown = ", ".join(o.unknown_columns[:8]) + (" …" if len(o.unknown_columns) > 8 else "")
        note(f"{o.file_name}: columns not imported: {shown}")
    for reason, n in o.reasons[:5]:
        CONSOLE.print(f"  {o.file_name}: {n:,} × {reason}", style="yellow")
    findings(o.findings, o.file_name)


def quarantined(row: QuarantinedRow) -> dict[str, Any]:
    return {
        "file": row.file_name,
        "line": row.line,
        "column": row.column,
        "code": row.code,
        "reason": row.reason,
        "value": row.value,
        "raw": row.raw,
    }


def quarantine(rows: Sequence[QuarantinedRow], limit: int) -> None:
    if not rows:
        CONSOLE.print("The quarantine is empty.")
        return
    table = new_table("file", "line", "column", "reason", "value", right=(1,))
    for row in rows[:limit]:
        add_row(table, row.file_name, str(row.line), row.column or "", row.reason, _cut(row.value or "", 40))
    CONSOLE.print(table)
    if len(rows) > limit:
        note(f"{len(rows) - limit:,} more; `--limit N` shows more, `--out FILE.csv` writes all.")


def checked(result: CheckResult, english: bool) -> None:
    for problem in result.problems:
        CONSOLE.print(
            str(problem), style="red" if problem.severity is Severity.ERROR else "yellow", soft_wrap=True
        )
        CONSOLE.print()
    findings(result.findings)
    if result.playbook is None:
        n = result.n_errors
        CONSOLE.print(f"{result.path}: {n} {'error' if n == 1 else 'errors'}.", style="red")
        return
    if english:
        CONSOLE.print(result.english())
    CONSOLE.print(f"{result.path}: no errors. Version {(result.version or '')[:12]}.", style="green")


def count_of(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def count_of_people(n: int) -> str:
    return f"{n:,} {'person' if n == 1 else 'people'}"


def as_of_words(as_of: Micros) -> str:
    """A day's end as the day, any other instant in full."""
    return iso(as_of)[:10] if (as_of + 1) % MICROS_PER_DAY == 0 else iso(as_of)


def findings(found: Sequence[Finding], file_name: str | None = None) -> None:
    """Each with its advice, led by the name of the file that it is about, where it is about one."""
    for finding in found:
        sentence = finding.sentence if file_name is None else f"{file_name}: {finding.sentence}"
        say(sentence, "yellow" if finding.severity is Severity.WARNING else "")
        for advice in finding.advice:
            CONSOLE.print(f"  {advice}", style="dim")


def decided(result: DecideResult) -> None:
    """The matrix, the segments, and what is unknown."""
    _decided(result, result.run_id, result.happenings, result.market)


def decided_on_spark(result: SparkResult) -> None:
    """The same of a run on Spark."""
    _decided(result, f"{result.n_buckets:,} {'bucket' if result.n_buckets == 1 else 'buckets'}")


def _decided(
    result: DecideResult | SparkResult,
    which: str,
    happened: Happenings | None = None,
    market: Market | None = None,
) -> None:
    summary, playbook, catalog = result.summary, result.playbook, result.catalog
    CONSOLE.print(
        f"{count_of_people(summary.n_people)} as of {as_of_words(result.as_of)}, playbook {playbook.name} {result.playbook_version[:12]}, "
        f"{which}, {result.duration_seconds:.1f} s"
    )
    _matrix(summary, playbook)
    _segments(summary, playbook)
    _account_segments(market, playbook)
    _happening(happened)
    _unknown(summary, catalog)
    findings(result.findings)


def flowed(found: Flows | None) -> None:
    """Who came and went, and the most frequent moves between buyer segments."""
    if found is None:
        return
    CONSOLE.print(f"\nThe {FLOW_DAYS} days before, by buyer segment")
    table = new_table("", "then", "new", "came", "left", "gone", "now", right=range(1, 7))
    for s in found.segments:
        if s.n_before or s.n_now:
            add_row(table, s.label, *_counts(s.n_before, s.n_new, s.n_in, s.n_out, s.n_gone, s.n_now))
    CONSOLE.print(table)
    for move in found.segment_moves[:_SHOWN_FLOWS]:
        say(f"{move.was} → {move.now}: {move.n:,}")


def replayed(result: ReplayResult) -> None:
    """A row an instant: everybody, the qualified, and the grades."""
    mql = result.playbook.term("MQL")
    table = new_table("as of", "people", mql, "cannot be told yet", *GRADES, right=range(1, 4 + len(GRADES)))
    for at, found in zip(result.instants, result.summaries, strict=True):
        grades = [sum(found.cell(f"{grade}{level}").n for level in LEVELS) for grade in GRADES]
        numbers = (found.n_people, found.n_qualified, found.n_qualified_unknown, *grades)
        add_row(table, as_of_words(at), *_counts(*numbers))
    CONSOLE.print(table)


def changed(result: ChangesResult, limit: int) -> None:
    """The flows, and the first moves with their reasons."""
    words = _words_of(result.playbook)
    CONSOLE.print(
        f"{len(result.table):,} moves after {as_of_words(result.after)} and up to {as_of_words(result.until)}."
    )
    table = new_table("what", "from", "to", "times", right=(3,))
    for flow in _most_of_each(result.flows):
        was, now = (words.get((flow.what, key or ""), key or "nowhere") for key in (flow.was, flow.now))
        add_row(table, flow.what.replace("_", " "), was, now, f"{flow.n:,}")
    if result.flows:
        CONSOLE.print(table)
    _say_smaller(result.flows)
    for move in result.table.slice(0, limit).to_pylist():
        was, now = (words.get((move["what"], k or ""), k or "nowhere") for k in (move["was"], move["is"]))
        at = as_of_words(to_micros(move["moved_at"]))
        say(f"{at}  {move['person_id']}  {was} → {now}: {move['because']}")
    if len(result.table) > limit:
        CONSOLE.print(f"{len(result.table) - limit:,} more; write them all with --out FILE.csv.", style="dim")


def planned(result: PlanResult, look_closer: Callable[[str], tuple[str, str]]) -> None:
    """What is other in the playbook, who would move, and what sales would get. `look_closer` gives the commands that explain
    somebody by either playbook."""
    was, now = result.in_force, result.proposed
    CONSOLE.print(
        f"{count_of_people(result.n_people)} as of {as_of_words(result.until)}: "
        f"the workspace's playbook {_version(was)} against {_version(now)}"
    )
    _difference(result)
    _would_move(result)
    _newly_qualified(result)
    for what, found, times in (("trigger", result.triggers, "fired"), ("stage", result.stages, "entered")):
        _would_happen(what, found, times)
    _would_be_in(result)
    _examples(result, look_closer)
    findings(result.findings)


def _version(version: Version) -> str:
    since = version.in_force_since
    told = "" if since is None else f" (in force since {_instant(since)})"
    return f"{version.playbook.name} {version.version[:12]}{told}"


def _difference(result: PlanResult) -> None:
    if result.difference.is_none:
        CONSOLE.print("Both playbooks mean the same.")
        return
    for change in result.difference.changes:
        say(f"{change.kind.value} {change.part}", "bold")
        for side, said in (("was", change.was), ("is", change.now)):
            if said is not None:
                lines = [line for line in said.splitlines() if line.strip()]
                CONSOLE.print(
                    Padding(Text(clean("\n".join((f"{side:<4}{lines[0]}", *lines[1:])))), (0, 0, 0, 2))
                )


def _would_move(result: PlanResult) -> None:
    words = _words_of(result.in_force.playbook) | _words_of(result.proposed.playbook)
    CONSOLE.print(
        f"{count_of_people(len(result.table))} would move; {result.n_only_score:,} more would only have other scores."
    )
    table = new_table("what", "from", "to", "people", right=(3,))
    for flow in _most_of_each(result.flows):
        ends = (words.get((flow.what, key or ""), key or "none") for key in (flow.was, flow.now))
        add_row(table, flow.what.replace("_", " "), *ends, f"{flow.n:,}")
    if result.flows:
        CONSOLE.print(table)
    _say_smaller(result.flows)
    table = new_table("how sure", "move", "certainly", "may also move", right=(1, 2, 3))
    for kind in result.uncertain:
        if kind.n_move or kind.n_may_move:
            add_row(
                table, kind.what.replace("_", " "), *_counts(kind.n_move, kind.n_certain, kind.n_may_move)
            )
    if table.row_count:
        CONSOLE.print(table)
        CONSOLE.print(
            "Certainly: whatever is still unknown. May also move: stay as shown, but unknown facts leave it open.",
            style="dim",
        )


def _newly_qualified(result: PlanResult) -> None:
    if not result.weeks:
        return
    mql, has_capacity = result.proposed.playbook.term("MQL"), result.capacities != (None, None)
    heads = ("was", "over", "is", "over") if has_capacity else ("was", "is")
    table = new_table("week up to", *heads, right=range(1, 1 + len(heads)))
    for week in result.weeks:
        cells: list[str | Text] = []
        for n, most in zip((week.was, week.now), result.capacities, strict=True):
            cells.append(f"{n:,}")
            cells += [_over(n, most, is_whole=week.is_whole)] if has_capacity else []
        add_row(table, as_of_words(week.end) + ("" if week.is_whole else " (a part)"), *cells)
    more = ", and how many more than sales can take" if has_capacity else ""
    CONSOLE.print(f"People who newly became {mql}, week by week{more}:")
    CONSOLE.print(table)
    said = [
        f"{side} {0 if mean is None else mean:.1f}" + (f" of {most:,}" if most is not None else "")
        for side, mean, most in zip(("was", "is"), result.mean_per_week, result.capacities, strict=True)
    ]
    CONSOLE.print(f"On average a week: {', '.join(said)}{' that sales can take' if has_capacity else ''}.")


def _over(n: int, most: int | None, *, is_whole: bool) -> Text:
    """How many are too many; less than enough says nothing of a part of a week."""
    if most is None or (n <= most and not is_whole):
        return Text("")
    return Text(f"{n - most:+,}", "red" if n > most else "")


def _would_happen(what: str, found: Sequence[Times], times: str) -> None:
    table = new_table(what, f"{times}: was", "is", "people: was", "is", right=(1, 2, 3, 4))
    for one in found:
        was, now = (("", "") if side is None else _counts(*side) for side in (one.was, one.now))
        add_row(table, one.label, was[0], now[0], was[1], now[1])
    if found:
        CONSOLE.print(table)


def _would_be_in(result: PlanResult) -> None:
    table = new_table("segment", "in: was", "is", "unknown: was", "is", "join", "leave", right=range(1, 7))
    for one in result.segments:
        was, now = (("", "", "") if side is None else _counts(*side) for side in (one.was, one.now))
        add_row(table, one.label, was[0], now[0], was[2], now[2], *_counts(one.n_join, one.n_leave))
    if result.segments:
        CONSOLE.print(table)


def _examples(result: PlanResult, look_closer: Callable[[str], tuple[str, str]]) -> None:
    """The first person of each of the most frequent moves, each once."""
    words = _words_of(result.in_force.playbook) | _words_of(result.proposed.playbook)
    first = dict.fromkeys(people[0] for people in result.examples_by_flow.values() if people)
    for person in list(first)[:_SHOWN_EXAMPLES]:
        example = result.examples[person]
        say(", ".join(p for p in (example.name or person, example.account) if p), "bold")
        for what in KINDS:
            ends = (example.was.decision[what], example.now.decision[what])
            if ends[0] != ends[1]:
                was, now = (words.get((what, key or ""), key or "none") for key in ends)
                say(f"  {what.replace('_', ' ')}: {was} → {now}")
        for rule in example.rules:
            was, now = ("not there" if p is None else f"{p:g}" for p in (rule.was, rule.now))
            say(f"  {rule.score} rule {rule.name}: {was} → {now} points")
        for command in look_closer(person):
            CONSOLE.print(f"    {command}", style="dim", soft_wrap=True)


def _most_of_each(flows: Sequence[Flow]) -> list[Flow]:
    """The most frequent of each kind; all are in the JSON."""
    kinds = dict.fromkeys(flow.what for flow in flows)
    return [flow for kind in kinds for flow in [f for f in flows if f.what == kind][:_SHOWN_FLOWS]]


def _say_smaller(flows: Sequence[Flow]) -> None:
    left = len(flows) - len(_most_of_each(flows))
    if left:
        CONSOLE.print(f"{left:,} smaller flows; all are in the JSON.", style="dim")


def _words_of(playbook: Playbook) -> dict[tuple[str, str], str]:
    """What segments and stages are called."""
    segments = {("buyer_segment", s.key): s.label for s in playbook.buyer_segments}
    return segments | {("stage", s.key): s.label or playbook.term(s.key) for s in playbook.lifecycle.stages}


def _matrix(summary: DecisionsSummary, playbook: Playbook) -> None:
    fit, engagement = playbook.term("Fit"), playbook.term("Engagement")
    table = new_table(f"{fit} \\ {engagement}", *(playbook.term(str(n)) for n in LEVELS), right=(1, 2, 3, 4))
    for grade in GRADES:
        cells = []
        for level in LEVELS:
            cell = summary.cell(f"{grade}{level}")
            agreed = cell.rank in playbook.marketing_qualified_ranks
            open_ = f" ({cell.n_open:,}?)" if cell.n_open else ""
            cells.append(Text(f"{cell.n:,}{open_}", "bold green" if agreed else ""))
        add_row(table, playbook.term(grade), *cells)
    CONSOLE.print(table)
    n_open = summary.n_open_rank
    where = (
        "green cells and agreed tracks" if playbook.qualifying_tracks != QualifyingTracks() else "green cells"
    )
    CONSOLE.print(
        f"{playbook.term('MQL')}: {summary.n_qualified:,} ({where}); {summary.n_qualified_unknown:,} more cannot be told yet. "
        f"({n_open:,}?) marks people whose rank unknown facts could still change."
    )


def _segments(summary: DecisionsSummary, playbook: Playbook) -> None:
    table = new_table("buyer segment", "people", "share", "could also be", "next touch", right=(1, 2, 3))
    total = max(summary.n_people, 1)
    for segment in playbook.buyer_segments:
        n = summary.segment(segment.key)
        add_row(
            table, segment.label, f"{n.n:,}", f"{n.n / total:.1%}", f"{n.n_could_join:,}", segment.next_touch
        )
    if playbook.buyer_segments:
        CONSOLE.print(table)


def _account_segments(found: Market | None, playbook: Playbook) -> None:
    if found is None:
        return
    accounts = playbook.term("accounts")
    head = ("tier", f"{accounts} in", "out", "cannot be told yet")
    table = new_table(f"{playbook.term('segment')} of {accounts}", *head, right=(2, 3, 4))
    for s in found.segments:
        add_row(table, s.label, s.tier or "", *_counts(s.n_in, s.n_out, s.n_unknown))
    CONSOLE.print(table)


def segmented(result: Segmented) -> None:
    """People and accounts by named segment, and how segments of accounts overlap."""
    decided, found, playbook = result.decided, result.market, result.decided.playbook
    accounts = "" if found is None else f", {found.n_accounts:,} {playbook.term('accounts')}"
    CONSOLE.print(f"{count_of_people(len(decided.table))}{accounts} as of {as_of_words(decided.as_of)}")
    segments = result.segments()
    if not segments:
        CONSOLE.print("The playbook has no `segments`.")
        return
    table = new_table(
        playbook.term("segment"), "of", "in", "out", "cannot be told yet", "people in", right=(2, 3, 4, 5)
    )
    for s in segments:
        counted = s.accounts or s
        of = f"{playbook.term(s.of)}{f', {s.tier}' if s.tier else ''}"
        numbers = (counted.n_in, counted.n_out, counted.n_unknown, s.n_in)
        add_row(table, segment_label(s.key, playbook), of, *_counts(*numbers))
    CONSOLE.print(table)
    if found is not None and found.overlaps:
        _overlaps(found, playbook)
    findings(findings_of_market(found, playbook))


def _overlaps(found: Market, playbook: Playbook) -> None:
    head = ("in both", "first only", "second only", "cannot be told yet", "share in both")
    table = new_table("one", "other", *head, right=(2, 3, 4, 5, 6))
    for o in found.overlaps:
        share = "" if o.share is None else f"{o.share:.0%}"
        labels = (segment_label(key, playbook) for key in (o.one, o.other))
        add_row(table, *labels, *_counts(o.n_both, o.n_one_only, o.n_other_only, o.n_unknown), share)
    CONSOLE.print(table)


def grouped(result: AccountsResult, limit: int) -> None:
    """How many accounts have each role, and the first accounts with who is there and what is missing."""
    playbook = result.playbook
    n, accounts = len(result.table), playbook.term("account" if len(result.table) == 1 else "accounts")
    CONSOLE.print(f"{n:,} {accounts} as of {as_of_words(result.as_of)}")
    if not playbook.buying_group.roles:
        CONSOLE.print("The playbook has no `buying_group`, so no role is asked for.", style="yellow")
    else:
        table = new_table(
            "role",
            f"{playbook.term('accounts')} that have it",
            "miss it",
            "cannot be told yet",
            right=(1, 2, 3),
        )
        for c in result.counts:
            add_row(table, c.label, *_counts(c.n_in, c.n_missing, c.n_unknown))
        CONSOLE.print(table)
    rows = result.rows(limit)
    table = new_table(
        playbook.term("account"), "people", "there", "missing", "cannot be told yet", right=(1,)
    )
    for row in rows:
        named = row["account_name"]
        name = f"{named} ({row['account_id']})" if named else row["account_id"]
        add_row(table, name, f"{row['n_people']:,}", *_roles(row, playbook))
    if rows:
        CONSOLE.print(table)
    if n > limit:
        CONSOLE.print(f"{n - limit:,} more; write them all with --out FILE.csv.", style="dim")


def _roles(row: dict[str, Any], playbook: Playbook) -> Iterator[str]:
    """The roles that are there with who has them, those that are missing, and the others with how many could have them."""
    labels = {role.key: role_label(role.key, playbook) for role in playbook.buying_group.roles}
    there = [r for r in row["roles"] if r["verdict"] == "in"]
    yield "; ".join(f"{labels[r['role']]}: {first_of(r['people'])}" for r in there)
    yield ", ".join(labels[key] for key in row["roles_missing"])
    yield ", ".join(labels[key] for key in row["roles_unknown"])


def first_of(people: Sequence[str]) -> str:
    more = f" and {len(people) - 2} more" if len(people) > 2 else ""
    return ", ".join(people[:2]) + more


def _happening(found: Happenings | None) -> None:
    if found is None:
        return
    if found.triggers:
        table = new_table(
            "trigger", "track", "people on it", "late", f"fired in {LATELY_DAYS} days", right=(2, 3, 4)
        )
        for t in found.triggers:
            add_row(table, t.label, t.track, *_counts(t.n_on, t.n_late, t.n_fired))
        CONSOLE.print(table)
    if found.stages:
        table = new_table(
            "stage", "people", "late", f"entered in {LATELY_DAYS} days", "passed back", right=(1, 2, 3, 4)
        )
        for s in found.stages:
            add_row(table, s.label, *_counts(s.n_in, s.n_late, s.n_entered, s.n_passed_back))
        CONSOLE.print(table)


def _unknown(summary: DecisionsSummary, catalog: FieldCatalog) -> None:
    if not summary.missing:
        CONSOLE.print("Nothing is unknown.")
        return
    table = new_table("what is unknown", "people it is missing for", "settled by it alone", right=(1, 2))
    for missing in summary.missing[:_SHOWN_MISSING]:
        label = catalog.label(Field.parse(missing.fact))
        add_row(table, f"{label} ({missing.fact})", f"{missing.n_people:,}", f"{missing.n_alone:,}")
    CONSOLE.print(table)
    best = max(summary.missing, key=lambda m: (m.n_alone, m.n_people))
    CONSOLE.print(f"What would settle most: {catalog.label(Field.parse(best.fact))} ({best.fact}).")


def runs(found: Sequence[Run]) -> None:
    table = new_table("run", "as of", "people", "playbook", "started", right=(2,))
    for run in found:
        row = run_data(run)
        add_row(
            table,
            run.id,
            as_of_words(run.as_of),
            f"{row['n_people']:,}",
            run.playbook_version[:12],
            row["started_at"][:19],
        )
    CONSOLE.print(table if found else "There are no runs yet.")


def activated(result: ActivationResult) -> None:
    activation = result.activation
    version = short_version(activation.playbook_version)
    CONSOLE.print(
        f"{activation.playbook_name} {version} is in force since {_instant(activation.activated_at)}."
    )
    for keys, what in (
        (result.new, "starts with it"),
        (result.edited, "was edited and starts anew"),
        (result.kept, "runs on"),
        (result.ended, "has ended"),
    ):
        for key in keys:
            CONSOLE.print(f"  {key}: {what}{_since(activation, key) if keys is result.kept else ''}")
    if result.calibration is not None:
        people = count_of_people(result.calibration.n_people)
        CONSOLE.print(f"Top shares were worked out over {people}; decisions keep to them from then on.")


def _since(activation: Activation, key: str) -> str:
    return f", since {_instant(activation.triggers[key].since)}"


def activations(found: Sequence[Activation]) -> None:
    table = new_table("since", "playbook", "version", "trigger", "runs since")
    for activation in found:
        version = short_version(activation.playbook_version)
        first = (_instant(activation.activated_at), activation.playbook_name, version)
        triggers = [(key, _instant(running.since)) for key, running in activation.triggers.items()]
        for i, cells in enumerate(triggers or [("", "")]):
            add_row(table, *(first if i == 0 else ("", "", "")), *cells)
    CONSOLE.print(table if found else "No playbook has been activated yet.")


def calibrations(found: Sequence[StoredCalibration]) -> None:
    heads = ("everybody as of", "people", *GRADES[:-1], *map(str, LEVELS[:-1]), "version", "kept to since")
    table = new_table(*heads, right=range(1, 8))
    for calibration in found:
        points = points_of(limits_of(calibration.thresholds))
        limits = [v for which in ("grades", "levels") for v in points[which].values()]
        add_row(
            table,
            _instant(calibration.instant),
            f"{calibration.n_people:,}",
            *("nobody" if v is None else f"{v:g}" for v in limits),
            short_version(calibration.playbook_version),
            "" if calibration.known_at is None else _instant(calibration.known_at),
        )
    CONSOLE.print(table if found else "No calibration is stored yet.")


def _instant(at: Micros) -> str:
    return f"{iso(at)[:19].replace('T', ' ')} UTC"


def reported(result: ReportResult, out: Path) -> None:
    if result.review is not None:
        say(result.review.sentence, "bold")
    CONSOLE.print(f"Report: {out.resolve()}")


def say(sentence: str, style: str = "") -> None:
    CONSOLE.print(sentence, style=style or None)


def add_row(table: Table, *cells: str | Text) -> None:
    table.add_row(*(Text(clean(c)) if isinstance(c, str) else c for c in cells))


def new_table(*heads: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for i, head in enumerate(heads):
        table.add_column(Text(clean(head)), justify="right" if i in right else "left", overflow="fold")
    return table


def _counts(*numbers: int) -> list[str]:
    return [f"{n:,}" for n in numbers]


def _cut(text: str, most: int) -> str:
    shown = "".join(c if c.isprintable() else "·" for c in text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"

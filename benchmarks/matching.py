"""How well and how fast accounts and people are matched: precision, recall, pairs compared, seconds.

    python -m benchmarks.matching [--firms 8000] [--leads 20000] [--people 20000] [--seed 7]
    python -m benchmarks.matching --size            a million leads against a hundred thousand accounts
    python -m benchmarks.matching --org-dedupe DIR  two files with true ids that nobody here wrote

Intervals are Wilson's at 95%, over pairs or rows taken as independent: records of one firm are not, so they are a
little too narrow. CPU seconds are of one process.
"""

from __future__ import annotations

import argparse
import csv
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.lookalikes import accounts, firms, humans, leads, people
from handraise.evidence.interval import wilson
from handraise.identity.duplicates.blocking import keys_of as people_keys
from handraise.identity.duplicates.matching import people_duplicates
from handraise.identity.duplicates.people import Person, people_records_of
from handraise.identity.matching.accounts import ANSWERS, account_duplicates, match_companies
from handraise.identity.matching.blocking import Caps, Keys, sorted_keys
from handraise.identity.matching.blocking import keys_of as company_keys
from handraise.identity.matching.blocking import pairs as candidates
from handraise.identity.matching.companies import Company, companies_of
from handraise.identity.matching.domains import registrable_domain
from handraise.identity.proposals import Answer, MergeProposal, proposals

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        if not self.whole:
            return "-"
        interval = wilson(self.part, self.whole)
        return f"{self.part / self.whole:.2%} ({interval.low:.2%} to {interval.high:.2%}, {self.part:,} of {self.whole:,})"


class Clock:
    """CPU and wall seconds since it was started."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def __str__(self) -> str:
        return f"{time.process_time() - self.cpu:.1f} s of CPU ({time.perf_counter() - self.wall:.1f} s)"


def table_of(rows: Sequence[Company] | Sequence[Person], fields: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in fields})


def true_pairs(truth: dict[str, Any]) -> set[Pair]:
    groups: dict[Any, list[str]] = {}
    for record, identity in truth.items():
        groups.setdefault(identity, []).append(record)
    return {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}


def merged_pairs(found: Iterable[MergeProposal], answer: Answer) -> set[Pair]:
    return {frozenset(pair) for one in found if one.answer is answer for pair in combinations(one.records, 2)}


def tell_pairs(found: tuple[MergeProposal, ...], truth: set[Pair]) -> None:
    merged, asked = merged_pairs(found, Answer.MATCH), merged_pairs(found, Answer.ASK)
    print("  precision of what is merged", Share(len(merged & truth), len(merged)))
    print("  recall of true pairs       ", Share(len(merged & truth), len(truth)))
    print(
        f"  questions                   {len(asked):,}, of them truly one:",
        Share(len(asked & truth), len(asked)),
    )


def tell_blocking(n_pairs: int, n_possible: int) -> None:
    print(f"  compared {n_pairs:,} of {n_possible:,} pairs ({n_pairs / max(n_possible, 1):.4%})")


def of_accounts(options: argparse.Namespace) -> None:
    found = firms(options.firms, options.seed)
    rows, truth = accounts(found, options.seed)
    clock = Clock()
    ready = companies_of(table_of(rows, Company._fields))
    pairs = account_duplicates(ready)
    merged = proposals(pairs.links())
    print(f"accounts kept twice: {len(rows):,} accounts of {len(found):,} firms, {clock}")
    tell_blocking(pairs.n_pairs, pairs.n_possible)
    wanted_pairs = true_pairs(truth)
    tell_kept(company_keys(ready), ready.ids, pairs.rules.caps, wanted_pairs)
    tell_pairs(merged, wanted_pairs)
    group = {record: one.records[0] for one in merged if one.answer is Answer.MATCH for record in one.records}
    wanted, lead_truth = leads(found, options.leads, options.seed)
    clock = Clock()
    asking = companies_of(table_of(wanted, Company._fields))
    answers = match_companies(asking, ready, groups=[group.get(str(i), str(i)) for i in ready.ids])
    print(f"leads to accounts: {len(wanted):,} leads, {clock}")
    tell_blocking(answers.n_pairs, answers.n_possible)
    _tell_leads(asking, answers, truth, lead_truth, {f.number: f.family for f in found})


def tell_kept(keys: Keys, ids: Any, caps: Caps, wanted: set[Pair]) -> None:
    """The share of true pairs that are among those compared: what blocking loses, nothing later finds again."""
    rows, others = candidates(keys, sorted_keys(keys), caps)
    kept = {frozenset(pair) for pair in zip(ids[rows].tolist(), ids[others].tolist(), strict=True)}
    print("  true pairs among those compared", Share(len(wanted & kept), len(wanted)))


def _tell_leads(
    asking: Any, answers: Any, truth: dict[str, int], lead_truth: dict[str, int], family: dict[int, int]
) -> None:
    have = set(truth.values())
    right = matched = kin = reachable = asked = asked_right = 0
    for row in range(len(asking)):
        firm = lead_truth[str(asking.ids[row])]
        says = asking.domain[row] != 0 or asking.squashed[row] != 0
        answer = ANSWERS[answers.answer[row]]
        account = (
            truth[str(answers.references.ids[answers.account[row]])] if answers.account[row] >= 0 else None
        )
        reachable += says and firm in have
        if answer is Answer.MATCH:
            matched += 1
            right += account == firm
            kin += account != firm and account is not None and family[account] == family[firm]
        elif answer is Answer.ASK:
            asked += 1
            asked_right += account == firm
    print("  precision of matches", Share(right, matched), f"; to another part of its organisation {kin:,}")
    print("  recall, where the lead names a firm and the firm has an account", Share(right, reachable))
    print("  questions whose first candidate is right", Share(asked_right, asked))


def of_people(options: argparse.Namespace) -> None:
    found = firms(options.firms, options.seed)
    rows, truth = people(humans(found, options.people, options.seed), found, options.seed)
    clock = Clock()
    ready = people_records_of(table_of(rows, Person._fields))
    pairs = people_duplicates(ready)
    merged = proposals(pairs.links())
    print(f"people kept twice: {len(rows):,} records of {options.people:,} people, {clock}")
    tell_blocking(pairs.n_pairs, pairs.n_possible)
    wanted = true_pairs(truth)
    tell_kept(people_keys(ready), ready.ids, pairs.rules.caps, wanted)
    tell_pairs(merged, wanted)
    by_id = {row.id: row for row in rows}
    informed = {pair for pair in wanted if _share_more_than_a_name(*(by_id[record] for record in pair))}
    done = merged_pairs(merged, Answer.MATCH)
    print("  recall of pairs that share more than a name", Share(len(done & informed), len(informed)))


def _share_more_than_a_name(one: Person, other: Person) -> bool:
    """Whether two records have the account, the address, the number or the domain at work in common."""
    mails = [(row.email or "").lower() for row in (one, other)]
    domains = [registrable_domain(mail) if mail else None for mail in mails]
    return bool(
        (one.account and one.account == other.account) or (one.phone and one.phone == other.phone)
        or (mails[0] and mails[0] == mails[1]) or (domains[0] and domains[0] == domains[1])
    )  # fmt: skip


def of_size(options: argparse.Namespace) -> None:
    """A million leads against a hundred thousand accounts: how long, and how much memory."""
    found = firms(85_000, options.seed)
    account_rows, _ = accounts(found, options.seed)
    lead_rows, _ = leads(found, 1_000_000, options.seed)
    tables = table_of(account_rows, Company._fields), table_of(lead_rows, Company._fields)
    n_accounts, n_leads = len(account_rows), len(lead_rows)
    del account_rows, lead_rows, found
    whole = clock = Clock()
    ready = companies_of(tables[0])
    print(f"{n_accounts:,} accounts read: {clock}", flush=True)
    clock = Clock()
    pairs = account_duplicates(ready)
    print(f"kept twice: {clock}; {pairs.n_pairs:,} pairs", flush=True)
    clock = Clock()
    asking = companies_of(tables[1])
    print(f"{n_leads:,} leads read: {clock}", flush=True)
    clock = Clock()
    answers = match_companies(asking, ready)
    print(
        f"leads to accounts: {clock}; {answers.n_pairs:,} pairs; matched {np.mean(answers.answer == 2):.1%}"
    )
    print(f"all together {whole}")


def of_org_dedupe(folder: Path) -> None:
    """Applicants for patents by name alone, and sites of nurseries by name, address and telephone number."""
    applicants = _rows(folder / "patstat_company_names.csv")
    truth = {row["person_id"]: row["leuven_id"] for row in applicants}
    _tell_files(
        "applicants, by name alone",
        [Company(row["person_id"], row["person_name"]) for row in applicants],
        truth,
    )
    sites = list(enumerate(_rows(folder / "chicago_sites_true_ids.csv")))
    known = {f"s{at}": row["True Id"] for at, row in sites if row["True Id"]}
    companies = [
        Company(f"s{at}", row["Site name"], city=row["Address"], country="US", phone=f"312{row['Phone'][:7]}" if row["Phone"] else None)
        for at, row in sites if row["True Id"]
    ]  # fmt: skip
    _tell_files("nurseries, by name, address and number", companies, known)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def _tell_files(what: str, rows: list[Company], truth: dict[str, str]) -> None:
    clock = Clock()
    ready = companies_of(table_of(rows, Company._fields))
    pairs = account_duplicates(ready)
    merged = proposals(pairs.links())
    print(f"{what}: {len(rows):,} rows, {len(set(truth.values())):,} true, {clock}")
    tell_blocking(pairs.n_pairs, pairs.n_possible)
    wanted = true_pairs(truth)
    tell_kept(company_keys(ready), ready.ids, pairs.rules.caps, wanted)
    tell_pairs(merged, wanted)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--firms", type=int, default=8_000)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", action="store_true")
    parser.add_argument("--org-dedupe", metavar="DIR")
    return parser.parse_args()


def main() -> None:
    options = _options()
    if options.org_dedupe:
        of_org_dedupe(Path(options.org_dedupe))
    elif options.size:
        of_size(options)
    else:
        of_accounts(options)
        of_people(options)
    print(f"highest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()

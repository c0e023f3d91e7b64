"""Records of people matched by splink (the extra `matching`), on the records of `benchmarks.matching`.

    python -m benchmarks.matching_splink [--firms 8000] [--people 20000] [--seed 7]

It is given the same cleaned columns as our own rules (names without titles and accents, numbers in E.164, organisations
by account or domain), a like number of blocking rules, and learns its weights by expectation maximisation. Its
precision is read at the lowest threshold that reaches 99%, and at that which reaches our own recall.
"""

from __future__ import annotations

import argparse
from typing import Any

import pyarrow as pa

from benchmarks.lookalikes import firms, humans, people
from benchmarks.matching import Clock, Share, true_pairs
from handraise.identity.duplicates.people import Person
from handraise.identity.duplicates.person_names import read_person_name, roots
from handraise.identity.matching.domains import registrable_domain
from handraise.identity.matching.phones import e164

_RULES = (
    "email",
    "phone",
    ("family", "root"),
    ("family", "organisation"),
    ("first", "organisation"),
    ("root", "family_start"),
)


def cleaned(rows: list[Person]) -> pa.Table:
    return pa.Table.from_pylist([_clean(row) for row in rows])


def _clean(row: Person) -> dict[str, Any]:
    name = read_person_name(row.given or "", row.family or "", row.full or "")
    email = (row.email or "").lower() or None
    return {
        "unique_id": row.id, "first": name.first or None, "family": name.family or None, "root": min(roots(name.first)) if name.first else None,
        "family_start": name.family[:4] or None, "email": email, "phone": e164(row.phone or "", row.country),
        "organisation": row.account or (registrable_domain(email) if email else None), "country": row.country,
    }  # fmt: skip


def predictions(table: pa.Table) -> list[tuple[str, str, float]]:
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    rules = [block_on(*((rule,) if isinstance(rule, str) else rule)) for rule in _RULES]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            compare.ForenameSurnameComparison("first", "family"),
            compare.EmailComparison("email"),
            compare.ExactMatch("phone").configure(term_frequency_adjustments=True),
            compare.ExactMatch("organisation").configure(term_frequency_adjustments=True),
            compare.ExactMatch("country"),
        ],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(table, table_name="records"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("first", "family", "organisation")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("email"), block_on("family", "organisation"), block_on("first", "family")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01)
    rows = (
        found.as_record_dict()
        if hasattr(found, "as_record_dict")
        else found.as_pandas_dataframe().to_dict("records")
    )
    return [(r["unique_id_l"], r["unique_id_r"], float(r["match_probability"])) for r in rows]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--firms", type=int, default=8_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    found = firms(options.firms, options.seed)
    rows, truth = people(humans(found, options.people, options.seed), found, options.seed)
    wanted, clock = true_pairs(truth), Clock()
    pairs = sorted(predictions(cleaned(rows)), key=lambda pair: -pair[2])
    print(f"splink: {len(rows):,} records, {len(pairs):,} pairs predicted, {clock}")
    for threshold in (0.999, 0.99, 0.95, 0.9, 0.5):
        taken = {frozenset(pair[:2]) for pair in pairs if pair[2] >= threshold}
        print(
            f"  at {threshold}: precision",
            Share(len(taken & wanted), len(taken)),
            "recall",
            Share(len(taken & wanted), len(wanted)),
        )
    print("  at a precision of 99%: recall", _recall_at(pairs, wanted, 0.99))


def _recall_at(pairs: list[tuple[str, str, float]], wanted: set[frozenset[str]], precision: float) -> Share:
    right = best = 0
    for number, (one, other, _) in enumerate(pairs, start=1):
        right += frozenset((one, other)) in wanted
        if right / number >= precision:
            best = right
    return Share(best, len(wanted))


if __name__ == "__main__":
    main()

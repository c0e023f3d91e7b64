"""A data provider's file, tried before it is bought: which of our accounts it covers, how right it is where we know the truth, and
what it would settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from handraise.errors import ExitCode, HandraiseError
from handraise.evidence.interval import Interval, wilson
from handraise.facts.imports import ImportHeader
from handraise.facts.rows import AttributeChange, SourceRow
from handraise.importers.cells import parser_of
from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError
from handraise.importers.schema import key_of
from handraise.importers.tables import open_table
from handraise.model.fields import Entity, Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso
from handraise.services.deciding import Deciding
from handraise.services.gaps import Gap, gaps_of
from handraise.services.matching import companies_in, latest_texts

MOST_ROWS = 2_000_000
NEARLY = Decimal("0.1")
"""Two numbers agree that differ by no more than this share of ours."""
_WHO = {
    "name": "name",
    "website": "website",
    "domain": "website",
    "email": "email",
    "country": "country",
    "city": "city",
    "phone": "phone",
}


@dataclass(frozen=True, slots=True)
class ProvidedField:
    """A field of a provider's file. Of our accounts `n_given` get a value; of `n_checked` we know the truth, and `n_right` of
    them agree. `n_unreadable` values are not of the field's type."""

    field: str
    label: str
    n_given: int
    n_new: int
    n_checked: int
    n_right: int
    n_unreadable: int

    @property
    def accuracy(self) -> Interval:
        """Of the share that is right, with 95% confidence."""
        return wilson(self.n_right, self.n_checked)


@dataclass(frozen=True, slots=True)
class Settled:
    """A question that the file would settle for `n_settled` of `n_unknown`."""

    label: str
    of: str
    unit: str
    n_unknown: int
    n_settled: int


@dataclass(frozen=True, slots=True)
class ProviderReach:
    """What a provider's file would give. Of `n_rows` `n_matched` are an account of ours, so that `n_covered` of `n_accounts` are
    covered; of `n_asked` rows it is not certain. `cost` is what it costs, if that was said."""

    file_name: str
    as_of: Micros
    n_rows: int
    n_matched: int
    n_asked: int
    n_accounts: int
    n_covered: int
    fields: tuple[ProvidedField, ...]
    settled: tuple[Settled, ...]
    passed_over: tuple[str, ...]
    cost: float | None = None

    def cost_of(self, settled: Settled) -> float | None:
        """What each settled account or person would cost."""
        return None if self.cost is None or not settled.n_settled else self.cost / settled.n_settled

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file_name,
            "as_of": iso(self.as_of),
            "rows": self.n_rows,
            "matched": self.n_matched,
            "asked": self.n_asked,
            "accounts": self.n_accounts,
            "accounts_covered": self.n_covered,
            "columns_passed_over": list(self.passed_over),
            "cost": self.cost,
            "fields": [_field_data(f) for f in self.fields],
            "settled": [
                {
                    "of": s.of,
                    "label": s.label,
                    "unit": s.unit,
                    "n_unknown": s.n_unknown,
                    "n_settled": s.n_settled,
                    "cost_each": self.cost_of(s),
                }
                for s in self.settled
            ],
        }


def _field_data(f: ProvidedField) -> dict[str, Any]:
    return {
        "field": f.field,
        "label": f.label,
        "n_given": f.n_given,
        "n_new": f.n_new,
        "n_checked": f.n_checked,
        "n_right": f.n_right,
        "n_unreadable": f.n_unreadable,
        "accuracy_low": round(f.accuracy.low, 4) if f.n_checked else None,
        "accuracy_high": round(f.accuracy.high, 4) if f.n_checked else None,
    }


def provider_reach(
    deciding: Deciding, playbook: Playbook, path: Path, as_of: Micros, cost: float | None = None
) -> ProviderReach:
    """Tries a file of companies: a column that names one (`name`, `website`, `domain` or `email`), and columns called like fields
    of accounts. Nothing of it stays. Raises `InputFileError` for a file that cannot be read, `HandraiseError` for one
    that names no companies or no field, or where the store may only be read."""
    deciding.store.check_writable()
    catalog = deciding.catalog()
    given = _read(path, catalog)
    matched, n_asked, n_accounts = _matched(deciding, given.companies)
    ours = latest_texts(deciding.store, "account", {f.name: f.name for f in given.fields}, with_names=True)
    known = {row["id"]: row for row in ours.to_pylist()}
    told = {f: _told(f, given, matched, catalog) for f in given.fields}
    fields = tuple(_provided(f, told[f], known, given, catalog) for f in given.fields)
    new = [
        AttributeChange("account", account, f.name, value, as_of, as_of)
        for f, values in told.items()
        for account, value in values.items()
        if known.get(account, {}).get(f.name) is None
    ]
    settled = tuple(_settled(deciding, playbook, as_of, new))
    return ProviderReach(
        path.name, as_of, len(given.rows), len(matched), n_asked, n_accounts, len(set(matched.values())), fields, settled,
        given.passed_over, cost,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Given:
    """A provider's rows: `companies` as the matcher reads them, `fields` with the column each stands in."""

    rows: Sequence[Sequence[str]]
    companies: pa.Table
    fields: Mapping[Field, int]
    passed_over: tuple[str, ...]


def _read(path: Path, catalog: FieldCatalog) -> _Given:
    table = open_table(path)
    who: dict[str, int] = {}
    fields: dict[Field, int] = {}
    named = _columns(catalog)
    for i, header in enumerate(table.header):
        key = key_of(header)
        if key in _WHO and _WHO[key] not in who:
            who[_WHO[key]] = i
        if key in named:
            fields[named[key]] = i
    used = {*who.values(), *fields.values()}
    passed_over = tuple(h for i, h in enumerate(table.header) if i not in used)
    _check(path, who, fields)
    rows = [
        row.cells for row, _ in zip(table.rows(), range(MOST_ROWS), strict=False) if row.rejection is None
    ]
    columns = {name: pa.array([row[i] or None for row in rows], pa.string()) for name, i in who.items()}
    ids = pa.array([f"row {n}" for n in range(len(rows))], pa.string())
    return _Given(rows, pa.table({"id": ids, **columns}), fields, passed_over)


def _columns(catalog: FieldCatalog) -> dict[str, Field]:
    """Fields of accounts by what a column of theirs may be called; who the company is is no field to buy."""
    found: dict[str, Field] = {}
    for definition in catalog.of(Entity.ACCOUNT.value):
        field = definition.field
        if field.name not in _WHO.values() and field.name != "domain":
            for name in (definition.label, field.name, str(field)):
                found.setdefault(key_of(name), field)
    return found


def _check(path: Path, who: Mapping[str, int], fields: Mapping[Field, int]) -> None:
    if not {"name", "website", "email"} & who.keys():
        raise HandraiseError(
            f"`{path}` has no column that names companies.",
            ("Give it one called `name`, `website`, `domain` or `email`.",),
            exit_code=ExitCode.INPUT_FILE,
        )
    if not fields:
        raise HandraiseError(
            f"`{path}` has no column called like a field of accounts.",
            ("Call its columns like the fields that they fill, such as `employees` or `industry`.",),
            exit_code=ExitCode.INPUT_FILE,
        )


def _matched(deciding: Deciding, companies: pa.Table) -> tuple[dict[int, str], int, int]:
    """The account of each row that certainly is one, how many rows would be asked about, and how many accounts there are."""
    import numpy as np

    from handraise.identity.matching.accounts import match_companies
    from handraise.identity.matching.companies import companies_of

    accounts = companies_in(deciding.store, own=False)
    if not len(accounts) or not len(companies):
        return {}, 0, len(accounts)
    found = match_companies(companies_of(companies), companies_of(accounts))
    certain = np.flatnonzero(found.answer == 2).tolist()
    ids = found.references.ids
    matched = {row: str(ids[found.account[row]]) for row in certain}
    return matched, int((found.answer == 1).sum()), len(accounts)


def _told(field: Field, given: _Given, matched: Mapping[int, str], catalog: FieldCatalog) -> dict[str, str]:
    """What the file says of a field, by account: the first readable value where several rows are one account."""
    parse = parser_of(catalog.type_of(field), InstantReader("UTC"))
    told: dict[str, str] = {}
    for row, account in matched.items():
        text = given.rows[row][given.fields[field]].strip()
        if text and account not in told:
            try:
                told[account] = parse(text) if parse is not None else text
            except CellError:
                continue
    return told


def _provided(
    field: Field, told: Mapping[str, str], known: Mapping[str, Any], given: _Given, catalog: FieldCatalog
) -> ProvidedField:
    parse = parser_of(catalog.type_of(field), InstantReader("UTC"))
    checked = [
        (value, known[a][field.name])
        for a, value in told.items()
        if known.get(a, {}).get(field.name) is not None
    ]
    right = sum(_agree(theirs, ours, is_number=catalog.type_of(field).is_numeric) for theirs, ours in checked)
    n_unreadable = 0
    for row in given.rows:
        text = row[given.fields[field]].strip()
        try:
            if text and parse is not None:
                parse(text)
        except CellError:
            n_unreadable += 1
    return ProvidedField(
        str(field),
        catalog.label(field),
        len(told),
        len(told) - len(checked),
        len(checked),
        right,
        n_unreadable,
    )


def _agree(theirs: str, ours: str, *, is_number: bool) -> bool:
    if is_number:
        try:
            return abs(Decimal(theirs) - Decimal(ours)) <= abs(Decimal(ours)) * NEARLY
        except ArithmeticError:
            return False
    return key_of(theirs) == key_of(ours)


def _settled(
    deciding: Deciding, playbook: Playbook, as_of: Micros, new: Sequence[AttributeChange]
) -> Iterator[Settled]:
    """Every question asked twice, as things are and with what is new: worked out, not estimated."""
    # What is rehearsed is seen by one connection only, so one thread reads.
    engine = replace(deciding.engine(playbook), n_threads=1, warm=None)
    catalog = deciding.catalog()
    before = gaps_of(engine, playbook, catalog, as_of)
    with deciding.store.rehearsal():
        header = ImportHeader("provider", "Trial", "provider", "trial", as_of)
        deciding.store.append(header, [SourceRow(n, (fact,)) for n, fact in enumerate(new, 1)])
        after = {(g.of, g.key): g for g in gaps_of(engine, playbook, catalog, as_of)}
    for gap in before:
        if gap.n_unknown:
            yield Settled(
                gap.label, gap.of.value, gap.unit, gap.n_unknown, max(0, gap.n_unknown - _left(gap, after))
            )


def _left(gap: Gap, after: Mapping[Any, Gap]) -> int:
    found = after.get((gap.of, gap.key))
    return found.n_unknown if found is not None else 0

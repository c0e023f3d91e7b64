"""Hygiene over a store: what values and clicks tell is written down as facts, with reasons, and can be taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby

import pyarrow as pa

from handraise.config import Settings
from handraise.facts.imports import ImportHeader, ImportResult
from handraise.facts.rows import Assumed, AttributeChange, SourceRow
from handraise.facts.store import DERIVED, FactStore
from handraise.hygiene.derived import (
    ACCOUNT_INPUTS,
    PERSON_INPUTS,
    READ_FROM_TITLES,
    Judged,
    Rules,
    Told,
    account_changes,
    folded,
    person_changes,
)
from handraise.hygiene.machines import MachineActs, machine_acts
from handraise.hygiene.people import Known
from handraise.hygiene.reasons import CODES
from handraise.model.fields import Field
from handraise.services.clock import Clock

VALUES, MACHINES = "Hygiene: values", "Hygiene: machines"
_ASSUMED = tuple(Assumed)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What hygiene told. `people` and `accounts` count records by how they came out; of `n_mail_acts` opens and clicks
    `n_machine` were a machine's, by reason, and of `n_untold` it cannot be told. `n_new` facts are new since the last time."""

    people: Judged
    accounts: Judged
    n_mail_acts: int
    n_machine: int
    n_untold: int
    machine_reasons: dict[str, int]
    n_new: int

    def as_dict(self) -> dict[str, object]:
        return {
            "people": {"records": self.people.n_records, "values": _by_field(self.people)},
            "reasons": [
                {"code": code, "n": n, "weight": CODES[code].weight.value}
                for code, n in self.people.reasons.most_common()
            ],
            "accounts": {"records": self.accounts.n_records, "values": _by_field(self.accounts)},
            "mail": {
                "opens_and_clicks": self.n_mail_acts,
                "by_machines": self.n_machine,
                "cannot_be_told": self.n_untold,
                "reasons": self.machine_reasons,
            },
            "new_facts": self.n_new,
        }


def _by_field(judged: Judged) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (name, value), n in sorted(judged.values.items()):
        if name != "doubts":
            found.setdefault(name, {})[value] = n
    return found


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The use case over one store."""

    store: FactStore
    settings: Settings
    clock: Clock

    @property
    def was_done(self) -> bool:
        """Whether verdicts stand."""
        return bool(self._standing())

    def clean(self, *, everything: bool = True) -> Cleaned:
        """Judge anew and write down what is not written yet; what no longer holds is taken back. Without `everything`,
        only the records of which something new is known.

        Nothing else is changed and nothing deleted: the verdicts are facts of the source `handraise`, dated from
        when their values could be known. Raises `EngineError` where the store may only be read.
        """
        self.store.check_writable()
        rules = Rules(self._known(), _spellings(self.store))
        mark = self._fingerprint(rules)
        self._undo(i for i in self._standing() if i.file_sha256 != mark)
        since = 0 if everything else max((i.first_seq for i in self._standing()), default=0)
        n_values, people, accounts = self._values(rules, mark, since)
        acts = machine_acts(self.store, since)
        n_machines = self._machines(acts, mark, since)
        reasons = {name: n for name, n in acts.reasons().most_common() if n}
        return Cleaned(
            people, accounts, acts.n_judged, len(acts.seqs()), acts.n_untold, reasons, n_values + n_machines
        )

    def _values(self, rules: Rules, mark: str, since: int) -> tuple[int, Judged, Judged]:
        people, accounts = Judged(), Judged()

        def changes(since: int) -> Iterator[AttributeChange]:
            for record, told in _told_of(self.store, "person", PERSON_INPUTS, since):
                yield from person_changes(record, told, rules, people)
            for account, told in _told_of(self.store, "account", ACCOUNT_INPUTS, since):
                yield from account_changes(account, told, accounts)

        written = _n_written(self.store, since)
        result = self._append(changes(since), mark)
        if (
            result.duplicate < written or result.quarantined
        ):  # some of what was written does not hold any more
            self._undo(i for i in self._standing() if i.importer == VALUES)
            people, accounts = Judged(), Judged()
            result = self._append(changes(0), mark)
        return result.accepted, people, accounts

    def _append(self, changes: Iterable[AttributeChange], mark: str) -> ImportResult:
        rows = (SourceRow(line, (change,)) for line, change in enumerate(changes, 1))
        return self.store.append(self._header(VALUES, mark), rows, only_news=True)

    def _machines(self, acts: MachineActs, mark: str, since: int) -> int:
        wanted, there = acts.seqs(), _masked(self.store)
        if not there.intersection(acts.table["seq"].to_pylist()) <= wanted:
            self._undo(i for i in self._standing() if i.importer == MACHINES)
            there = frozenset()
            acts = acts if not since else machine_acts(self.store)
            wanted = acts.seqs()
        if wanted <= there:
            return 0
        return self.store.stand_for(self._header(MACHINES, mark), acts.acts(there)).accepted

    def _header(self, importer: str, mark: str) -> ImportHeader:
        name = "people and accounts" if importer == VALUES else "opens and clicks"
        return ImportHeader(DERIVED, importer, name, mark, self.clock())

    def _standing(self) -> list[ImportResult]:
        """The imports that hygiene made and that stand."""
        return [i for i in self.store.imports() if i.importer in (VALUES, MACHINES) and i.undone_at is None]

    def _undo(self, imports: Iterable[ImportResult]) -> None:
        for each in reversed(list(imports)):
            self.store.undo(each.id, self.clock())

    def _known(self) -> Known:
        s = self.settings
        sets = (s.own_domains, s.own_names, s.competitor_domains, s.competitor_names)
        domains_folded = [frozenset(t.casefold() for t in texts) for texts in sets]
        return Known(domains_folded[0], frozenset(sets[1]), domains_folded[2], frozenset(sets[3]))

    def _fingerprint(self, rules: Rules) -> str:
        """Of the rules and of what they are told: verdicts by others do not stand beside each other."""
        known = rules.known
        said = (known.own_domains, known.own_names, known.competitor_domains, known.competitor_names)
        spelled = sorted(
            f"{f}:{code}={text}" for f, words in rules.spellings.items() for code, text in words.items()
        )
        text = "\n".join(
            [fingerprint_of("handraise.hygiene"), *(",".join(sorted(texts)) for texts in said), *spelled]
        )
        return hashlib.sha256(text.encode()).hexdigest()


@cache
def fingerprint_of(package: str) -> str:
    """Of a package's own tables and code, so that a changed rule is seen without anybody saying so."""
    whole = hashlib.sha256()
    for path in sorted(_files_of(files(package)), key=lambda p: p.name):
        whole.update(path.name.encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _files_of(folder: Traversable) -> Iterator[Traversable]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from () if path.name == "__pycache__" else _files_of(path)
        else:
            yield path


def _told_of(
    store: FactStore, entity: str, inputs: tuple[str, ...], since: int
) -> Iterator[tuple[str, Iterator[Told]]]:
    """Record by record, what its source said of it, in the order in which it becomes visible; of records of which something was
    said after an append number."""
    names = "record_names" if entity == "person" else "account_names"
    statement = f"""
        WITH told AS (
            SELECT c.subject, f.name AS field, v.text, c.happened_at, c.known_at, c.assumed, c.content, c.seq
            FROM attribute_changes c JOIN fields f ON f.id = c.field AND f.entity = $entity
            LEFT JOIN field_values v ON v.field = c.field AND v.code = c.value
            JOIN source_names s ON s.id = c.source
            WHERE c.superseded_seq IS NULL AND s.name <> $derived AND list_contains($inputs, f.name))
        SELECT n.name, field, text, happened_at, known_at, assumed FROM told JOIN {names} n ON n.id = told.subject
        WHERE $since = 0 OR subject IN (SELECT subject FROM told WHERE seq > $since)
        ORDER BY n.name, greatest(happened_at, known_at), happened_at, known_at, content"""
    given = {"entity": entity, "derived": DERIVED, "inputs": list(inputs), "since": since}
    reader = store.cursor().sql(statement, params=given).to_arrow_reader(100_000)
    rows = (row for batch in reader for row in zip(*(c.to_pylist() for c in batch.columns), strict=True))
    for record, some in groupby(rows, key=lambda row: row[0]):
        yield record, (Told(name, text, at, known, _ASSUMED[how]) for _, name, text, at, known, how in some)


def _spellings(store: FactStore) -> dict[Field, dict[str, str]]:
    """How the sources write the values of fields that titles tell too: the usual spelling of each, by its letters and digits."""
    rows = store.cursor().execute(
        """SELECT f.name, v.text, count(*) AS n FROM attribute_changes c
           JOIN fields f ON f.id = c.field AND f.entity = 'person' AND list_contains($names, f.name)
           JOIN field_values v ON v.field = c.field AND v.code = c.value JOIN source_names s ON s.id = c.source
           WHERE c.superseded_seq IS NULL AND s.name <> $derived GROUP BY ALL ORDER BY n, v.text DESC""",
        {"names": list(READ_FROM_TITLES), "derived": DERIVED},
    )
    found: dict[Field, dict[str, str]] = {}
    for name, text, _ in rows.fetchall():
        found.setdefault(Field("person", name), {})[folded(text)] = text
    return found


def _n_written(store: FactStore, since: int) -> int:
    """How many verdicts on values stand, of records of which something was said after an append number."""
    rows = store.cursor().execute(
        """WITH mine AS (SELECT id FROM imports WHERE importer = $importer), touched AS (
               SELECT DISTINCT f.entity, c.subject FROM attribute_changes c JOIN fields f ON f.id = c.field
               WHERE c.seq > $since AND c.import_id NOT IN (SELECT id FROM mine))
           SELECT count(*) FROM attribute_changes c JOIN fields f ON f.id = c.field
           WHERE c.superseded_seq IS NULL AND c.import_id IN (SELECT id FROM mine)
           AND ($since = 0 OR (f.entity, c.subject) IN (SELECT (entity, subject) FROM touched))""",
        {"importer": VALUES, "since": since},
    )
    return int(rows.fetchall()[0][0])


def _masked(store: FactStore) -> frozenset[int]:
    table: pa.Table = store.cursor().sql("SELECT seq FROM masked").to_arrow_table()
    return frozenset(table["seq"].to_pylist())

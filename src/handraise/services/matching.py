"""Matching over a store: leads find their account and records their person, as facts that can be taken back.

Only what is certain is written; what a person must look at becomes a question. Once it was done, every import does it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.facts.imports import ImportHeader, ImportResult
from handraise.facts.rows import AttributeChange, Fact, IdentityKey, Membership, SourceRow
from handraise.facts.store import DERIVED, FactStore
from handraise.identity.matching.domains import registrable_domain
from handraise.identity.normalise import record_key
from handraise.identity.proposals import Answer, Evidence, MergeProposal
from handraise.services.cleaning import fingerprint_of
from handraise.services.clock import Clock

MATCHES = "Matching"


@dataclass(frozen=True, slots=True)
class Question:
    """Two records of which a person should say whether they are one: a lead's company and an account, two accounts, or two
    records of people. `reason` says why it is not certain."""

    kind: str
    one: str
    one_words: str
    other: str
    other_words: str
    confidence: float
    reason: str
    evidence: tuple[Evidence, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "one": self.one,
            "one_words": self.one_words,
            "other": self.other,
            "other_words": self.other_words,
            "confidence": round(self.confidence, 4),
            "reason": self.reason,
            "evidence": [{"about": e.about, "words": e.words, "weight": e.weight} for e in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Joined:
    """Two records that are taken for one, or a lead and its account, and why."""

    kind: str
    one: str
    other: str
    confidence: float
    evidence: tuple[Evidence, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "one": self.one,
            "other": self.other,
            "confidence": round(self.confidence, 4),
            "evidence": [{"about": e.about, "words": e.words, "weight": e.weight} for e in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Matched:
    """What matching found. `n_leads` had no account of their own, `n_leads_matched` of them found one; of `n_records` of people
    `n_records_joined` were joined to others. Pairs compared out of all possible. `n_new` facts are new since the last time."""

    n_leads: int
    n_leads_matched: int
    n_accounts: int
    n_records: int
    n_records_joined: int
    n_pairs: int
    n_possible: int
    joined: tuple[Joined, ...]
    questions: tuple[Question, ...]
    n_new: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "leads": self.n_leads,
            "leads_matched": self.n_leads_matched,
            "accounts": self.n_accounts,
            "records": self.n_records,
            "records_joined": self.n_records_joined,
            "pairs_compared": self.n_pairs,
            "pairs_possible": self.n_possible,
            "new_facts": self.n_new,
            "joined": [j.as_dict() for j in self.joined],
            "questions": [q.as_dict() for q in self.questions],
        }


@dataclass(slots=True)
class _Found:
    """Facts and findings on the way."""

    facts: list[Fact] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    n_pairs: int = 0
    n_possible: int = 0


@dataclass(frozen=True, slots=True)
class Matching:
    """The use case over one store."""

    store: FactStore
    clock: Clock

    @property
    def was_done(self) -> bool:
        """Whether matches stand, so that imports keep them up to date."""
        return any(self._standing())

    def match(self, *, writes: bool = True) -> Matched:
        """Match everything anew; write down what is not written yet, and take back what no longer holds. Without `writes` it only
        says what it would find.

        Leads with a stated account are left alone, and so are records that share a key already. Raises `EngineError` where
        the store may only be read.
        """
        if writes:
            self.store.check_writable()
        found = _Found()
        accounts, leads = companies_in(self.store, own=False), companies_in(self.store, own=True)
        of_lead = self._leads(leads, accounts, found)
        self._accounts(accounts, found)
        people = _people(self.store, of_lead)
        self._people(people, found)
        found.facts += _domains(pa.concat_tables([accounts, leads]))
        n_new = self._write(found.facts) if writes else 0
        n_joined = sum(1 for j in found.joined if j.kind == "person")
        return Matched(
            len(leads), len(of_lead), len(accounts), len(people), n_joined, found.n_pairs, found.n_possible,
            tuple(found.joined), tuple(found.questions), n_new,
        )  # fmt: skip

    def _leads(self, leads: pa.Table, accounts: pa.Table, found: _Found) -> dict[str, str]:
        """Leads find their accounts; what each found, by the lead's record."""
        from handraise.identity.matching.accounts import match_companies
        from handraise.identity.matching.companies import companies_of

        if not len(leads) or not len(accounts):
            return {}
        matches = match_companies(companies_of(leads), companies_of(accounts))
        found.n_pairs += matches.n_pairs
        found.n_possible += matches.n_possible
        seen, words = _column(leads, "seen_at"), _words(leads)
        account_seen, account_words = (
            dict(zip(*_two(accounts, "id", "seen_at"), strict=True)),
            _words(accounts),
        )
        of_lead: dict[str, str] = {}
        for row in np.flatnonzero(matches.answer).tolist():
            told = matches.match(row)
            best = told.candidates[0]
            if told.answer is Answer.MATCH and told.account is not None:
                at = max(int(seen[row]), int(account_seen[told.account]))
                of_lead[told.id] = told.account
                found.facts.append(Membership(told.id, told.account, at, at))
                found.joined.append(Joined("lead", told.id, told.account, best.confidence, best.evidence))
            else:
                found.questions.append(
                    Question(
                        "lead",
                        told.id,
                        words[told.id],
                        best.account,
                        account_words[best.account],
                        best.confidence,
                        told.reason,
                        best.evidence,
                    )
                )
        return of_lead

    def _accounts(self, accounts: pa.Table, found: _Found) -> None:
        """Accounts that are kept twice are asked about: nothing joins accounts but a person, in the CRM."""
        from handraise.identity.matching.accounts import account_duplicates
        from handraise.identity.matching.companies import companies_of
        from handraise.identity.proposals import proposals

        if len(accounts) < 2:
            return
        pairs = account_duplicates(companies_of(accounts))
        found.n_pairs += pairs.n_pairs
        found.n_possible += pairs.n_possible
        words = _words(accounts)
        for each in proposals(pairs.links()):
            found.questions += _questions("account", each, words)

    def _people(self, people: pa.Table, found: _Found) -> None:
        from handraise.identity.duplicates.matching import people_duplicates
        from handraise.identity.duplicates.people import people_records_of
        from handraise.identity.proposals import proposals

        if len(people) < 2:
            return
        pairs = people_duplicates(people_records_of(people))
        found.n_pairs += pairs.n_pairs
        found.n_possible += pairs.n_possible
        seen = dict(zip(*_two(people, "id", "seen_at"), strict=True))
        person = dict(zip(*_two(people, "id", "person"), strict=True))
        words = _words(people)
        for each in proposals(pairs.links()):
            if each.answer is not Answer.MATCH:
                if len({person[record] for record in each.records}) > 1:
                    found.questions += _questions("person", each, words)
                continue
            for link in each.links:
                if person[link.one] != person[link.other]:  # else a key has joined them already
                    at = max(int(seen[link.one]), int(seen[link.other]))
                    found.facts.append(IdentityKey(link.other, record_key(link.one), at, at))
                    found.joined.append(
                        Joined("person", link.one, link.other, link.confidence, link.evidence)
                    )

    def _write(self, facts: Iterable[Fact]) -> int:
        """Writes what is new; where something written before is not found any more, everything is written anew."""
        mark = fingerprint_of("handraise.identity")
        self._undo(i for i in self._standing() if i.file_sha256 != mark)
        rows = [SourceRow(line, (fact,)) for line, fact in enumerate(facts, 1)]
        written = _n_written(self.store)
        result = self.store.append(self._header(mark), rows, only_news=True)
        if result.duplicate < written or result.quarantined:
            self._undo(self._standing())
            result = self.store.append(self._header(mark), rows, only_news=True)
        return result.accepted

    def _header(self, mark: str) -> ImportHeader:
        return ImportHeader(DERIVED, MATCHES, "people and accounts", mark, self.clock())

    def _standing(self) -> list[ImportResult]:
        return [i for i in self.store.imports() if i.importer == MATCHES and i.undone_at is None]

    def _undo(self, imports: Iterable[ImportResult]) -> None:
        for each in reversed(list(imports)):
            self.store.undo(each.id, self.clock())


def _questions(kind: str, proposal: MergeProposal, words: Mapping[str, str]) -> Iterator[Question]:
    """One question for each comparison that holds a proposal together."""
    for link in proposal.links:
        reason = (
            "they look like one"
            if proposal.answer is Answer.MATCH
            else "too little speaks for it, or something against it"
        )
        yield Question(
            kind,
            link.one,
            words[link.one],
            link.other,
            words[link.other],
            link.confidence,
            reason,
            link.evidence,
        )


def _domains(companies: pa.Table) -> Iterator[AttributeChange]:
    """The registrable domain of every company that has one, from its web site or, of a lead's, from the address."""
    for account, website, email, at in zip(
        *(companies[name].to_pylist() for name in ("id", "website", "email", "seen_at")), strict=True
    ):
        domain = next((d for text in (website, email) if text and (d := registrable_domain(text))), None)
        if domain is not None:
            yield AttributeChange("account", account, "domain", domain, at, at)


def _column(table: pa.Table, name: str) -> list[Any]:
    found: list[Any] = table[name].to_pylist()
    return found


def _two(table: pa.Table, *names: str) -> tuple[list[Any], ...]:
    return tuple(_column(table, name) for name in names)


def _words(table: pa.Table) -> dict[str, str]:
    """Each row in a line for a person: what names it, then the rest that tells it apart."""
    return {row["id"]: _line(row) for row in table.to_pylist()}


def _line(row: Mapping[str, Any]) -> str:
    given_and_family = " ".join(str(row[part]) for part in ("given", "family") if row.get(part))
    name = row.get("name") or row.get("full") or given_and_family
    rest = (row.get(part) for part in ("website", "email", "city", "country"))
    return ", ".join(dict.fromkeys(str(text) for text in (name, *rest) if text)) or str(row["id"])


_LATEST = """
    SELECT c.subject, f.name, arg_max(coalesce(c.value, -1), (c.happened_at, c.known_at, c.content)) AS value, c.field,
        max(greatest(c.happened_at, c.known_at)) AS seen_at
    FROM attribute_changes c JOIN fields f ON f.id = c.field AND f.entity = $entity
    JOIN source_names s ON s.id = c.source
    WHERE c.superseded_seq IS NULL AND s.name <> $derived AND list_contains($names, f.name)
    GROUP BY c.subject, f.name, c.field"""


def latest_texts(
    store: FactStore, entity: str, names: Mapping[str, str], *, with_names: bool = False
) -> pa.Table:
    """The latest values of fields by subject, each in a column, and when the last of them was seen; `with_names`: by the name of
    the account instead, as `id`."""
    columns = ", ".join(f"max(text) FILTER (name = '{field}') AS {column}" for column, field in names.items())
    statement = f"""
        WITH latest AS ({_LATEST})
        SELECT subject, {columns}, max(seen_at) AS seen_at FROM (
            SELECT l.subject, l.name, v.text, l.seen_at FROM latest l
            JOIN field_values v ON v.field = l.field AND v.code = l.value)
        GROUP BY subject"""
    if with_names:
        statement = f"SELECT n.name AS id, t.* FROM ({statement}) t JOIN account_names n ON n.id = t.subject"
    given = {"entity": entity, "derived": DERIVED, "names": list(names.values())}
    found: pa.Table = store.cursor().sql(statement, params=given).to_arrow_table()
    return found


_ACCOUNT = {"name": "name", "website": "website", "country": "country", "city": "city", "phone": "phone"}
_PERSON = {
    "given": "first_name",
    "family": "last_name",
    "full": "name",
    "email": "email",
    "phone": "phone",
    "country": "country",
}


def companies_in(store: FactStore, *, own: bool) -> pa.Table:
    """Accounts of the sources, or (`own`) the companies of leads who have no stated account, with the lead's address."""
    cursor = store.cursor()
    told, people = latest_texts(store, "account", _ACCOUNT), latest_texts(store, "person", {"email": "email"})
    cursor.register("told", told)
    cursor.register("people", people)
    statement = """
        SELECT n.name AS id, t.name, t.website, p.email, t.country, t.city, t.phone,
            greatest(coalesce(t.seen_at, 0), coalesce(p.seen_at, 0), a.happened_at, a.known_at) AS seen_at
        FROM (SELECT account, min(happened_at) AS happened_at, min(known_at) AS known_at FROM account_records
              WHERE superseded_seq IS NULL AND own = $own GROUP BY account) a
        JOIN account_names n ON n.id = a.account JOIN told t ON t.subject = a.account
        LEFT JOIN record_names r ON $own AND r.name = n.name LEFT JOIN people p ON p.subject = r.id
        WHERE NOT $own OR r.id NOT IN (
            SELECT m.record FROM memberships m JOIN source_names s ON s.id = m.source
            WHERE m.superseded_seq IS NULL AND m.stated AND s.name <> $derived)
        ORDER BY n.name"""
    given = {"own": own, "derived": DERIVED} if own else {"own": own}
    return cursor.sql(
        statement if own else statement.partition("WHERE NOT $own")[0] + "ORDER BY n.name", params=given
    ).to_arrow_table()


def _people(store: FactStore, of_lead: Mapping[str, str]) -> pa.Table:
    """Identified records with what is known of each, its account, and the person that keys have joined it to."""
    told = latest_texts(store, "person", _PERSON)
    cursor = store.cursor()
    cursor.register("told", told)
    matched = pa.table(
        {"record": pa.array(of_lead, pa.string()), "found": pa.array(of_lead.values(), pa.string())}
    )
    cursor.register("matched", matched)
    table: pa.Table = cursor.sql(
        """WITH held AS (
               SELECT m.record, max_by(a.name, (m.happened_at, m.known_at)) AS account FROM memberships m
               JOIN account_names a ON a.id = m.account JOIN source_names s ON s.id = m.source
               WHERE m.superseded_seq IS NULL AND m.stated AND s.name <> $derived GROUP BY m.record)
           SELECT n.name AS id, t.given, t.family, t.full, t.email, t.phone, coalesce(h.account, f.found) AS account, t.country,
               greatest(coalesce(t.seen_at, 0), p.happened_at, p.known_at) AS seen_at, n.id AS number
           FROM (SELECT record, min(happened_at) AS happened_at, min(known_at) AS known_at FROM person_records
                 WHERE superseded_seq IS NULL AND identified GROUP BY record) p
           JOIN record_names n ON n.id = p.record JOIN told t ON t.subject = p.record
           LEFT JOIN held h ON h.record = p.record LEFT JOIN matched f ON f.record = n.name ORDER BY n.name""",
        params={"derived": DERIVED},
    ).to_arrow_table()
    return table.append_column("person", _joined_by_keys(store, table["number"]))


def _joined_by_keys(store: FactStore, numbers: pa.ChunkedArray) -> pa.Array:
    """For each record a number that it shares with those to which keys of the sources have joined it."""
    from handraise.identity.people import components

    borne: pa.Table = (
        store.cursor()
        .sql(
            """SELECT k.record, k.identity_key, n.record AS names FROM identity_keys k JOIN key_names n ON n.id = k.identity_key
               JOIN source_names s ON s.id = k.source WHERE k.superseded_seq IS NULL AND s.name <> $derived""",
            params={"derived": DERIVED},
        )
        .to_arrow_table()
    )
    highest = (
        pc.max(pa.chunked_array([numbers.cast(pa.int64()), borne["record"].cast(pa.int64())])).as_py() or 0
    )
    named = borne["names"].to_pylist()
    n_records = max([highest, *(n for n in named if n is not None)]) + 1
    keys = borne["identity_key"].to_numpy()
    other = np.array(
        [n if n is not None else n_records + k for n, k in zip(named, keys.tolist(), strict=True)]
    )
    left = borne["record"].to_numpy().astype(np.int32)
    n_nodes = n_records + int(keys.max(initial=-1)) + 1
    return pa.array(components(left, other.astype(np.int32), n_nodes)[numbers.to_numpy()])


def _n_written(store: FactStore) -> int:
    """How many facts of matching stand."""
    tables = ("memberships", "identity_keys", "attribute_changes")
    counted = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM {t} WHERE superseded_seq IS NULL AND import_id IN (SELECT id FROM mine)"
        for t in tables
    )
    statement = (
        f"WITH mine AS (SELECT id FROM imports WHERE importer = $importer) SELECT sum(n) FROM ({counted})"
    )
    return int(store.cursor().execute(statement, {"importer": MATCHES}).fetchall()[0][0])

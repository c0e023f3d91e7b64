"""Opens and clicks in a store that machines made, as acts that stand for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.facts.rows import Activity
from handraise.facts.store import FactStore
from handraise.hygiene.bots import (
    SECOND,
    UNKNOWN,
    MachineReason,
    MachineVerdicts,
    MailAct,
    MailActivities,
    judge,
)

SCANNED = "email.scanned"
_ACTS = {
    "email.delivered": MailAct.DELIVERED,
    "email.opened": MailAct.OPENED,
    "email.clicked": MailAct.CLICKED,
}
_TYPES = ", ".join(f"'{name}'" for name in _ACTS)
# What the importers call the link, the program and the address of the network.
_LINK, _AGENT, _IP = (
    ("link", "url", "clicked_url"),
    ("user_agent", "agent"),
    ("client_ip_address", "ip", "ip_address"),
)


@dataclass(frozen=True, slots=True)
class MachineActs:
    """The mail acts of a store, judged: `table` has a row for each, in the order of the verdicts."""

    table: pa.Table
    verdicts: MachineVerdicts

    @property
    def n_judged(self) -> int:
        """How many opens and clicks there are."""
        return int(np.sum(np.isin(self._acts, (MailAct.OPENED, MailAct.CLICKED))))

    @property
    def n_untold(self) -> int:
        """Of how many of them it cannot be told."""
        return int((self.verdicts.is_machine == UNKNOWN).sum())

    def seqs(self) -> frozenset[int]:
        """The append numbers of those that machines made."""
        return frozenset(self.table["seq"].to_numpy()[self.verdicts.is_machine == 1].tolist())

    def reasons(self) -> Counter[str]:
        """Of those, how many by each reason; one may have several."""
        found = self.verdicts.reasons[self.verdicts.is_machine == 1]
        return Counter({r.name.lower(): int(((found & r) != 0).sum()) for r in MachineReason if r.name})

    def acts(self, without: frozenset[int]) -> Iterator[tuple[int, Activity]]:
        """What stands for each of them: the same act told as a machine's, with why."""
        which = np.flatnonzero(self.verdicts.is_machine == 1)
        names = (
            "seq",
            "record_name",
            "happened_at",
            "known_at",
            "type",
            "asset",
            "program",
            "product",
            "key",
        )
        rows = self.table.select(names).take(pa.array(which)).to_pylist()
        for row, place in zip(rows, which.tolist(), strict=True):
            if row["seq"] not in without:
                why = MachineReason(int(self.verdicts.reasons[place]))
                properties = {"was": row["type"], "why": ", ".join(r.name.lower() for r in why if r.name)}
                yield (
                    row["seq"],
                    Activity(
                        f"machine:{row['key']:016x}",
                        row["record_name"],
                        row["happened_at"],
                        row["known_at"],
                        SCANNED,
                        "email",
                        row["asset"],
                        row["program"],
                        row["product"],
                        properties,
                    ),
                )

    @property
    def _acts(self) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        return _act_codes(self.table)


def machine_acts(store: FactStore, since: int = 0) -> MachineActs:
    """All opens and clicks, judged beside the deliveries, of people who did something after an append number. Acts for which
    something stands already are judged too. Each source is judged by how finely it tells instants apart."""
    whole = _mail_acts(store, since)
    parts = [MachineActs(table, _judged(table, n)) for table, n in _by_source(whole, _resolutions(store))]
    if not parts:
        return MachineActs(whole, _judged(whole, 0.0))
    is_machine = np.concatenate([part.verdicts.is_machine for part in parts])
    reasons = np.concatenate([part.verdicts.reasons for part in parts])
    return MachineActs(pa.concat_tables([part.table for part in parts]), MachineVerdicts(is_machine, reasons))


def _by_source(table: pa.Table, resolutions: Mapping[int, float]) -> Iterator[tuple[pa.Table, float]]:
    for source, seconds in resolutions.items():
        mine = table.filter(pc.equal(table["source"], source))
        if len(mine):
            yield mine, seconds


def _judged(table: pa.Table, resolution: float) -> MachineVerdicts:
    link, _ = _codes(table["link"])
    agent, agents = _codes(table["agent"])
    ip, ips = _codes(table["ip"])
    mail, _ = _codes(table["mail"])
    person = table["record"].to_numpy().astype(np.int64)
    at, act = table["happened_at"].to_numpy(), _act_codes(table)
    return judge(MailActivities(person, mail, at, act, link, agent, ip, agents, ips, resolution=resolution))


def _resolutions(store: FactStore) -> dict[int, float]:
    """How many seconds the instants of a source's mail acts are multiples of: 60, 1, or 0 for finer."""
    rows = store.cursor().execute(
        f"""SELECT source, bool_and(happened_at % {60 * SECOND} = 0), bool_and(happened_at % {SECOND} = 0)
            FROM activities WHERE kind IN (SELECT id FROM kinds WHERE type IN ({_TYPES})) GROUP BY source ORDER BY source"""
    )
    return {
        source: 60.0 if whole_minutes else float(whole) for source, whole_minutes, whole in rows.fetchall()
    }


def _mail_acts(store: FactStore, since: int) -> pa.Table:
    """Sorted by (person, mail, instant), where the mail is what it was sent as."""

    def said(where: str, names: tuple[str, ...]) -> str:
        return "coalesce(" + ", ".join(f"json_extract_string({where}, '$.{name}')" for name in names) + ")"

    statement = f"""
        WITH acts AS (
            SELECT k.id, k.type, k.asset, k.program, k.product, {said("k.properties", _LINK)} AS link,
                {said("k.properties", _AGENT)} AS agent, {said("k.properties", _IP)} AS ip, coalesce(k.asset, json_extract_string(k.properties, '$.mailing_id'), '') AS mail
            FROM kinds k WHERE k.type IN ({_TYPES})
        ), mails AS (SELECT mail, row_number() OVER (ORDER BY mail) AS place FROM (SELECT DISTINCT mail FROM acts))
        SELECT a.seq, a.key, a.record, r.name AS record_name, a.happened_at, a.known_at, k.type, k.asset, k.program,
            k.product, k.link, coalesce({said("a.particulars", _AGENT)}, k.agent) AS agent,
            coalesce({said("a.particulars", _IP)}, k.ip) AS ip, m.place AS mail, a.source
        FROM activities a JOIN acts k ON k.id = a.kind JOIN mails m ON m.mail = k.mail
        JOIN record_names r ON r.id = a.record
        WHERE (a.superseded_seq IS NULL OR a.seq IN (SELECT seq FROM masked))
            AND ($since = 0 OR a.record IN (SELECT record FROM activities WHERE seq > $since))
        ORDER BY a.record, m.place, a.happened_at, k.type, a.key"""
    return store.cursor().sql(statement, params={"since": since}).to_arrow_table()


def _act_codes(table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    types = pa.array(list(_ACTS), pa.string())
    codes = np.array([int(act) for act in _ACTS.values()], dtype=np.int8)
    return np.asarray(codes[pc.index_in(table["type"], value_set=types).to_numpy()])


def _codes(column: pa.ChunkedArray) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[str]]:
    """Small numbers for texts, `UNKNOWN` where there is none, and the texts by number."""
    if pa.types.is_integer(column.type):
        return column.to_numpy().astype(np.int64), []
    coded = column.combine_chunks().dictionary_encode()
    numbers = coded.indices.fill_null(UNKNOWN).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers, coded.dictionary.to_pylist()

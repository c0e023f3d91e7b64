"""Deciding everybody, keeping the run, and deciding again exactly as an earlier run did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from handraise.config import Settings
from handraise.engines.calibrations import Calibration, Kept
from handraise.engines.in_force import NEVER_IN_FORCE, InForce
from handraise.engines.local import Decided, LocalEngine, Progress, ranks_of_trust
from handraise.engines.told import Told
from handraise.engines.warm import Warm
from handraise.errors import EngineError, Finding, Severity
from handraise.facts.activations import Activation
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.contents import newest_activity_at
from handraise.facts.erasures import Receipt
from handraise.facts.imports import ImportResult
from handraise.facts.runs import Run
from handraise.facts.store import FactStore
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, MICROS_PER_SECOND, Micros, iso
from handraise.model.values import FieldType
from handraise.playbook.reader import read_text
from handraise.playbook.writer import short_version, version_of, write
from handraise.reports.happenings import Happenings, happenings
from handraise.reports.market import Market, findings_of_market, market
from handraise.reports.summary import DecisionsSummary, summarise
from handraise.services import keeping
from handraise.services.clock import Clock
from handraise.services.settings import field_catalog

_NOT_STORED = Finding(
    "DC107",
    "The facts can only be read, so this run is not stored: `--run` cannot give it back.",
    advice=("To keep the decisions, write them to a file with `--out`.",),
)
_WHAT_IF = Finding(
    "DC108",
    "This playbook is not the workspace's, so the run is not stored: `--run` cannot give it back.",
    Severity.NOTE,
    advice=("To keep the decisions, write them to a file with `--out`.",),
)
_SEGMENTS = "segments"
"""In the counts of a run: the keys of its segments, in the playbook's order."""
STALE_AFTER: Micros = 7 * MICROS_PER_DAY


@dataclass(frozen=True, slots=True)
class DecideResult:
    """One run: the decision table (one row a person, sorted by id), its summary and what to know about it."""

    run_id: str
    as_of: Micros
    horizon: int
    playbook_version: str
    duration_seconds: float
    table: pa.Table
    summary: DecisionsSummary
    findings: tuple[Finding, ...]
    playbook: Playbook
    catalog: FieldCatalog
    told: Told | None = None
    accounts: pa.Table | None = None

    @property
    def market(self) -> Market | None:
        """The segments of accounts in a few figures; `None` without any."""
        return None if self.accounts is None else market(self.playbook, self.accounts)

    @property
    def happenings(self) -> Happenings | None:
        """What happened by then, in a few figures; `None` without triggers and stages."""
        if self.told is None:
            return None
        return happenings(self.playbook, self.table, self.told.firings, self.told.entries, self.as_of)

    def as_dict(self) -> dict[str, object]:
        found, accounts = self.happenings, self.market
        return (
            {
                "run": self.run_id,
                "as_of": iso(self.as_of),
                "horizon": self.horizon,
                "playbook_version": self.playbook_version,
                "duration_seconds": round(self.duration_seconds, 3),
                "summary": self.summary.as_dict(),
                "findings": [f.as_dict() for f in self.findings],
            }
            | ({} if found is None else {"happenings": found.as_dict()})
            | ({} if accounts is None else {"market": accounts.as_dict()})
        )


@dataclass(frozen=True, slots=True)
class Deciding:
    """The use case over one store. `warm` keeps what answers about single people have in common, for a process that gives
    many."""

    store: FactStore
    settings: Settings
    clock: Clock
    warm: Warm | None = None

    def source_ranks(self) -> dict[str, int]:
        """Which source is believed where two say something of the same instant: the higher."""
        return ranks_of_trust(self.settings.source_trust)

    def catalog(self) -> FieldCatalog:
        return field_catalog(self.settings, self.store.fields())

    def engine(self, playbook: Playbook, catalog: FieldCatalog | None = None) -> LocalEngine:
        """Decides with what of this playbook version is a fact: since when its triggers run, and the calibrations that
        decisions keep to."""
        catalog = catalog or self.catalog()
        return replace(self.what_if_engine(playbook, catalog), in_force=self._in_force(playbook, catalog))

    def what_if_engine(self, playbook: Playbook, catalog: FieldCatalog | None = None) -> LocalEngine:
        """Decides as if the playbook had always been in force: every trigger always ran, and calibrations are worked out
        from the facts. For what compares playbooks and for evidence of the past."""
        return LocalEngine(
            self.store,
            playbook,
            catalog or self.catalog(),
            n_threads=self.store.threads,
            source_trust=self.settings.source_trust,
            warm=self.warm,
        )

    def _in_force(self, playbook: Playbook, catalog: FieldCatalog) -> InForce:
        def read() -> InForce:
            return keeping.in_force(self.store, playbook, catalog, self.settings.source_trust)

        if self.warm is None:
            return read()
        key = ("in force", self.store.n_kept, id(playbook), tuple(catalog))
        return self.warm.made(key, playbook, read)

    def decide(self, playbook: Playbook, as_of: Micros, progress: Progress | None = None) -> DecideResult:
        """Decide everybody at `as_of` from all facts there are, and store the run.

        The same playbook, instant and facts are the same run: deciding again replaces it. Where the store can only be
        read, the run is not stored, and a finding says so.
        """
        made = self._decide(playbook, as_of, progress, stores=not self.store.read_only)
        if self.store.read_only:
            return replace(made.result, findings=(*made.result.findings, _NOT_STORED))
        told = made.result.told
        self.store.save_run(
            made.run,
            made.result.table,
            calibrations=made.calibrations,
            firings=None if told is None else told.firings,
            stage_entries=None if told is None else told.entries,
            in_force=bool(made.starts),
        )
        return made.result

    def look(self, playbook: Playbook, as_of: Micros, progress: Progress | None = None) -> DecideResult:
        """The same decisions without storing the run: the store stays as it is."""
        return self._decide(playbook, as_of, progress).result

    def what_if(self, playbook: Playbook, as_of: Micros, progress: Progress | None = None) -> DecideResult:
        """What another playbook than the workspace's would decide. The run is not stored, so that nothing takes it for one
        that counted; a finding says so."""
        result = self.look(playbook, as_of, progress)
        return replace(result, findings=(*result.findings, _WHAT_IF))

    def decide_again(self, run_id: str, progress: Progress | None = None) -> DecideResult:
        """Decide from what the run knew: its playbook, its instant, its facts, its fields, its calibrations and since when its
        triggers ran.

        Facts imported later do not count. Raises `EngineError` where there is no such run.
        """
        started_at = self.clock()
        run = self.store.run(run_id)
        needed: Mapping[str, Any] = run.counts["repeat"]  # type: ignore[assignment]
        label = self.catalog().label
        fields = {Field.parse(name): FieldType(type_) for name, type_ in needed["fields"].items()}
        catalog = FieldCatalog(FieldDefinition(field, type_, label(field)) for field, type_ in fields.items())
        playbook = read_text(run.playbook_text, f"run {run_id}", catalog).playbook
        if playbook is None:
            raise EngineError(f"The playbook of `{run_id}` is not one that this version reads.")
        playbook = _in_order(playbook, run.counts.get(_SEGMENTS, ()))
        engine = LocalEngine(
            self.store,
            playbook,
            catalog,
            n_threads=self.store.threads,
            source_trust=tuple(needed["source_trust"]),
            activations=needed.get("activations", {}),
            in_force=_of_run(needed),
        )
        said = needed["calibration"]
        calibration = None if said is None else keeping.calibration_of(said)
        decided = engine.decide(run.as_of, horizon=run.horizon, calibration=calibration, progress=progress)
        seconds = (self.clock() - started_at) / MICROS_PER_SECOND
        summary = summarise(decided.table)
        findings = (
            *findings_of_playbook(playbook),
            *_of_decided(decided, playbook),
            *_undone_since(run, self.store.imports()),
            *_erased_since(run, self.store.receipts()),
        )
        return DecideResult(
            run_id,
            run.as_of,
            run.horizon,
            run.playbook_version,
            seconds,
            decided.table,
            summary,
            findings,
            playbook,
            catalog,
            decided.told,
            decided.accounts,
        )

    def _decide(
        self, playbook: Playbook, as_of: Micros, progress: Progress | None, *, stores: bool = False
    ) -> _Made:
        started_at = self.clock()
        catalog = self.catalog()
        engine = self.engine(playbook, catalog)
        decided = engine.decide(as_of, progress=progress)
        text, version = write(playbook), version_of(playbook)
        activations, starts = self.store.activations(), engine.in_force.starts(as_of)
        mine = [a for a in activations if a.playbook_version == version]
        calibrations, known_at = (
            keeping.to_store(engine, decided, as_of, started_at, mine) if stores else ((), None)
        )
        if decided.calibration is not None and known_at is not None:
            decided = replace(decided, calibration=replace(decided.calibration, known_at=known_at))
        needed = _needed_to_repeat(catalog, self.settings, decided, starts)
        run_id = _run_id(version, as_of, decided.horizon, needed)
        summary, finished_at = summarise(decided.table), self.clock()
        counts: dict[str, object] = {
            "n_people": summary.n_people,
            "repeat": needed,
            _SEGMENTS: list(playbook.segments),
        }
        run = Run(run_id, as_of, decided.horizon, text, version, "local", counts, started_at, finished_at)
        seconds = (finished_at - started_at) / MICROS_PER_SECOND
        findings = (
            *findings_of_playbook(playbook),
            *_of_decided(decided, playbook, known_at),
            *findings_of_activations(activations, version, as_of),
            *self._staleness(as_of),
        )
        result = DecideResult(
            run_id,
            as_of,
            decided.horizon,
            version,
            seconds,
            decided.table,
            summary,
            findings,
            playbook,
            catalog,
            decided.told,
            decided.accounts,
        )
        return _Made(result, run, calibrations, starts)

    def _staleness(self, as_of: Micros) -> tuple[Finding, ...]:
        return findings_of_newest(newest_activity_at(self.store, as_of), as_of)


@dataclass(frozen=True, slots=True)
class _Made:
    """A decision with what is stored of it."""

    result: DecideResult
    run: Run
    calibrations: tuple[StoredCalibration, ...]
    starts: Mapping[str, Micros]


def run_data(run: Run) -> dict[str, Any]:
    """A stored run in JSON: what it was decided for and from, without the decisions."""
    return {
        "run": run.id,
        "as_of": iso(run.as_of),
        "horizon": run.horizon,
        "playbook_version": run.playbook_version,
        "n_people": run.counts.get("n_people"),
        "started_at": iso(run.started_at),
    }


def findings_of_newest(newest: Micros | None, as_of: Micros) -> tuple[Finding, ...]:
    """What to know where the newest activity that is known at an instant is old, or there is none."""
    if newest is None:
        sentence = "No activity is known by then, so nobody has engaged as far as we know."
        return (Finding("DC104", sentence, advice=("Import exports of web, mail or CRM activities.",)),)
    if newest >= as_of - STALE_AFTER:
        return ()
    days = (as_of - newest) // MICROS_PER_DAY
    return (
        Finding(
            "DC101",
            f"The newest activity is {days} days older than the instant decided for, so what people did since is unknown.",
            advice=(f"Import newer exports, or decide as of {iso(newest)[:10]}.",),
        ),
    )


def _of_decided(decided: Decided, playbook: Playbook, made_at: Micros | None = None) -> tuple[Finding, ...]:
    of_market = market(playbook, decided.accounts) if decided.accounts is not None else None
    of_people = findings_of_decided(
        len(decided.table), decided.n_unknown_occurrences, decided.calibration, made_at is not None
    )
    return (
        *of_people,
        *findings_of_market(of_market, playbook),
    )


def findings_of_decided(
    n_people: int,
    n_unknown_occurrences: Mapping[str, int],
    calibration: Calibration | None,
    is_new: bool = False,
) -> tuple[Finding, ...]:
    """What the decisions rest on and a reader would not see in them. `is_new`: the calibration was made with them."""
    found = [
        Finding(
            "DC103",
            f"{n:,} occurrences do not count as `{behaviour}`, because something that its `where` asks of them is unknown.",
            n=n,
        )
        for behaviour, n in sorted(n_unknown_occurrences.items())
    ]
    if not n_people:
        found.append(
            Finding(
                "DC106", "Nobody is known by then.", advice=("Import exports, or choose a later instant.",)
            )
        )
    if calibration is not None:
        at, n_calibrating = iso(calibration.at), calibration.n_people
        sentence = f"Top shares were worked out over {n_calibrating:,} people as of {at}, {_kept_to(calibration, is_new)}."
        found.append(Finding("DC105", sentence, Severity.NOTE, n_calibrating))
    return tuple(found)


def _kept_to(calibration: Calibration, is_new: bool) -> str:
    if calibration.known_at is None:
        return "for these decisions alone"
    when = "by this run" if is_new else f"and stored at {iso(calibration.known_at)}"
    return f"{when}; decisions keep to them until the next calibration"


def findings_of_activations(
    activations: Sequence[Activation], version: str, as_of: Micros
) -> tuple[Finding, ...]:
    """That the decisions are a what-if, where another playbook version was in force, or none yet."""
    if not activations:
        return ()
    active = _active(activations, as_of)
    if active is not None and active.playbook_version == version:
        return ()
    mine = any(a.playbook_version == version and a.activated_at <= as_of for a in activations)
    since = "since when they were last activated" if mine else "as if they had always run"
    other = (
        "no playbook was in force then"
        if active is None
        else f"`{active.playbook_name}` in its version {short_version(active.playbook_version)} was in force then"
    )
    sentence = f"This is a what-if: {other}, and triggers are told {since}."
    return (
        Finding(
            "DC109",
            sentence,
            Severity.NOTE,
            advice=("`handraise activate` puts the playbook as it stands into force.",),
        ),
    )


def _undone_since(run: Run, imports: Sequence[ImportResult]) -> Iterator[Finding]:
    """The imports that a run read and that were undone after it: it cannot come out as it did."""
    for each in imports:
        if each.undone_at is not None and each.first_seq < run.horizon and each.undone_at > run.started_at:
            yield Finding(
                "DC112",
                f"Import {each.id} (`{each.file_name}`), which the run read, was undone at {iso(each.undone_at)}: its "
                "facts are missing here.",
                n=each.facts,
                advice=("Import the file again to decide as the run did.",),
            )


def _erased_since(run: Run, receipts: Sequence[Receipt]) -> Iterator[Finding]:
    """The facts that were erased after a run: those that it read are missing. Receipts do not say which."""
    for each in receipts:
        if each.erased_at > run.started_at and each.n_facts:
            yield Finding(
                "DC113",
                f"After the run {each.n_facts:,} facts were erased at {iso(each.erased_at)} (receipt `{each.id}`): those of "
                "them that it read are missing here.",
                n=each.n_facts,
            )


def in_force_since(activations: Sequence[Activation], version: str, as_of: Micros) -> Micros | None:
    """Since when a version is the one in force at an instant; `None` where another is, or none."""
    active = _active(activations, as_of)
    return active.activated_at if active is not None and active.playbook_version == version else None


def _active(activations: Sequence[Activation], as_of: Micros) -> Activation | None:
    return next((a for a in reversed(activations) if a.activated_at <= as_of), None)


def findings_of_playbook(playbook: Playbook) -> tuple[Finding, ...]:
    """What of a playbook takes no part."""
    return tuple(
        Finding(
            "DC102",
            f"{part.where[0].upper()}{part.where[1:]} takes no part: {part.reason}.",
            Severity.WARNING,
        )
        for part in playbook.set_aside
    )


def _run_id(version: str, as_of: Micros, horizon: int, needed: Mapping[str, object]) -> str:
    key = json.dumps([version, as_of, horizon, needed], sort_keys=True)
    return f"run-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _needed_to_repeat(
    catalog: FieldCatalog, settings: Settings, decided: Decided, starts: Mapping[str, Micros]
) -> dict[str, object]:
    """What a run depends on besides playbook, instant and horizon."""
    calibration = decided.calibration
    needed: dict[str, object] = {
        "fields": {str(d.field): d.type.value for d in catalog},
        "source_trust": list(settings.source_trust),
        "calibration": None if calibration is None else keeping.calibration_data(calibration),
    }
    if starts:
        needed["activations"] = dict(starts)
    if decided.told is not None and decided.told.calibrations is not None:
        needed["calibrations"] = keeping.over_time_data(decided.told.calibrations)
    return needed


def _in_order(playbook: Playbook, keys: Any) -> Playbook:
    """With its segments as they were written; a playbook's canonical text has them by key."""
    keys = dict.fromkeys((*keys, *playbook.segments))
    return replace(
        playbook, segments={key: playbook.segments[key] for key in keys if key in playbook.segments}
    )


def _of_run(needed: Mapping[str, Any]) -> InForce:
    """What an earlier run was told by, and nothing that was stored since."""
    if "calibrations" not in needed:
        return NEVER_IN_FORCE
    return InForce(calibrations=Kept(whole=keeping.over_time_of(needed["calibrations"])))

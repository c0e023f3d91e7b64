"""What has gone quiet: forms, activities, people, MQLs and stages that stopped, fields that emptied, values that drifted, exports
that are late; each with how unusual it is, since when, and whose it is to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from handraise.config import Settings
from handraise.evidence.arrays import Bools, Floats
from handraise.evidence.drift import drift
from handraise.evidence.emptied import emptied
from handraise.evidence.lateness import lateness
from handraise.evidence.many_looks import benjamini_hochberg
from handraise.evidence.silence import FEWEST_BLOCKS, MOST_BLOCKS, ONCE_A_YEAR, silence
from handraise.evidence.wording import count, percent
from handraise.facts import watched
from handraise.facts.store import FactStore
from handraise.facts.watched import Export
from handraise.model.activities import ACTIVITY_TYPES, ActBy, words_of
from handraise.model.conditions import AttributeTest, HeldFor, walk
from handraise.model.fields import Field
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Micros, iso
from handraise.playbook.writer import version_of
from handraise.services.deciding import Deciding

MARKETING, SALES = "marketing", "sales"
FEWEST_COUNTS = 10
"""Of a series with fewer counts in all nothing could be told."""
_WEEKS = 16
_DRIFTING = (
    "person.lead_source",
    "person.country",
    "person.country_code",
    "account.industry",
    "account.country",
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is unusual. `p`: as unusual by chance, on a day; `n_before` is what was expected in the quiet stretch (or the
    share before, or the usual days between exports), `n_now` what there was. `owner` is empty where nobody is named."""

    code: str
    what: str
    source: str
    key: str
    since_at: Micros
    p: float
    n_before: float
    n_now: float
    owner: str
    advice: str
    with_it: tuple[str, ...] = ()

    @property
    def by_chance(self) -> str:
        """How often it happens by chance, in words."""
        years = 1 / (365 * self.p) if self.p > 0 else float("inf")
        if years >= 1000:
            return "by chance less than once in 1,000 years"
        return f"by chance once in {count(years)} years" if years >= 1.5 else "by chance once a year"

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "what": self.what,
            "source": self.source,
            "key": self.key,
            "since_at": iso(self.since_at),
            "p": self.p,
            "by_chance": self.by_chance,
            "before": round(self.n_before, 4),
            "now": round(self.n_now, 4),
            "owner": self.owner or None,
            "advice": self.advice,
            "with_it": list(self.with_it),
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """What is unusual at an instant, the most unusual first, of so many things watched."""

    as_of: Micros
    n_watched: int
    alarms: tuple[Alarm, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": iso(self.as_of),
            "watched": self.n_watched,
            "alarms": [a.as_dict() for a in self.alarms],
        }


@dataclass(frozen=True, slots=True)
class _Series:
    """Counts by day of one thing, how it is called, and up to when its export reaches, and whose it is."""

    code: str
    key: str
    words: str
    source: str
    importer: str
    until: Micros
    party: str
    advice: str


def watch_at(deciding: Deciding, playbook: Playbook, as_of: Micros) -> Watched:
    """Everything watched at an instant. What is an alarm: p, corrected for how many things are watched (Benjamini-Hochberg), of
    1/365 at most: the chance level of one false alarm a year for all that is watched together."""
    looks = list(_Watching(deciding, playbook, as_of).looks())
    corrected = benjamini_hochberg([1.0 if look is None else look.p for look in looks])
    alarms = [look for look, q in zip(looks, corrected, strict=True) if look is not None and q <= ONCE_A_YEAR]
    return Watched(
        as_of, len(looks), tuple(sorted(_roots(alarms), key=lambda a: (a.p, a.code, a.source, a.key)))
    )


def owner_of(settings: Settings, playbook: Playbook, party: str, *names: str) -> str:
    """Who is named for the first of the names in `alarm_owners`, else the party of the agreement."""
    named = dict(settings.alarm_owners)
    found = next((named[name] for name in names if name in named), None)
    return found or playbook.agreement.parties.get(party, "")


@dataclass(frozen=True, slots=True)
class _Watching:
    deciding: Deciding
    playbook: Playbook
    as_of: Micros

    @property
    def _store(self) -> FactStore:
        return self.deciding.store

    def looks(self) -> Iterator[Alarm | None]:
        """One for each thing watched: `None` where it is not unusual at all."""
        exports = watched.exports(self._store)
        reach = {export: min(self.as_of, ats[-1]) for export, ats in exports.items()}
        if not reach:
            return
        yield from self._exports(exports)
        for series, counts in (*self._counted(reach), *self._told()):
            yield self._silence(series, counts)
        fields = self._fields()
        yield from self._emptied(reach, fields)
        yield from self._drifted(reach, fields)

    def _exports(self, exports: dict[Export, tuple[Micros, ...]]) -> Iterator[Alarm | None]:
        for (source, importer), ats in exports.items():
            known = np.array([at for at in ats if at <= self.as_of], dtype=np.float64) / MICROS_PER_DAY
            apart = _rounds(known)
            found = lateness(np.diff(apart), self.as_of / MICROS_PER_DAY - apart[-1]) if len(apart) else None
            if found is None:
                continue
            due_at = round((float(apart[-1]) + found.usual_days) * MICROS_PER_DAY)
            what = (
                f"{source}: the next export of {importer} is late: the last is {found.days:.1f} days old, "
                f"usually there is one every {found.usual_days:.1f} days"
            )
            advice = "Export and import it, or see why the scheduled export did not run."
            yield self._alarm("export_late", what, source, importer, due_at, found.p, found.usual_days, found.days,
                              MARKETING, advice)  # fmt: skip

    def _counted(self, reach: dict[Export, Micros]) -> Iterator[tuple[_Series, Floats]]:
        """Everything of each export, each type of activity, each form, and new people by source."""
        kinds: dict[tuple[str, str, str, str | None], list[tuple[int, int]]] = defaultdict(list)
        for day in watched.activities_by_day(self._store, reach, self.as_of, MOST_BLOCKS):
            kinds[day.source, day.importer, day.type, day.form].append((day.day, day.n))
        counted: dict[_Series, list[tuple[int, int]]] = defaultdict(list)
        for kind, days in kinds.items():
            for series in _series_of(*kind, reach[kind[0], kind[1]]):
                counted[series] += days
        for day in watched.people_by_day(self._store, reach, self.as_of, MOST_BLOCKS):
            at = (day.source, day.importer, reach[day.source, day.importer])
            advice = "See whether new leads still reach this system: forms, lists, synchronisation."
            series = _Series("people_stopped", day.importer, "new people", *at, MARKETING, advice)
            counted[series].append((day.day, day.n))
        for series, days in counted.items():
            yield series, _daily(days)

    def _told(self) -> Iterator[tuple[_Series, Floats]]:
        """MQLs, and each stage, as the stored runs of this playbook told them: to tell them anew takes as long as deciding."""
        version = version_of(self.playbook)
        until = watched.told_until(self._store, version, self.as_of)
        if until is None:
            return
        at = ("", "", until)
        tracks = self.playbook.qualifying_tracks
        firings = watched.firings_by_day(self._store, version, until, MOST_BLOCKS)
        mqls = [(day, n) for track, day, n in firings if tracks.has(track)]
        advice = "See which of the triggers' activities stopped, and whether the playbook was changed."
        yield _Series("mqls_stopped", "mqls", self.playbook.term("MQL"), *at, MARKETING, advice), _daily(mqls)
        entered = watched.stage_entries_by_day(self._store, version, until, MOST_BLOCKS)
        for stage in self.playbook.lifecycle.stages:
            label = stage.label or self.playbook.term(stage.key)
            party = SALES if stage.on else MARKETING
            advice = "See whether it is still recorded where it used to be, and who works these people now."
            days = [(day, n) for key, day, n in entered if key == stage.key]
            yield (
                _Series("stage_stopped", stage.key, f"people entering {label}", *at, party, advice),
                _daily(days),
            )

    def _silence(self, series: _Series, counts: Floats) -> Alarm | None:
        if counts.sum() < FEWEST_COUNTS or len(counts) < FEWEST_BLOCKS:
            return None
        found = silence(counts, _turn_of_the_year(series.until, len(counts)))
        if found is None or found.p >= 1:
            return None
        since = series.until - found.n_blocks * MICROS_PER_DAY
        where = f"{series.source}: " if series.source else ""
        days = f"{found.n_blocks} day{'' if found.n_blocks == 1 else 's'}"
        expected = count(found.n_expected) if found.n_expected >= 10 else f"{found.n_expected:.1f}"
        what = f"{where}{series.words}: {count(found.n_now)} in {days}, where {expected} were expected"
        return self._alarm(series.code, what, series.source, series.key, since, found.p, found.n_expected,
                           found.n_now, series.party, series.advice)  # fmt: skip

    def _fields(self) -> tuple[Field, ...]:
        """The fields of people and accounts that the playbook's conditions test."""
        parts = (part for condition in self.playbook.conditions() for part in walk(condition))
        asked = {part.field for part in parts if isinstance(part, AttributeTest | HeldFor)}
        return tuple(sorted(f for f in asked if f.entity in ("person", "account")))

    def _emptied(self, reach: dict[Export, Micros], fields: Sequence[Field]) -> Iterator[Alarm | None]:
        weekly: dict[tuple[str, Field], Floats] = defaultdict(lambda: np.zeros((2, _WEEKS)))
        for w in watched.fills_by_week(self._store, reach, self.as_of, _WEEKS, fields):
            weekly[w.source, w.field][:, _WEEKS - 1 - w.week] = (w.n_records, w.n_filled)
        for (source, field), (records, filled) in weekly.items():
            found = emptied(records, filled) if filled.any() else None
            if found is None:
                continue
            if found.p >= 1:
                yield None
                continue
            since = _reach_of(reach, source) - found.n_weeks * 7 * MICROS_PER_DAY
            label = self.deciding.catalog().label(field)
            what = (
                f"{source}: {label} ({field}) is known of {percent(found.share_now)} of {count(found.n_now)} new records, "
                f"before of {percent(found.share_before)} of {count(found.n_before)}"
            )
            advice = "See whether the form, the mapping or the export still has the field."
            yield self._alarm("field_emptied", what, source, str(field), since, found.p, found.share_before,
                              found.share_now, MARKETING, advice)  # fmt: skip

    def _drifted(self, reach: dict[Export, Micros], fields: Sequence[Field]) -> Iterator[Alarm | None]:
        wanted = tuple(sorted({*fields, *(Field.parse(name) for name in _DRIFTING)}))
        told: dict[tuple[str, Field], dict[str, Floats]] = defaultdict(
            lambda: defaultdict(lambda: np.zeros(_WEEKS))
        )
        for w in watched.values_by_week(self._store, reach, self.as_of, _WEEKS, wanted):
            told[w.source, w.field][w.value][_WEEKS - 1 - w.week] = w.n
        for (source, field), by_value in told.items():
            found = drift(np.stack(list(by_value.values()), axis=1))
            if found is None:
                continue
            if found.p >= 1:
                yield None
                continue
            moves = sorted(zip(found.moves, by_value, strict=True))
            label = self.deciding.catalog().label(field)
            what = (
                f"{source}: the values of {label} ({field}) drifted: most fell `{moves[0][1][:60]}` by "
                f"{-moves[0][0] * 100:.0f} points, most grew `{moves[-1][1][:60]}` by {moves[-1][0] * 100:.0f} points"
            )
            since = _reach_of(reach, source) - 28 * MICROS_PER_DAY
            advice = (
                "See whether a value was renamed, a form or campaign was added, or a mapping was changed."
            )
            yield self._alarm("values_drifted", what, source, str(field), since, found.p, found.n_before,
                              found.n_now, MARKETING, advice)  # fmt: skip

    def _alarm(
        self, code: str, what: str, source: str, key: str, since_at: Micros, p: float, before: float, now: float,
        party: str, advice: str,
    ) -> Alarm:  # fmt: skip
        owner = owner_of(self.deciding.settings, self.playbook, party, key, source, code)
        return Alarm(code, what, source, key, since_at, p, before, now, owner, advice)


def _series_of(source: str, importer: str, type_: str, form: str | None, until: Micros) -> Iterator[_Series]:
    """What an activity of a type, and of a form where it is one, counts for."""
    at = (source, importer, until)
    known = ACTIVITY_TYPES.get(type_)
    party = SALES if known is not None and known.by is ActBy.SELLER else MARKETING
    stopped = "See whether the source still records it and the export still holds it; if it was ended on purpose, nothing is to do."
    yield _Series("source_stopped", importer, "all activities", *at, MARKETING, stopped)
    words = f"{type_} (somebody {words_of(type_)})"
    yield _Series("activity_stopped", type_, words, *at, party, stopped)
    if form is not None:
        advice = "Submit the form yourself and see whether it arrives; look at the page it is on."
        yield _Series("form_stopped", form, f"form `{form[:80]}`", *at, MARKETING, advice)


def _roots(alarms: Sequence[Alarm]) -> Iterator[Alarm]:
    """Each cause once: where all of a source's activities stopped, its types and forms stopped with it; where all of a type
    did, forms are named beside it."""
    whole = {a.source for a in alarms if a.code == "source_stopped"}
    forms = {a.source for a in alarms if a.code == "activity_stopped" and a.key == "form.submitted"}
    for each in alarms:
        inside = each.code in ("activity_stopped", "form_stopped")
        if inside and (each.source in whole or (each.code == "form_stopped" and each.source in forms)):
            continue
        yield replace(each, with_it=tuple(_inside(each, alarms)))


def _inside(outer: Alarm, alarms: Sequence[Alarm]) -> Iterator[str]:
    codes = {"source_stopped": ("activity_stopped", "form_stopped"), "activity_stopped": ("form_stopped",)}
    wanted = (
        codes.get(outer.code, ()) if outer.code == "source_stopped" or outer.key == "form.submitted" else ()
    )
    yield from sorted(a.key for a in alarms if a.source == outer.source and a.code in wanted)


def _daily(days: Sequence[tuple[int, int]]) -> Floats:
    """Counts from the first day on that had any, the oldest first."""
    if not days:
        return np.zeros(0)
    counts = np.zeros(max(day for day, _ in days) + 1)
    np.add.at(counts, [day for day, _ in days], [n for _, n in days])
    return counts[::-1]


def _rounds(days: Floats) -> Floats:
    """Instants of exports, those less than half a day apart as one: a folder of files, or one file in pieces."""
    if not len(days):
        return days
    first = np.concatenate([[True], np.diff(days) >= 0.5])
    kept: Floats = days[first]
    return kept


def _turn_of_the_year(until: Micros, n_days: int) -> Bools:
    """The days from 20 December to 6 January."""
    last = until // MICROS_PER_DAY
    days = [datetime.fromtimestamp((last - i) * 86_400, UTC) for i in range(n_days)][::-1]
    return np.array(
        [(d.month, d.day) >= (12, 20) or (d.month, d.day) <= (1, 6) for d in days], dtype=np.bool_
    )


def _reach_of(reach: dict[Export, Micros], source: str) -> Micros:
    return max(until for (name, _), until in reach.items() if name == source)

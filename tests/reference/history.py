"""Histories: what fired and who entered which stage, replayed instant by instant (meanings 4, 10, 11 and 12).

Every instant at which anything can change is visited, in order, and everybody is asked anew from the facts visible
there. At one instant triggers come first and stages after them:

* a trigger reads its own firings, and all stages, as they were just before; other triggers as they are now;
* the lifecycle reads firings as they are now, and stages as they were just before;
* a decision reads both as they are now; a calibration reads like the lifecycle.

Who is asked is whoever is a person at the instant, under the name that they bear then. Where the language leaves
room, this is what is meant:

* In a history a decayed score is worked out where one of its rules counts an occurrence more or less or one of its
  conditions that rest on facts alone turns, where its person is made of other records, and at 00:00 of the playbook's
  zone; there as a decision does it. It stays so until the next such instant, so that what is visited in between
  cannot move an edge. Decisions and calibrations age occurrences continuously.
* An act moves a person once: at the first instant at which it is visible and somebody's.
* Of several acts that pass a person back at one instant, the latest gives reason and date; of one instant, the last by
  what they say.
* A stage that is disarmed is armed again while nobody bears the name.
* Thresholds by share are calibrated at the first instant at which anybody is there, and at every instant of
  calibration after it at which anybody is.
* A stage entered twice at an instant is entered once, the later way.
* A return date comes at its 00:00 in the playbook's zone, and at the earliest just after the act that names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from tests.reference.decisions import Decision, calibration_instant, decision_of
from tests.reference.evaluator import Evaluator, InStage, Past
from tests.reference.instants import Instants, last_midnight
from tests.reference.reading import Person, Reading, Span, key_of, uncontradicted
from tests.reference.windows import in_window

from handraise.facts.rows import Activity, Fact
from handraise.model.clocks import due
from handraise.model.conditions import Condition
from handraise.model.fields import FieldCatalog
from handraise.model.lifecycle import PassedBack, Stage
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule
from handraise.model.time import Micros, local_midnight, parse_instant
from handraise.model.triggers import Trigger, firing_id
from handraise.model.truth import Truth
from handraise.playbook.dependencies import rests_on_facts

By = Literal["rule", "act", "passed_back"]


@dataclass(frozen=True, slots=True)
class Firing:
    """A trigger fired for a person; `due_at` is when sales must have acted, where there is a clock."""

    id: str
    trigger: str
    person: str
    at: Micros
    track: str
    due_at: Micros | None


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A person entered a stage. `reason` and `return_on`, the instant at which the date comes, only of who is passed
    back."""

    person: str
    stage: str
    at: Micros
    by: By
    reason: str | None = None
    return_on: Micros | None = None


Steps = list[tuple[Micros, Truth | None]]
"""A verdict and the instants from which on it is so; `None` while nobody bears the name."""


class History:
    """What happened up to `until`. `activated_at` says when triggers started, all at one instant or each at its own;
    without it they always were.

    Sources rank by name unless `source_rank` says otherwise. `also` are further instants to visit: whichever they are, the
    history is the same.
    """

    def __init__(
        self,
        playbook: Playbook,
        facts: Iterable[Fact],
        coverage: Sequence[Span],
        until: Micros,
        catalog: FieldCatalog | None = None,
        source_rank: Mapping[str, int] | None = None,
        activated_at: Micros | Mapping[str, Micros] | None = None,
        also: Iterable[Micros] = (),
    ) -> None:
        self.playbook = playbook
        self.until = until
        self.catalog = catalog or FieldCatalog()
        self._facts, self._coverage, self._rank = uncontradicted(facts), coverage, source_rank
        self._activated_at, self._also = activated_at, {instant for instant in also if instant <= until}
        self._firings: dict[tuple[str, str], list[Firing]] = defaultdict(list)
        self._entries: dict[str, list[StageEntry]] = defaultdict(list)
        self._calibrating: dict[Micros, Evaluator] = {}
        self._visited: list[Micros] = []
        self._is_decayed = Instants(playbook).is_decayed
        self._counted: dict[str, Hashable] = {}
        self._counted_anew: dict[str, list[Micros]] = defaultdict(list)
        self._replay()

    # --- what happened ----------------------------------------------------------------------------

    @property
    def firings(self) -> list[Firing]:
        """By instant, then in the order of the triggers, then by person."""
        order = list(self.playbook.triggers)
        every = [firing for firings in self._firings.values() for firing in firings]
        return sorted(every, key=lambda f: (f.at, order.index(f.trigger), f.person))

    @property
    def entries(self) -> list[StageEntry]:
        """By instant, then by person, then as entered."""
        every = [entry for entries in self._entries.values() for entry in entries]
        return sorted(every, key=lambda e: (e.at, e.person))

    def last_firing(self, trigger: str, person_id: str, up_to: Micros) -> Micros | None:
        """When the trigger last fired for the person, `up_to` included."""
        return max((f.at for f in self._firings[trigger, person_id] if f.at <= up_to), default=None)

    def stage(self, person_id: str, up_to: Micros) -> InStage | None:
        """The stage last entered, `up_to` included."""
        entered = [entry for entry in self._entries[person_id] if entry.at <= up_to]
        return InStage(entered[-1].stage, entered[-1].at) if entered else None

    def track(self, person_id: str, at: Micros) -> str | None:
        """The track a person is on: that of the first trigger whose firing stands."""
        for trigger in self.playbook.triggers.values():
            last = self.last_firing(trigger.key, person_id, at)
            if last is not None and last > trigger.stands_for.before(at, self.playbook.time_zone):
                return trigger.track_name
        return None

    def decide(self, as_of: Micros) -> dict[str, Decision]:
        """The decision about everybody at an instant of the history, by person id."""
        ask = self.evaluator(self.reading(as_of), Now(self, as_of), ages_in_steps=False)
        return {person_id: decision_of(person, ask) for person_id, person in ask.reading.people.items()}

    def steps(self, condition: Condition) -> dict[str, Steps]:
        """The verdict of a condition about everybody over time: only where it changes."""
        told: dict[str, Steps] = {}
        for at in self._instants_of(condition):
            ask = self.evaluator(self.reading(at), Now(self, at), ages_in_steps=True)
            now: dict[str, Truth | None] = dict.fromkeys(told)
            now |= {name: ask.verdict(condition, ask.subject(p)) for name, p in ask.reading.people.items()}
            for name, truth in now.items():
                steps = told.setdefault(name, [])
                if not steps or steps[-1][1] is not truth:
                    steps.append((at, truth))
        return told

    def _instants_of(self, condition: Condition) -> list[Micros]:
        instants = Instants(self.playbook, [condition])
        found = instants.of(self._facts, self._coverage, self.catalog, self.until) | set(self._visited)
        happened = {f.at for f in self.firings} | {e.at for e in self.entries}
        found.update(instant for at in happened for instant in instants.after(at))
        return sorted(instant for instant in found if instant <= self.until)

    # --- the replay -------------------------------------------------------------------------------

    def _replay(self) -> None:
        instants = Instants(self.playbook)
        waiting = instants.of(self._facts, self._coverage, self.catalog, self.until)
        waiting |= self._activations() | self._calibration_instants() | self._also
        before = Before()
        while waiting:
            at = min(waiting)
            waiting.discard(at)
            self._visited.append(at)
            later = self._visit(at, before)
            if any(f.at == at for f in self.firings) or any(e.at == at for e in self.entries):
                later |= instants.after(at)
            waiting |= {instant for instant in later if at < instant <= self.until}

    def _visit(self, at: Micros, before: Before) -> set[Micros]:
        """What fires and who moves at an instant; and the instants, later on, that this brings."""
        reading = self.reading(at)
        self._count(reading)
        moment = Moment(self, reading, before)
        for name in before.disarmed.keys() - reading.people.keys():
            before.disarmed[name].clear()
        is_first = not self._calibrating
        if reading.people and (is_first or calibration_instant(self.playbook, at) == at):
            past = During(moment)
            self._calibrating[at] = Evaluator(self.playbook, reading, self.catalog, None, past)
        for firing in moment.firings():
            self._firings[firing.trigger, firing.person].append(firing)
        return_dates = {r for person in reading.people.values() for r in self._move(person, moment, before)}
        before.in_state = moment.in_state()
        before.applied |= {key_of(a) for p in reading.people.values() for a in reading.activities(p)}
        return return_dates

    def _count(self, reading: Reading) -> None:
        """Notes of whom the engagement score counts something more or less than just before."""
        if not self._is_decayed:
            return
        ask = Evaluator(self.playbook, reading, self.catalog)
        counted = {name: self._counted_of(person, ask) for name, person in reading.people.items()}
        for name, now in counted.items():
            if self._counted.get(name) != now:
                self._counted_anew[name].append(reading.as_of)
        self._counted = counted

    def _counted_of(self, person: Person, ask: Evaluator) -> Hashable:
        found: list[Hashable] = [person.records]
        for rule in self.playbook.engagement.rules:
            if isinstance(rule, BehaviourRule):
                seen = in_window(ask.occurrences(rule.behaviour, person), rule.within, None, ask)
                found.append(frozenset(key_of(a) for a in seen))
            elif rests_on_facts(self.playbook, rule.when):
                found.append(ask.verdict(rule.when, ask.subject(person)))
        return tuple(found)

    def _move(self, person: Person, moment: Moment, before: Before) -> Iterator[Micros]:
        """Acts, then rules, then who is armed again; the return dates that this brings."""
        lifecycle, at = self.playbook.lifecycle, moment.at
        ask, subject = moment.lifecycle, moment.lifecycle.subject(person)
        disarmed = before.disarmed[person.id]
        for stage in lifecycle.stages:
            if moment.acts(stage.on, person, before) and self._present(person) != stage.key:
                self._enter(StageEntry(person.id, stage.key, at, "act"))
        back = lifecycle.passed_back
        acts = moment.acts(back.on, person, before) if back else []
        if back and acts:
            told = max(acts, key=lambda a: (a.at, *_said(a.properties, back))).properties
            return_at = return_instant(told.get(back.return_on), self.playbook.time_zone)
            if return_at is not None:
                return_at = max(return_at, at + 1)
                yield return_at
            self._enter(StageEntry(person.id, back.to, at, "passed_back", told.get(back.reason), return_at))
            for stage in lifecycle.stages[lifecycle.index(back.to) + 1 :]:
                if stage.when is not None and ask.verdict(stage.when, subject) is Truth.IN:
                    disarmed[stage.key] = return_at
        for stage in lifecycle.stages:
            if stage.when is None:
                continue
            is_true = ask.verdict(stage.when, subject) is Truth.IN
            if stage.key in disarmed and (not is_true or _has_come(disarmed[stage.key], at)):
                del disarmed[stage.key]
            if is_true and stage.key not in disarmed and self._is_later(stage, person):
                self._enter(StageEntry(person.id, stage.key, at, "rule"))

    def _present(self, person: Person) -> str | None:
        entries = self._entries[person.id]
        return entries[-1].stage if entries else None

    def _is_later(self, stage: Stage, person: Person) -> bool:
        present, index = self._present(person), self.playbook.lifecycle.index
        return present is None or index(stage.key) > index(present)

    def _enter(self, entry: StageEntry) -> None:
        """Each stage once at an instant, the last way in."""
        entries = self._entries[entry.person]
        entries[:] = [e for e in entries if (e.stage, e.at) != (entry.stage, entry.at)]
        entries.append(entry)

    def _activations(self) -> set[Micros]:
        named = self._activated_at
        if named is None:
            return set()
        return set(named.values()) if isinstance(named, Mapping) else {named}

    def activated_at(self, trigger: Trigger) -> Micros | None:
        """When the trigger started; `None` where it always was."""
        named = self._activated_at
        return named.get(trigger.key) if isinstance(named, Mapping) else named

    def _calibration_instants(self) -> set[Micros]:
        classes = (self.playbook.fit.grades, self.playbook.engagement.levels)
        found: set[Micros] = set()
        if not any(thresholds.are_calibrated for thresholds in classes):
            return found
        at, first = self.until, min((fact.known_at for fact in self._facts), default=self.until)
        while (at := calibration_instant(self.playbook, at)) >= first:
            found.add(at)
            at -= 1
        return found

    # --- asking -----------------------------------------------------------------------------------

    def reading(self, at: Micros) -> Reading:
        return Reading(self._facts, self._coverage, at, self._rank)

    def evaluator(self, reading: Reading, past: Past, *, ages_in_steps: bool) -> Evaluator:
        """One that reads the past so; thresholds are those of the last calibration, if anybody was there."""
        midnight = last_midnight(reading.as_of, self.playbook.time_zone)

        def aged_until(name: str) -> Micros:
            return max([midnight, *(at for at in self._counted_anew[name] if at <= reading.as_of)])

        decayed_at = aged_until if ages_in_steps else None
        calibrated_at = max((at for at in self._calibrating if at <= reading.as_of), default=None)
        cuts = None if calibrated_at is None else self._calibrating[calibrated_at].cuts
        return Evaluator(self.playbook, reading, self.catalog, cuts, past, decayed_at)


def return_instant(text: str | None, zone: str) -> Micros | None:
    """When a return date comes: an instant, or a date at its 00:00; what cannot be read is no date."""
    if text is None:
        return None
    try:
        instant = parse_instant(text)
    except ValueError:
        return None
    written = text.strip()
    return local_midnight(date.fromisoformat(written), zone) if len(written) == 10 else instant


def _said(properties: Mapping[str, str], back: PassedBack) -> tuple[str, str]:
    return properties.get(back.reason) or "", properties.get(back.return_on) or ""


def _has_come(return_at: Micros | None, at: Micros) -> bool:
    return return_at is not None and return_at <= at


# --- one instant --------------------------------------------------------------------------------------


@dataclass
class Before:
    """What was so just before: who was in the state of which trigger, which acts have moved somebody, and which stages
    are disarmed for whom, with their return dates."""

    in_state: set[tuple[str, str]] = field(default_factory=set)
    applied: set[Hashable] = field(default_factory=set)
    disarmed: dict[str, dict[str, Micros | None]] = field(default_factory=lambda: defaultdict(dict))


class Moment:
    """Everybody at one instant of a history that is told up to just before it. What fires is found when it is asked for,
    since one trigger may read another."""

    def __init__(self, history: History, reading: Reading, before: Before) -> None:
        self.history, self.reading, self.at = history, reading, reading.as_of
        self._before = before
        self._asks: dict[str, Evaluator] = {}
        self._states: dict[tuple[str, str], bool] = {}

    @cached_property
    def lifecycle(self) -> Evaluator:
        """Reads firings as they are now, and stages as they were just before."""
        return self.history.evaluator(self.reading, During(self), ages_in_steps=True)

    def _asking_for(self, trigger: Trigger) -> Evaluator:
        """Reads its own firings too as they were just before."""
        if trigger.key not in self._asks:
            past = During(self, own=trigger.key)
            self._asks[trigger.key] = self.history.evaluator(self.reading, past, ages_in_steps=True)
        return self._asks[trigger.key]

    def firings(self) -> list[Firing]:
        people = self.reading.people
        triggers = self.history.playbook.triggers.values()
        return [self._firing(t, name) for t in triggers for name in people if self.fires(t.key, name)]

    def _firing(self, trigger: Trigger, name: str) -> Firing:
        book = self.history.playbook
        due_at = due(self.at, trigger.sla, book.business_hours, book.time_zone) if trigger.sla else None
        return Firing(
            firing_id(trigger.key, name, self.at), trigger.key, name, self.at, trigger.track_name, due_at
        )

    def in_state(self) -> set[tuple[str, str]]:
        """Who is in the state of which trigger, of those that have started."""
        triggers = self.history.playbook.triggers
        return {(key, name) for key in triggers for name in self.reading.people if self._is_true(key, name)}

    def fires(self, key: str, person_id: str) -> bool:
        """Whether the trigger fires for the person now."""
        trigger = self.history.playbook.triggers.get(key)
        if trigger is None or not self._is_true(key, person_id):
            return False
        if self.history.activated_at(trigger) == self.at:
            return trigger.fire_existing
        return (key, person_id) not in self._before.in_state and not self._rests(trigger, person_id)

    def _rests(self, trigger: Trigger, person_id: str) -> bool:
        last = self.history.last_firing(trigger.key, person_id, self.at - 1)
        if last is None or trigger.rest is None:
            return False
        return last > trigger.rest.before(self.at, self.history.playbook.time_zone)

    def _is_true(self, key: str, person_id: str) -> bool:
        """`when` is true and the audience is not out, of a trigger that has started."""
        if (key, person_id) not in self._states:
            self._states[key, person_id] = self._find_state(
                self.history.playbook.triggers[key], self.reading.people.get(person_id)
            )
        return self._states[key, person_id]

    def _find_state(self, trigger: Trigger, person: Person | None) -> bool:
        start = self.history.activated_at(trigger)
        if person is None or (start is not None and self.at < start):
            return False
        ask = self._asking_for(trigger)
        subject = ask.subject(person)
        is_for_them = trigger.audience is None or ask.verdict(trigger.audience, subject) is not Truth.OUT
        return is_for_them and ask.verdict(trigger.when, subject) is Truth.IN

    def acts(self, behaviours: tuple[str, ...], person: Person, before: Before) -> list[Activity]:
        """What of this the person is seen to have done since just before."""
        acts = [a for key in behaviours for a in self.lifecycle.occurrences(key, person)]
        return [a for a in acts if key_of(a) not in before.applied]


# --- how the past is read -----------------------------------------------------------------------------


@dataclass(frozen=True)
class During:
    """As triggers and the lifecycle read it: stages as just before, and so the firings of `own`."""

    moment: Moment
    own: str | None = None

    def last_firing(self, trigger: str, person_id: str) -> Micros | None:
        if trigger != self.own and self.moment.fires(trigger, person_id):
            return self.moment.at
        return self.moment.history.last_firing(trigger, person_id, self.moment.at - 1)

    def stage(self, person_id: str) -> InStage | None:
        return self.moment.history.stage(person_id, self.moment.at - 1)


@dataclass(frozen=True)
class Now:
    """As decisions read it: everything up to the instant."""

    history: History
    at: Micros

    def last_firing(self, trigger: str, person_id: str) -> Micros | None:
        return self.history.last_firing(trigger, person_id, self.at)

    def stage(self, person_id: str) -> InStage | None:
        return self.history.stage(person_id, self.at)

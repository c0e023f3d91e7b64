"""One playbook read over one reading: remembers verdicts and scores, and refuses circles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from tests.reference import conditions, scores, values
from tests.reference.reading import Person, Reading

from handraise.facts.rows import Activity
from handraise.model.conditions import Condition
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Behaviour, Playbook
from handraise.model.time import Micros
from handraise.model.truth import Truth, all_of

if TYPE_CHECKING:
    from tests.reference.scores import EngagementScore, FitScore

Answer = TypeVar("Answer")
Cuts = tuple[int | None, int | None, int | None]
Calibrations = Mapping[str, Cuts]


class Subject(NamedTuple):
    """Who is asked: a person with their account, or an account alone. No account: `None`."""

    person: Person | None
    account: str | None


class InStage(NamedTuple):
    """The stage a person is in, and since when."""

    stage: str
    since: Micros


class Past(Protocol):
    """What was decided earlier and conditions may read, by person id: up to the instant, or to just before it, as the
    reader may."""

    def last_firing(self, trigger: str, person_id: str) -> Micros | None: ...
    def stage(self, person_id: str) -> InStage | None: ...


class NoPast:
    """Nothing has fired, and nobody is in a stage."""

    def last_firing(self, trigger: str, person_id: str) -> Micros | None:
        return None

    def stage(self, person_id: str) -> InStage | None:
        return None


class Evaluator:
    """Answers questions about one playbook at one instant.

    `calibrate` gives the thresholds of calibrated classes, `{"grades": (A, B, C), "levels": (1, 2, 3)}` in
    hundredths, when first asked for; `None` where nobody reaches the class. `decayed_at` tells up to which instant
    somebody's occurrences have aged, which is now unless a history says otherwise.
    """

    def __init__(
        self,
        playbook: Playbook,
        reading: Reading,
        catalog: FieldCatalog,
        calibrate: Callable[[str], Cuts] | None = None,
        past: Past | None = None,
        decayed_at: Callable[[str], Micros] | None = None,
    ) -> None:
        self.playbook = playbook
        self.reading = reading
        self.past: Past = past or NoPast()
        self.decayed_at = decayed_at or (lambda _: reading.as_of)
        self.catalog = catalog
        self._calibrate = calibrate
        self._answers: dict[Hashable, object] = {}
        self._asking: set[Hashable] = set()

    @cached_property
    def now(self) -> values.Now:
        return values.Now(self.reading.as_of, self.playbook.time_zone)

    def subject(self, person: Person) -> Subject:
        return Subject(person, self.reading.account_at(person, self.reading.as_of))

    # --- conditions -------------------------------------------------------------------------------

    def verdict(self, condition: Condition, subject: Subject) -> Truth:
        """The condition's verdict about the subject."""
        return self._once(
            ("verdict", condition, subject), lambda: conditions.verdict(condition, subject, self)
        )

    def open_fields(self, condition: Condition, subject: Subject) -> frozenset[str]:
        """The fields of the open tests of an unknown condition; of a settled one, none (meaning 8)."""
        if self.verdict(condition, subject) is not Truth.UNKNOWN:
            return frozenset()
        return self._once(
            ("open", condition, subject), lambda: conditions.open_fields(condition, subject, self)
        )

    # --- behaviours -------------------------------------------------------------------------------

    def occurrences(self, key: str, person: Person) -> list[Activity]:
        """The visible activities that count as the behaviour, at any time."""
        behaviour = self.playbook.behaviours[key]
        return self._once(
            ("occurrences", key, person.id),
            lambda: [a for a in self.reading.activities(person) if self._counts(behaviour, a)],
        )

    def _counts(self, behaviour: Behaviour, activity: Activity) -> bool:
        if activity.type not in behaviour.activities:
            return False
        return all_of(conditions.where(part, activity, self) for part in behaviour.where) is Truth.IN

    # --- scores -----------------------------------------------------------------------------------

    def fit(self, person: Person) -> FitScore:
        return self._once(("fit", person.id), lambda: scores.fit(person, self))

    def engagement(self, person: Person) -> EngagementScore:
        return self._once(("engagement", person.id), lambda: scores.engagement(person, self))

    def cuts(self, which: str) -> Cuts:
        """Thresholds of `grades` or `levels`, best first, in hundredths."""
        thresholds = self.playbook.fit.grades if which == "grades" else self.playbook.engagement.levels
        if not thresholds.are_calibrated:
            return scores.fixed_cuts(thresholds)
        calibrate = self._calibrate or (lambda name: scores.calibrated_cuts(name, self))
        return self._once(("cuts", which), lambda: calibrate(which))

    # --- memory -----------------------------------------------------------------------------------

    def _once(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        if question not in self._answers:
            with self._guarded(question):
                self._answers[question] = answer()
        return self._answers[question]  # type: ignore[return-value]

    @contextmanager
    def _guarded(self, question: Hashable) -> Iterator[None]:
        if question in self._asking:
            raise ValueError(f"the playbook runs in a circle at {question}")
        self._asking.add(question)
        try:
            yield
        finally:
            self._asking.discard(question)

"""The one place that calls the services: one request at a time, over a store that the server holds.

Every answer is data that is ready for JSON. Nothing here changes the store.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from handraise.engines.warm import Warm
from handraise.facts.store import FactStore
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Micros, iso, parse_instant
from handraise.playbook.files import sources
from handraise.playbook.text import Limits, Source
from handraise.playbook.writer import write
from handraise.services.activating import activation_data
from handraise.services.checking import CheckResult, check_playbook, check_text
from handraise.services.deciding import DecideResult, Deciding, run_data
from handraise.services.explaining import explain_person
from handraise.services.gaps import gaps_at
from handraise.services.grouping import AccountsResult, Grouping
from handraise.services.importing import import_data
from handraise.services.keeping import stored_data
from handraise.services.planning import Planning
from handraise.services.replaying import ChangesResult, Replaying
from handraise.services.segmenting import Segmented
from handraise.services.sources import sources_at
from handraise.services.watching import watch_at
from handraise.web.accounts import AccountsAsked
from handraise.web.accounts import page as page_of_accounts
from handraise.web.errors import RequestError, not_found
from handraise.web.firings import AskedFirings, page_of_firings
from handraise.web.pages import Asked, page
from handraise.web.recent import Recent
from handraise.workspace import Workspace

WAIT_SECONDS = 60.0
MAX_INSTANTS = 100
MICROS_PER_MINUTE: Micros = 60_000_000


class Answers:
    """Answers for one workspace; `store` is its store, open. Requests wait for each other, at most `wait_seconds`."""

    def __init__(self, workspace: Workspace, store: FactStore, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._workspace = workspace
        self._deciding = Deciding(store, workspace.settings, workspace.clock, Warm())
        self._lock = threading.Lock()
        self._wait_seconds = wait_seconds
        self._closing = False
        self._recent: Recent[DecideResult] = Recent()
        self._recent_changes: Recent[ChangesResult] = Recent()
        self._recent_accounts: Recent[AccountsResult] = Recent(
            size=lambda found: int(found.table.nbytes + found.roles.nbytes)
        )
        self._checked: tuple[object, CheckResult] | None = None

    def close(self) -> None:
        """Wait for the request that is being answered; no other is answered after it."""
        self._closing = True
        with self._lock:
            pass

    def ready(self) -> dict[str, Any]:
        """Whether decisions can be asked for. Raises `PlaybookError` where not. A server at work is ready."""
        if self._lock.acquire(blocking=False):
            try:
                self._check().playbook_or_raise()
            finally:
                self._lock.release()
        return {"ready": True}

    def decisions(self, asked: Asked) -> dict[str, Any]:
        """A page of the decisions of an instant."""
        with self._alone():
            decided = self._decided(self._instant(asked.as_of), asked.playbook_version)
        return {**_head(decided), **page(decided, asked)}

    def firings(
        self,
        as_of: str | None,
        since: str | None,
        trigger: str | None,
        limit: int,
        after: int,
        version: str | None,
    ) -> dict[str, Any]:
        """A page of what fired by an instant, after so many firings."""
        with self._alone():
            first = None if since is None else self._instant(since)
            decided = self._decided(self._instant(as_of), version)
        return {**_head(decided), **page_of_firings(decided, AskedFirings(limit, after, first, trigger))}

    def segments(self, as_of: str | None) -> dict[str, Any]:
        """Everybody of an instant, by segment, buyer segment and cell."""
        with self._alone():
            decided = self._decided(self._instant(as_of))
        return {**_head(decided), **Segmented(decided).as_dict()}

    def accounts(self, asked: AccountsAsked) -> dict[str, Any]:
        """A page of the accounts of an instant, with their buying groups."""
        with self._alone():
            found = self._accounts(self._instant(asked.as_of), asked.playbook_version)
        return page_of_accounts(found, asked)

    def explanation(self, person: str, as_of: str | None) -> dict[str, Any]:
        """Why, for one person: what `handraise explain --json` prints."""
        with self._alone():
            playbook = self._check().playbook_or_raise()
            return explain_person(self._deciding, playbook, person, self._instant(as_of)).as_dict()

    def replay(self, first: str, last: str, every: str) -> dict[str, Any]:
        """The decisions of a grid of instants, in figures."""
        with self._alone():
            step = _duration(every)
            checked = self._check()
            between = self._instant(first), self._instant(last)
            _check_grid(*between, step)
            playbook, replaying = checked.playbook_or_raise(), Replaying(self._deciding)
            found = replaying.replay(playbook, *between, step, with_table=False)
        return {"playbook_version": checked.version, **found.as_dict()}

    def changes(self, first: str, last: str, limit: int, after: int, version: str | None) -> dict[str, Any]:
        """A page of the moves of a period, after so many of them."""
        with self._alone():
            current, found = self._changes(self._instant(first), self._instant(last), version)
        moves = found.rows(limit, after)
        pinned = {
            "from": iso(found.after),
            "to": iso(found.until),
            "playbook_version": current,
            "limit": limit,
            "after": after + len(moves),
        }
        more = after + len(moves) < len(found.table)
        following = f"/v1/changes?{urlencode(pinned)}" if moves and more else None
        return {"playbook_version": current, **found.as_dict(), "moves": moves, "next": following}

    def plan(self, text: str, first: str | None, last: str | None, examples: int) -> dict[str, Any]:
        """What would be other by the playbook of a text. Only the text is read, no file that it names."""
        with self._alone():
            in_force = self._check()
            in_force.playbook_or_raise()
            proposed = check_text(text, "playbook", self._deciding.catalog())
            if proposed.playbook is None:
                n = proposed.n_errors
                raise RequestError(
                    f"The playbook that was sent has {n} {'error' if n == 1 else 'errors'}.",
                    ("They are under `problems`.",),
                    status=HTTPStatus.UNPROCESSABLE_ENTITY,
                    code="bad_playbook",
                    problems=proposed.problems,
                )
            after = None if first is None else self._instant(first)
            planning = Planning(self._deciding)
            return planning.plan(in_force, proposed, after, self._instant(last), examples=examples).as_dict()

    def runs(self, limit: int, after: str | None) -> dict[str, Any]:
        """The stored runs, the latest first; those after a run, where one is given."""
        with self._alone():
            found = self._deciding.store.runs()
        first = 0 if after is None else _place([r.id for r in found], after) + 1
        shown = found[first : first + limit]
        more = first + limit < len(found)
        following = f"/v1/runs?limit={limit}&after={shown[-1].id}" if more else None
        return {"runs": [run_data(r) for r in shown], "next": following}

    def run(self, run_id: str) -> dict[str, Any]:
        """A stored run with the playbook that it was decided by."""
        with self._alone():
            found = self._deciding.store.runs()
        run = found[_place([r.id for r in found], run_id)]
        finished = None if run.finished_at is None else iso(run.finished_at)
        return {**run_data(run), "finished_at": finished, "playbook": run.playbook_text}

    def gaps(self, as_of: str | None) -> dict[str, Any]:
        """What is undecided, and which facts would settle how many: what `handraise gaps --json` prints."""
        with self._alone():
            playbook = self._check().playbook_or_raise()
            return gaps_at(self._deciding, playbook, self._instant(as_of)).as_dict()

    def sources(self, as_of: str | None) -> dict[str, Any]:
        """What each source holds, and what of it the playbook asks: what `handraise sources --json` prints."""
        with self._alone():
            playbook = self._check().playbook_or_raise()
            return sources_at(self._deciding, playbook, self._instant(as_of)).as_dict()

    def alarms(self, as_of: str | None) -> dict[str, Any]:
        """What is unusually quiet, emptied, drifted or late: what `handraise watch --json` prints."""
        with self._alone():
            playbook = self._check().playbook_or_raise()
            return watch_at(self._deciding, playbook, self._instant(as_of)).as_dict()

    def imports(self) -> dict[str, Any]:
        """Every import with its reconciliation, also those undone."""
        with self._alone():
            found = self._deciding.store.imports()
        return {"imports": [import_data(i) for i in found]}

    def activations(self) -> dict[str, Any]:
        """Which playbook was in force since when, in order of time."""
        with self._alone():
            found = self._deciding.store.activations()
        return {"activations": [activation_data(a) for a in found]}

    def calibrations(self, every: bool) -> dict[str, Any]:
        """The calibrations that are facts, by instant; with `every` also those that decisions about the past worked out."""
        with self._alone():
            found = self._deciding.store.calibrations()
        shown = [c for c in found if c.n_people and (every or c.known_at is not None)]
        return {"calibrations": [stored_data(c) for c in shown]}

    def playbook(self) -> dict[str, Any]:
        """The playbook as it stands: canonical text, version and plain English, or else its problems."""
        with self._alone():
            checked = self._check()
        playbook = checked.playbook
        return {
            "ok": playbook is not None,
            "name": playbook.name if playbook else None,
            "version": checked.version,
            "text": write(playbook) if playbook else None,
            "english": checked.english() if playbook else None,
            "set_aside": [{"where": s.where, "reason": s.reason} for s in playbook.set_aside]
            if playbook
            else [],
            "problems": [p.as_dict() for p in checked.problems],
        }

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._wait_seconds):
            raise _unavailable("busy", "Other requests have kept this one waiting for too long.")
        try:
            if self._closing:
                raise _unavailable("stopping", "The server is being stopped.")
            yield
        finally:
            self._lock.release()

    def _check(self) -> CheckResult:
        """The playbook, read again where its text has changed."""
        path = self._workspace.playbook_path()
        texts: tuple[tuple[Source, ...], object] = sources(path, Limits())
        if self._checked is None or self._checked[0] != texts:
            self._checked = texts, check_playbook(path, self._deciding.catalog(), None)
        return self._checked[1]

    def _decided(self, as_of: Micros, version: str | None = None) -> DecideResult:
        """The decisions of an instant by the playbook as it stands, or by the version that an earlier page showed."""
        if version is not None and (kept := self._recent.get((version, as_of))):
            return kept
        playbook, current = self._in_force(version)
        kept = self._recent.get((current, as_of))
        if kept is None:
            kept = self._deciding.look(playbook, as_of)
            self._recent.keep((current, as_of), kept)
        return kept

    def _changes(self, after: Micros, until: Micros, version: str | None) -> tuple[str, ChangesResult]:
        """The moves of a period, by the playbook as it stands or the version that an earlier page showed; and that version."""
        if version is not None and (kept := self._recent_changes.get((version, after, until))):
            return version, kept
        playbook, current = self._in_force(version)
        kept = self._recent_changes.get((current, after, until))
        if kept is None:
            kept = Replaying(self._deciding).changes(playbook, after, until)
            self._recent_changes.keep((current, after, until), kept)
        return current, kept

    def _accounts(self, as_of: Micros, version: str | None) -> AccountsResult:
        """The accounts of an instant, by the playbook as it stands or by the version that an earlier page showed."""
        if version is not None and (kept := self._recent_accounts.get((version, as_of))):
            return kept
        playbook, current = self._in_force(version)
        kept = self._recent_accounts.get((current, as_of))
        if kept is None:
            kept = Grouping(self._deciding).accounts(playbook, as_of)
            self._recent_accounts.keep((current, as_of), kept)
        return kept

    def _in_force(self, version: str | None) -> tuple[Playbook, str]:
        """The playbook as it stands, and its version. Raises `RequestError` where an earlier page showed another."""
        checked = self._check()
        playbook, current = checked.playbook_or_raise(), str(checked.version)
        if version not in (None, current):
            raise RequestError(
                "The playbook has changed since the first page.",
                ("Ask for the first page again, without `playbook_version` and `after`.",),
                status=HTTPStatus.CONFLICT,
                code="playbook_changed",
            )
        return playbook, current

    def _instant(self, given: str | None) -> Micros:
        """As the command line reads it; now is the minute that has begun, so that it can be asked for twice."""
        text = given if given is not None else self._workspace.settings.as_of
        if text is None:
            return self._workspace.clock() // MICROS_PER_MINUTE * MICROS_PER_MINUTE
        try:
            return parse_instant(text)
        except ValueError as error:
            advice = ("In an address, `+` is written `%2B`.",) if " " in text else ()
            raise RequestError(str(error), advice, code="bad_instant") from error


def _head(decided: DecideResult) -> dict[str, Any]:
    return {
        "as_of": iso(decided.as_of),
        "horizon": decided.horizon,
        "playbook_version": decided.playbook_version,
    }


def _duration(given: str) -> Duration:
    try:
        return Duration.parse(given)
    except ValueError as error:
        raise RequestError(str(error), code="bad_length") from error


def _check_grid(first: Micros, last: Micros, step: Duration) -> None:
    """Raises `RequestError` for more instants than one request may ask for."""
    if Duration(step.count * MAX_INSTANTS, step.unit).after(first, "UTC") <= last:
        raise RequestError(
            f"Every {step} from {iso(first)} to {iso(last)} is more than {MAX_INSTANTS} instants.",
            ("Take longer steps, or ask for a part of the time.",),
        )


def _unavailable(code: str, sentence: str) -> RequestError:
    return RequestError(
        sentence,
        ("Ask again later.",),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        code=code,
        headers={"Retry-After": "30"},
    )


def _place(runs: Sequence[str], run_id: str) -> int:
    if run_id not in runs:
        raise not_found(f"There is no run `{run_id}`.", "GET /v1/runs lists them.")
    return runs.index(run_id)

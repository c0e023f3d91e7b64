"""The routes. Each reads what was asked for and hands over to `Answers`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from handraise.errors import HandraiseError
from handraise.services.planning import MOST_EXAMPLES, USUAL_EXAMPLES
from handraise.version import __version__
from handraise.web.access import Access
from handraise.web.accounts import AccountsAsked
from handraise.web.answers import Answers
from handraise.web.border import Border
from handraise.web.errors import Json, RequestError, answer_to, said
from handraise.web.pages import Asked

MAX_ROWS = 1000
MAX_NAME = 512  # characters of an id, an address or a key
MAX_INSTANT = 64
MAX_MOVES = 1_000_000_000

Text = Annotated[str | None, Field(max_length=MAX_NAME)]
Instant = Annotated[str | None, Field(max_length=MAX_INSTANT)]
NeededInstant = Annotated[str, Field(max_length=MAX_INSTANT)]
Limit = Annotated[int, Field(ge=1, le=MAX_ROWS)]
PersonInPath = Annotated[str, Path(max_length=MAX_NAME)]


class NothingAsked(BaseModel):
    """A route without parameters. A parameter that there is not is refused, as it would change nothing."""

    model_config = ConfigDict(extra="forbid")


class AskedInstant(NothingAsked):
    as_of: Instant = None


class AskedRuns(NothingAsked):
    limit: Limit = 100
    after: Text = None


class AskedCalibrations(NothingAsked):
    every: bool = Field(default=False, alias="all")


class AskedReplay(NothingAsked):
    first: NeededInstant = Field(alias="from")
    last: NeededInstant = Field(alias="to")
    every: Annotated[str, Field(max_length=MAX_INSTANT)] = "1 week"


class AskedChanges(NothingAsked):
    first: NeededInstant = Field(alias="from")
    last: NeededInstant = Field(alias="to")
    limit: Limit = 100
    after: Annotated[int, Field(ge=0, le=MAX_MOVES)] = 0
    playbook_version: Text = None


class AskedPlan(NothingAsked):
    first: Instant = Field(default=None, alias="from")
    last: Instant = Field(default=None, alias="to")
    examples: Annotated[int, Field(ge=0, le=MOST_EXAMPLES)] = USUAL_EXAMPLES


class Proposed(BaseModel):
    """The body of a plan: the text of the proposed playbook, in one piece."""

    model_config = ConfigDict(extra="forbid", strict=True)

    playbook: str


class AskedAccounts(AskedRuns):
    as_of: Instant = None
    missing: Text = None
    segment: Text = None
    playbook_version: Text = None


class AskedDecisions(AskedRuns):
    as_of: Instant = None
    segment: Text = None
    rank: Text = None
    playbook_version: Text = None


class AskedFirings(NothingAsked):
    as_of: Instant = None
    since: Instant = None
    trigger: Text = None
    limit: Limit = 100
    after: Annotated[int, Field(ge=0, le=MAX_MOVES)] = 0
    playbook_version: Text = None


def make_app(answers: Answers, access: Access) -> Border:
    """The application, with its border around it."""
    app = FastAPI(
        title="Handraise",
        version=__version__,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        default_response_class=Json,
        dependencies=[Depends(_each_parameter_once)],
    )
    _add_state(app, answers)
    _add_results(app, answers)
    _add_past(app, answers)
    app.add_exception_handler(HandraiseError, _failed)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _no_such_thing)
    app.add_exception_handler(Exception, _failed)
    return Border(app, access)


def _add_state(app: FastAPI, answers: Answers) -> None:
    @app.get("/healthz")
    async def healthz(asked: Annotated[NothingAsked, Query()]) -> Json:
        """Whether the server answers at all."""
        return Json({"ok": True})

    @app.get("/readyz")
    async def readyz(asked: Annotated[NothingAsked, Query()]) -> Json:
        """Whether decisions can be asked for: the store is held and the playbook has no errors."""
        return Json(answers.ready())


def _add_results(app: FastAPI, answers: Answers) -> None:
    @app.get("/v1/decisions")
    def decisions(asked: Annotated[AskedDecisions, Query()]) -> Json:
        """The decision table, a page at a time."""
        return Json(answers.decisions(Asked(**asked.model_dump())))

    @app.get("/v1/people/{person:path}/explanation")
    def explanation(person: PersonInPath, asked: Annotated[AskedInstant, Query()]) -> Json:
        """Why, for one person."""
        return Json(answers.explanation(person, asked.as_of))

    @app.get("/v1/firings")
    def firings(asked: Annotated[AskedFirings, Query()]) -> Json:
        """Which triggers fired by an instant, a page at a time."""
        paged = asked.limit, asked.after, asked.playbook_version
        return Json(answers.firings(asked.as_of, asked.since, asked.trigger, *paged))

    @app.get("/v1/segments")
    def segments(asked: Annotated[AskedInstant, Query()]) -> Json:
        """Everybody by segment, buyer segment and cell."""
        return Json(answers.segments(asked.as_of))

    @app.get("/v1/accounts")
    def accounts(asked: Annotated[AskedAccounts, Query()]) -> Json:
        """Accounts with their segments and buying groups, a page at a time."""
        return Json(answers.accounts(AccountsAsked(**asked.model_dump())))

    @app.get("/v1/runs")
    def runs(asked: Annotated[AskedRuns, Query()]) -> Json:
        """The stored runs, the latest first."""
        return Json(answers.runs(asked.limit, asked.after))

    @app.get("/v1/runs/{run_id}")
    def run(
        run_id: Annotated[str, Path(max_length=MAX_NAME)], asked: Annotated[NothingAsked, Query()]
    ) -> Json:
        """One stored run, with its playbook."""
        return Json(answers.run(run_id))

    @app.get("/v1/gaps")
    def gaps(asked: Annotated[AskedInstant, Query()]) -> Json:
        """What is undecided, of how many, and which facts would settle how many."""
        return Json(answers.gaps(asked.as_of))

    @app.get("/v1/sources")
    def sources(asked: Annotated[AskedInstant, Query()]) -> Json:
        """What each source holds, and what of it the playbook asks."""
        return Json(answers.sources(asked.as_of))

    @app.get("/v1/alarms")
    def alarms(asked: Annotated[AskedInstant, Query()]) -> Json:
        """What is unusually quiet, emptied, drifted or late, and whose it is to look at."""
        return Json(answers.alarms(asked.as_of))

    @app.get("/v1/imports")
    def imports(asked: Annotated[NothingAsked, Query()]) -> Json:
        """What was imported, reconciled, as `handraise imports --json`."""
        return Json(answers.imports())

    @app.get("/v1/activations")
    def activations(asked: Annotated[NothingAsked, Query()]) -> Json:
        """Which playbook was in force since when."""
        return Json(answers.activations())

    @app.get("/v1/calibrations")
    def calibrations(asked: Annotated[AskedCalibrations, Query()]) -> Json:
        """The stored thresholds by share, and since when each is known."""
        return Json(answers.calibrations(asked.every))

    @app.get("/v1/playbook")
    def playbook(asked: Annotated[NothingAsked, Query()]) -> Json:
        """The playbook as it stands."""
        return Json(answers.playbook())


def _add_past(app: FastAPI, answers: Answers) -> None:
    @app.get("/v1/replay")
    def replay(asked: Annotated[AskedReplay, Query()]) -> Json:
        """The decisions of past instants in figures, each from what was known then."""
        return Json(answers.replay(asked.first, asked.last, asked.every))

    @app.get("/v1/changes")
    def changes(asked: Annotated[AskedChanges, Query()]) -> Json:
        """Who moved between ranks, buyer segments and stages, when, and because of which facts, a page at a time."""
        return Json(
            answers.changes(asked.first, asked.last, asked.limit, asked.after, asked.playbook_version)
        )

    @app.post("/v1/plan")
    def plan(asked: Annotated[AskedPlan, Query()], proposed: Proposed) -> Json:
        """What would be other if the playbook that is sent were in force."""
        return Json(answers.plan(proposed.playbook, asked.first, asked.last, asked.examples))


def _each_parameter_once(request: Request) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RequestError(f"`{twice[:MAX_INSTANT]}` is given more than once.")


def _failed(request: Request, error: Exception) -> Json:
    return answer_to(error)


def _not_understood(request: Request, error: Exception) -> Json:
    """Each parameter that is wrong, in one sentence each; the first is the message."""
    problems = error.errors() if isinstance(error, RequestValidationError) else ()
    found = [_sentence(str(p["loc"][-1])[:MAX_INSTANT], str(p["type"]), str(p["msg"])) for p in problems]
    first, *others = found or ["The request was not understood."]
    return said(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_parameter", first, tuple(others[:10]))


def _sentence(name: str, kind: str, message: str) -> str:
    if kind == "json_invalid":
        return "The body is not JSON."
    if kind == "extra_forbidden":
        return f"There is no parameter `{name}` here."
    return f"`{name}`: {message[:1].lower()}{message[1:]}."


def _no_such_thing(request: Request, error: Exception) -> Json:
    """What the router says: there is no such address (404), or it is asked for in another way (405)."""
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    headers = dict(getattr(error, "headers", None) or {})
    if status is HTTPStatus.NOT_FOUND:
        return said(status, "not_found", "There is nothing at this address.", ("See docs/http.md.",), headers)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        sentence = "This server changes nothing: it is asked with GET, and for a plan with POST."
        return said(status, "read_only", sentence, (), headers)
    return said(status, status.name.lower(), f"{status.phrase}.", (), headers)

"""What a person is told when something goes wrong, and the exit code that goes with it."""

from __future__ import annotations

import json
import os
import sys
import traceback

from handraise.errors import ExitCode, HandraiseError, Problem


def problems_of(error: HandraiseError) -> tuple[Problem, ...]:
    return tuple(getattr(error, "problems", ()))


def fail(error: Exception, as_json: bool) -> int:
    """Say what went wrong (JSON on standard output, else text on standard error); returns the exit code."""
    if isinstance(error, HandraiseError):
        return _say(error.sentence, error.advice, problems_of(error), error.exit_code, as_json)
    if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return _say(f"`{error.filename}`: {_os_words(error)}.", (), (), ExitCode.USAGE, as_json)
    if isinstance(error, OSError) and error.errno == 28:
        return _say("There is no space left on the disk.", (), (), ExitCode.ENGINE, as_json)
    return _our_fault(error, as_json)


def _our_fault(error: Exception, as_json: bool) -> int:
    if os.environ.get("HANDRAISE_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119 - a name for the message, no path
    sentence = f"This is our fault, not yours: {type(error).__name__} at {where}."
    advice = ("Nothing was changed. Set HANDRAISE_DEBUG=1 to see the details, and report them.",)
    return _say(sentence, advice, (), ExitCode.OUR_FAULT, as_json)


def _say(
    sentence: str, advice: tuple[str, ...], problems: tuple[Problem, ...], code: ExitCode, as_json: bool
) -> int:
    if as_json:
        said = {"error": sentence, "advice": list(advice), "problems": [p.as_dict() for p in problems]}
        print(json.dumps({**said, "exit_code": int(code)}, ensure_ascii=False, indent=2))
        return int(code)
    for problem in problems:
        print(f"{problem}\n", file=sys.stderr)
    print(sentence, file=sys.stderr)
    for line in advice:
        print(f"  {line}", file=sys.stderr)
    return int(code)


def _os_words(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "there are no rights to it"
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    return "it is a folder" if isinstance(error, IsADirectoryError) else "a part of the path is a file"

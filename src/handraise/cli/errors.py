"""What a person is told when something goes wrong, and the exit code that goes with it."""

from __future__ import annotations

import errno
import os
import sys
import traceback

from handraise.cli.output import ERRORS, print_json
from handraise.errors import ExitCode, HandraiseError, Problem


def problems_of(error: HandraiseError) -> tuple[Problem, ...]:
    return tuple(getattr(error, "problems", ()))


def fail(error: Exception, as_json: bool) -> int:
    """Say what went wrong (JSON on standard output, else text on standard error); returns the exit code."""
    if isinstance(error, HandraiseError):
        return _say(error.sentence, error.advice, problems_of(error), error.exit_code, as_json)
    if isinstance(error, OSError):
        code = ExitCode.ENGINE if error.errno == errno.ENOSPC else ExitCode.USAGE
        return _say(_os_sentence(error), (), (), code, as_json)
    if type(error).__module__.lstrip("_").startswith("duckdb"):
        sentence = f"The store could not do this: {str(error).partition(chr(10))[0]}"
        advice = ("If the file is damaged, restore it, or remove it and import again.",)
        return _say(sentence, advice, (), ExitCode.ENGINE, as_json)
    return _our_fault(error, as_json)


def _our_fault(error: Exception, as_json: bool) -> int:
    if os.environ.get("HANDRAISE_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119 - a name for the message, no path
    sentence = f"This is our fault, not yours: {type(error).__name__} at {where}."
    advice = ("Set HANDRAISE_DEBUG=1 to see the details, and report them.",)
    return _say(sentence, advice, (), ExitCode.OUR_FAULT, as_json)


def _say(
    sentence: str, advice: tuple[str, ...], problems: tuple[Problem, ...], code: ExitCode, as_json: bool
) -> int:
    if as_json:
        said = {"error": sentence, "advice": list(advice), "problems": [p.as_dict() for p in problems]}
        print_json({**said, "exit_code": int(code)})
        return int(code)
    for problem in problems:
        ERRORS.print(f"{problem}\n", soft_wrap=True)
    if any(sentence == problem.sentence for problem in problems):  # it was said with its place
        return int(code)
    ERRORS.print(sentence, soft_wrap=True)
    for line in advice:
        ERRORS.print(f"  {line}", soft_wrap=True)
    return int(code)


def _os_sentence(error: OSError) -> str:
    """What the operating system says, with the file it says it of."""
    words = {
        errno.EACCES: "there are no rights to it",
        errno.EPERM: "there are no rights to it",
        errno.EROFS: "it cannot be written to",
        errno.ENOENT: "there is no such file or folder",
        errno.EISDIR: "it is a folder",
        errno.ENOTDIR: "a part of the path is a file",
        errno.EEXIST: "a file of that name is in the way",
        errno.ENOSPC: "there is no space left on the disk",
        errno.ENAMETOOLONG: "the name is too long",
    }
    said = words.get(error.errno or 0, error.strerror or str(error))
    return f"`{error.filename}`: {said}." if error.filename else f"{said[0].upper()}{said[1:]}."

"""The codes of everything that can be wrong in a playbook: one explicit table.

`PB1xx` the text itself, `PB2xx` names, `PB3xx` values, `PB4xx` meaning, `PB5xx` what is read but not
decided. Each code has a wrong file and its exact output in `tests/playbook/problems`.
"""

from __future__ import annotations

from dataclasses import dataclass

from handraise.errors import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, what it stands for, and how grave it is."""

    code: str
    title: str
    severity: Severity = Severity.ERROR


_ERRORS = """
PB101 | The text is not YAML
PB102 | A key is written twice in one place
PB103 | A key is written in two files
PB104 | The text is too large
PB105 | The text is nested too deeply
PB106 | Too many aliases
PB107 | YAML tags are not part of the language
PB108 | A file cannot be read
PB109 | Merge keys are not part of the language
PB110 | A key is not a word
PB111 | There is nothing in it
PB112 | A file holds several documents
PB201 | Unknown word
PB202 | Something is missing
PB203 | Another kind of thing is expected
PB204 | Unknown field
PB205 | The field belongs to something else
PB206 | Unknown behaviour
PB207 | Unknown segment
PB208 | Unknown group
PB209 | Unknown grade, level or rank
PB210 | Unknown kind of activity
PB211 | Unknown condition
PB212 | Unknown comparison
PB213 | Unknown choice
PB214 | Unknown time zone
PB215 | Not a name
PB216 | A name is used twice
PB218 | Unknown product, program, status, offer or role
PB219 | Unknown trigger, track or stage
PB220 | A property of an activity is kept, but not tested
PB301 | Not a whole number
PB302 | Not a number
PB303 | Not true or false
PB304 | Not a date or an instant
PB305 | Not a duration
PB306 | The comparison does not fit the field
PB307 | Not a pattern
PB308 | Out of range
PB309 | Not a threshold
PB310 | A list is empty
PB311 | Not a text
PB312 | The wrong way round
PB313 | Two things that exclude each other
PB314 | Too many decimals
PB401 | Decisions go round in a circle
PB402 | Thresholds are out of order
PB403 | Thresholds of two kinds
PB404 | More conditions are asked for than there are
PB405 | A definition is empty
PB406 | A buyer segment has no condition
PB407 | The last buyer segment does not take everybody else
PB408 | A cap for a group that no rule uses
PB409 | A question about a person, asked of an account
PB413 | `always` stands where it decides nothing
"""
_WARNINGS = """
PB113 | A word that other tools read as something else
PB217 | A term that nothing uses
PB410 | Never true
PB411 | Always true
PB412 | Two behaviours with the same definition
PB414 | Two segments, triggers or roles with the same definition
PB501 | Read but not decided yet
"""


def _codes(rows: str, severity: Severity) -> tuple[Code, ...]:
    cells = (row.split("|", 1) for row in rows.strip().splitlines())
    return tuple(Code(code.strip(), title.strip(), severity) for code, title in cells)


CODES: dict[str, Code] = {
    c.code: c for c in (*_codes(_ERRORS, Severity.ERROR), *_codes(_WARNINGS, Severity.WARNING))
}

"""Why a person's record is doubted: closed codes, each with a weight and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """What a reason settles alone."""

    STRONG = "strong"
    """Junk by itself."""
    WEAK = "weak"
    """Junk together with another weak reason of another field; alone it leaves open whether."""
    NOTE = "note"
    """Says something else (a student, a role mailbox), nothing of junk."""


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A code, what it weighs, and its sentence; `{}` stands for the evidence."""

    code: str
    weight: Weight
    sentence: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One doubt about one value: the code, the field it is of, and the evidence, as it was written."""

    code: str
    field: str
    evidence: str

    @property
    def weight(self) -> Weight:
        return CODES[self.code].weight

    @property
    def sentence(self) -> str:
        return CODES[self.code].sentence.replace("{}", self.evidence)


_CODES = """
fictional_name      | strong | `{}` is nobody: a figure of stories, or a sample in forms.
test_name           | strong | The whole name `{}` is made of words for tests.
keyboard_name       | strong | `{}` is a run of neighbouring keys.
no_letters_in_name  | strong | The name `{}` has no letter.
address_in_name     | strong | The name `{}` holds a web address.
code_in_name        | strong | The name `{}` is a program's text, not a person's.
offensive_name      | strong | The name `{}` is an insult, or a refusal to give one.
disposable_mailbox  | strong | Mailboxes at `{}` are thrown away after minutes.
sample_person       | weak   | `{}` is a name that forms use as a sample.
famous_name         | weak   | `{}` is the name of somebody famous; other people bear it too.
placeholder_name    | weak   | `{}` stands where a name should be.
digits_in_name      | weak   | The name `{}` holds digits.
unpronounceable_name| weak   | The name `{}` has no vowel.
keyboard_mailbox    | weak   | The mailbox `{}` is a run of neighbouring keys, or one letter repeated.
test_mailbox        | weak   | The mailbox `{}` is named for tests.
reserved_domain     | weak   | The domain `{}` is reserved for examples and never takes mail.
impossible_address  | weak   | `{}` cannot be an e-mail address.
impossible_phone    | weak   | No telephone has the number `{}`.
fake_phone          | weak   | The number `{}` is counted up, or one digit repeated.
test_company        | weak   | The company `{}` is named for tests, or is no company.
keyboard_company    | weak   | The company `{}` is a run of neighbouring keys.
role_mailbox        | note   | `{}` is read by a team, not by one person.
free_mailbox        | note   | Anybody gets a mailbox at `{}`: it says nothing of an employer.
unassigned_phone    | note   | Numbers such as `{}` are possible but not in use.
academic_mailbox    | note   | `{}` is a school's or university's.
student_mailbox     | note   | `{}` is for a school's or university's students.
student_title       | note   | The title `{}` is a student's.
own_employee        | note   | `{}` is our own.
competitor          | note   | `{}` is a competitor's.
purchased_list      | note   | The source `{}` is a purchased list.
"""


def _codes() -> Iterator[ReasonCode]:
    for row in _CODES.strip().splitlines():
        code, weight, sentence = (cell.strip() for cell in row.split("|"))
        yield ReasonCode(code, Weight(weight), sentence)


CODES = {code.code: code for code in _codes()}

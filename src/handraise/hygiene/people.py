"""What a person's own values tell of the record: junk, student, employee, competitor, purchased; each with reasons.

Every verdict is True, False or None. Unknown is a value: None where the values that would settle it are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace

from handraise.hygiene.companies import company_key, company_reasons
from handraise.hygiene.mailboxes import Mailbox, is_under, mailbox_of, mailbox_reasons
from handraise.hygiene.names import is_missing, name_reasons
from handraise.hygiene.phones import phone_reasons
from handraise.hygiene.places import country_of
from handraise.hygiene.reasons import Reason, Weight
from handraise.hygiene.sources import is_purchased_source
from handraise.hygiene.titles import read_title
from handraise.hygiene.titles.words import fold

MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What one record says of a person; what it does not say is None. Names as in `model/fields.py`."""

    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    title: str | None = None
    company: str | None = None
    country: str | None = None
    lead_source: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Whom we and the competitors are: registrable domains in lower case, company names as they are written."""

    own_domains: frozenset[str] = frozenset()
    own_names: frozenset[str] = frozenset()
    competitor_domains: frozenset[str] = frozenset()
    competitor_names: frozenset[str] = frozenset()
    own_keys: frozenset[str] = field(init=False)
    competitor_keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_keys", _keys(self.own_names))
        object.__setattr__(self, "competitor_keys", _keys(self.competitor_names))


def _keys(names: frozenset[str]) -> frozenset[str]:
    return frozenset(key for name in names if (key := company_key(name)))


NOBODY_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    """The verdicts on one record, and all reasons in the order of the fields.

    is_junk       True on a strong reason, or on weak ones of two fields. None while one weak reason stands alone, or
                  name or e-mail address is missing: what is not there could still show it.
    is_student    the title says so, or the mailbox is for students; None where neither tells.
    is_employee   the mailbox or company is one of ours; None where there is neither, or nothing is known of us.
    is_competitor the same of competitors.
    is_purchased  the lead source says so; None without one.
    is_role_mailbox, is_free_mail   None without a possible address.
    """

    reasons: tuple[Reason, ...]
    is_junk: bool | None
    is_student: bool | None
    is_employee: bool | None
    is_competitor: bool | None
    is_purchased: bool | None
    is_role_mailbox: bool | None
    is_free_mail: bool | None


def review_person(person: PersonValues, known: Known = NOBODY_KNOWN) -> PersonVerdict:
    """All verdicts on one record, with every reason there is."""
    person = _capped(person)
    mailbox = mailbox_of(person.email)
    reasons = tuple(_reasons(person, mailbox, known))
    codes = {reason.code for reason in reasons}
    return PersonVerdict(
        reasons,
        is_junk=_is_junk(person, mailbox, reasons),
        is_student=_is_student(person, codes),
        is_employee=_belongs(person, mailbox, known.own_domains, known.own_keys),
        is_competitor=_belongs(person, mailbox, known.competitor_domains, known.competitor_keys),
        is_purchased=is_purchased_source(person.lead_source),
        is_role_mailbox=None if mailbox is None else "role_mailbox" in codes,
        is_free_mail=None if mailbox is None else "free_mailbox" in codes,
    )


def _capped(person: PersonValues) -> PersonValues:
    long = {
        f.name: v[:MOST_CHARACTERS]
        for f in fields(person)
        if (v := getattr(person, f.name)) and len(v) > MOST_CHARACTERS
    }
    return replace(person, **long) if long else person


def _reasons(person: PersonValues, mailbox: Mailbox | None, known: Known) -> Iterator[Reason]:
    yield from _name_reasons(person, mailbox)
    if mailbox is not None:
        yield from mailbox_reasons(mailbox)
    elif person.email is not None and not is_missing(person.email):
        yield Reason("impossible_address", "email", person.email)
    country = country_of(person.country)
    yield from phone_reasons(person.phone, country, "phone")
    yield from phone_reasons(person.mobile_phone, country, "mobile_phone")
    yield from company_reasons(person.company)
    yield from _belonging_reasons(person, mailbox, known)
    if person.title and read_title(person.title).is_student:
        yield Reason("student_title", "title", person.title)
    if person.lead_source and is_purchased_source(person.lead_source):
        yield Reason("purchased_list", "lead_source", person.lead_source)


def _name_reasons(person: PersonValues, mailbox: Mailbox | None) -> Iterator[Reason]:
    """A sample or famous name that its own mailbox at an employer bears out is somebody's name after all."""
    for reason in name_reasons(person.first_name, person.last_name, person.name):
        if (
            reason.code in ("sample_person", "famous_name")
            and mailbox is not None
            and _bears_out(mailbox, reason.evidence)
        ):
            continue
        yield reason


def _bears_out(mailbox: Mailbox, name: str) -> bool:
    words = fold(name).split()
    return (
        not mailbox.is_free
        and not mailbox.is_disposable
        and len(words) > 1
        and words[-1] in fold(mailbox.local)
    )


def _belonging_reasons(person: PersonValues, mailbox: Mailbox | None, known: Known) -> Iterator[Reason]:
    for code, domains, keys in (
        ("own_employee", known.own_domains, known.own_keys),
        ("competitor", known.competitor_domains, known.competitor_keys),
    ):
        if mailbox is not None and is_under(mailbox.domain, domains):
            yield Reason(code, "email", mailbox.domain)
        elif keys and person.company and company_key(person.company) in keys:
            yield Reason(code, "company", person.company)


def _is_junk(person: PersonValues, mailbox: Mailbox | None, reasons: tuple[Reason, ...]) -> bool | None:
    if any(reason.weight is Weight.STRONG for reason in reasons):
        return True
    doubted = {_doubted_field(reason) for reason in reasons if reason.weight is Weight.WEAK}
    # A John Doe with an employer may be one; with a mailbox for anybody he is nobody.
    if mailbox is not None and mailbox.is_free and any(reason.code == "sample_person" for reason in reasons):
        doubted.add("email")
    if len(doubted) > 1:
        return True
    names = (person.first_name, person.last_name, person.name)
    if doubted or mailbox is None or all(is_missing(name) for name in names):
        return None
    return False


def _doubted_field(reason: Reason) -> str:
    """Both halves of a name are one field, and both telephones."""
    if "name" in reason.field:
        return "name"
    return "phone" if reason.field == "mobile_phone" else reason.field


def _is_student(person: PersonValues, codes: set[str]) -> bool | None:
    by_title = read_title(person.title).is_student
    if by_title is not None:
        return by_title
    return True if "student_mailbox" in codes else None


def _belongs(
    person: PersonValues, mailbox: Mailbox | None, domains: frozenset[str], keys: frozenset[str]
) -> bool | None:
    if not domains and not keys:
        return None
    company = company_key(person.company)
    if (mailbox is not None and is_under(mailbox.domain, domains)) or company in keys:
        return True
    at_an_employer = mailbox is not None and not mailbox.is_free
    return False if (domains and at_an_employer) or (keys and company is not None) else None

"""Fields in sentences: what they are called, and how a yes or no is said."""

from __future__ import annotations

from handraise.model.fields import Entity, Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.value_tests import OneOf, ValueTest
from handraise.model.values import FieldType
from handraise.playbook.predicates import predicate

# What is said of a person (or of "the account") when the field is true, and when it is false.
_YES_NO: dict[str, tuple[str, str]] = {
    "person.email_opted_out": ("opted out of e-mail", "did not opt out of e-mail"),
    "person.do_not_call": ("does not want calls", "did not ask us not to call"),
    "person.email_bounced": (
        "has an e-mail address that bounces",
        "has an e-mail address that does not bounce",
    ),
    "person.is_competitor": ("works for a competitor", "does not work for a competitor"),
    "person.is_student": ("is a student", "is not a student"),
    "person.is_employee": ("is one of our own", "is not one of our own"),
    "person.is_junk": ("is junk", "is not junk"),
    "person.is_purchased": ("came from a purchased list", "did not come from a purchased list"),
    "person.is_deleted": ("is deleted in the source", "is not deleted in the source"),
    "person.is_converted": ("was converted", "was not converted"),
    "person.has_need": ("has an established need", "has no established need"),
    "person.has_budget": ("has an established budget", "has no established budget"),
    "person.has_authority": ("has established authority", "has no established authority"),
    "person.has_timing": ("has an established timing", "has no established timing"),
    "account.is_competitor": ("is a competitor", "is not a competitor"),
    "account.is_partner": ("is a partner", "is not a partner"),
    "account.is_customer": ("is a customer now", "is not a customer now"),
    "account.is_former_customer": ("is a former customer", "is not a former customer"),
    "account.is_target": ("is on the target list", "is not on the target list"),
    "account.is_deleted": ("is deleted in the source", "is not deleted in the source"),
}


def field_name(field: Field, playbook: Playbook, catalog: FieldCatalog) -> str:
    """The team's word for the field, else its label; with its owner where both people and accounts have one."""
    own = playbook.term(str(field))
    if own != str(field):
        return own
    label = catalog.label(field)
    return f"{label} of the {playbook.term(field.entity)}" if _is_ambiguous(field, label, catalog) else label


def _is_ambiguous(field: Field, label: str, catalog: FieldCatalog) -> bool:
    others = (Entity.PERSON.value, Entity.ACCOUNT.value)
    return field.entity in others and any(
        d.label == label and d.field != field for e in others for d in catalog.of(e)
    )


def test_sentence(field: Field, test: ValueTest, playbook: Playbook, catalog: FieldCatalog) -> str:
    """A test of a field as a sentence: "Number of employees is between 200 and 5,000"."""
    type_ = catalog.type_of(field)
    said = _yes_no(field, test, playbook) if type_ is FieldType.BOOLEAN else None
    return said or f"{field_name(field, playbook, catalog)} {predicate(test, type_)}"


def _yes_no(field: Field, test: ValueTest, playbook: Playbook) -> str | None:
    words = _YES_NO.get(str(field))
    if (
        words is None
        or not isinstance(test, OneOf)
        or len(test.values) != 1
        or playbook.term(str(field)) != str(field)
    ):
        return None
    said = words[0] if (test.values[0] == "true") is not test.negated else words[1]
    return f"the {playbook.term('account')} {said}" if field.entity == Entity.ACCOUNT.value else said


def lowered(text: str, catalog: FieldCatalog) -> str:
    """With a small letter where it starts with a field's label, for the middle of a sentence."""
    starts = any(text.startswith(d.label) for d in catalog)
    return text[0].lower() + text[1:] if starts and not text[1:2].isupper() else text

"""What a condition asks for, beyond what is written: which acts, which field, from when on."""

from __future__ import annotations

from handraise.evaluate.compiled import Compiled
from handraise.evaluate.views import View
from handraise.facts.chunks import Instants
from handraise.model.activities import is_buyer_act
from handraise.model.conditions import AccountDid, AttributeTest, Did, InterestedIn, Silent
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.value_tests import ListHas, OneOf
from handraise.model.values import FieldType


def window_start(condition: Did | AccountDid, view: View) -> Micros | Instants | None:
    """The excluded start of the condition's window; `None` for all time."""
    return view.start(condition.within) if condition.since is None else condition.since - 1


def silence_types(condition: Silent, compiled: Compiled) -> tuple[str, ...]:
    """The activity types that would break the silence: of its behaviours, or all buyer's acts that a source covers."""
    return compiled.remember(
        ("silence types", condition.behaviours), lambda: _silence_types(condition, compiled)
    )


def _silence_types(condition: Silent, compiled: Compiled) -> tuple[str, ...]:
    if condition.behaviours:
        named = (compiled.playbook.behaviours[b].activities for b in condition.behaviours)
        return tuple(sorted({t for types in named for t in types}))
    known = {t for span in compiled.shared.coverage for t in span.activity_types}
    return tuple(sorted(t for t in known if is_buyer_act(t)))


def stated_interest(
    condition: InterestedIn, playbook: Playbook, catalog: FieldCatalog
) -> AttributeTest | None:
    """The test of what the person says; `None` where the playbook names no field for it."""
    field_ = playbook.interest.stated
    if field_ is None:
        return None
    names = playbook.products[condition.product].names
    is_list = catalog.type_of(field_) is FieldType.TEXT_LIST
    return AttributeTest(field_, ListHas(names) if is_list else OneOf(names))

"""Explaining one person, found by any id or e-mail."""

from __future__ import annotations

from dataclasses import replace

from handraise.errors import ExitCode, HandraiseError
from handraise.evaluate.explain import PersonExplanation
from handraise.identity.find import find
from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso
from handraise.playbook.writer import version_of
from handraise.services.deciding import Deciding, findings_of_activations


class PersonNotFoundError(HandraiseError):
    """Nobody is meant who is known at that instant."""


def explain_person(deciding: Deciding, playbook: Playbook, person: str, as_of: Micros) -> PersonExplanation:
    """The explanation. Raises `PersonNotFoundError` when nobody is meant, `HandraiseError` when several people are."""
    if deciding.warm is not None:  # an id is found among what is kept; everything else is looked up
        explanation = deciding.engine(playbook).explain(person.strip(), as_of)
        if explanation is not None:
            return _with_findings(explanation, deciding, playbook, as_of)
    found = find(deciding.store, person, as_of)
    if not found:
        raise PersonNotFoundError(
            f"Nobody known as of {iso(as_of)} is `{person}`.",
            ("Give an id as the source wrote it, `source:id`, or an e-mail address.",),
            exit_code=ExitCode.USAGE,
        )
    if len(found) > 1:
        raise HandraiseError(
            f"`{person}` is several people: {', '.join(f'`{f}`' for f in found[:5])}.",
            ("Give one of these ids.",),
            exit_code=ExitCode.USAGE,
        )
    explanation = deciding.engine(playbook).explain(found[0], as_of)
    if explanation is None:
        raise PersonNotFoundError(f"`{person}` is not decided as of {iso(as_of)}.", exit_code=ExitCode.USAGE)
    return _with_findings(explanation, deciding, playbook, as_of)


def _with_findings(
    explanation: PersonExplanation, deciding: Deciding, playbook: Playbook, as_of: Micros
) -> PersonExplanation:
    """The explanation, saying that it is a what-if where another playbook was in force."""
    activations = deciding.store.activations()
    if not activations:
        return explanation
    found = findings_of_activations(activations, _version(deciding, playbook), as_of)
    return replace(explanation, findings=found)


def _version(deciding: Deciding, playbook: Playbook) -> str:
    if deciding.warm is None:
        return version_of(playbook)
    return deciding.warm.made(("version", id(playbook)), playbook, lambda: version_of(playbook))

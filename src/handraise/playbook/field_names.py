"""Fields by their written names: which there are, whom they belong to, and what was meant."""

from __future__ import annotations

from handraise.model.fields import Entity, Field, FieldCatalog, FieldDefinition
from handraise.model.playbook import SegmentOf
from handraise.playbook.literals import Tested
from handraise.playbook.nodes import TextNode
from handraise.playbook.reading import Reading, Wrong, nearest

# Other ways to write a field. A field that a workspace declares under the name itself goes first.
ALSO_WRITTEN: dict[str, str] = {"account.uses": "account.technologies"}

_TESTED_IN_CONDITIONS = (Entity.PERSON.value, Entity.ACCOUNT.value)
TESTED_IN_WHERE = (Entity.ASSET.value, Entity.PROGRAM.value)


def resolve(written: str, catalog: FieldCatalog) -> FieldDefinition | None:
    """The definition of a written name, by its other spelling too."""
    text = written.strip()
    found = catalog.get(Field.parse(text))
    other = ALSO_WRITTEN.get(text)
    return found or (catalog.get(Field.parse(other)) if other else None)


def tested_field(key: TextNode, to: Reading) -> Tested | Wrong:
    """The field that a condition tests, of the person or the account that is asked."""
    definition = resolve(key.text, to.catalog)
    if definition is None:
        return _unknown(key, to, _TESTED_IN_CONDITIONS)
    field = definition.field
    if field.entity not in _TESTED_IN_CONDITIONS:
        plural = Entity(field.entity).plural
        advice = (
            "Test it in a behaviour's `where`."
            if field.entity in TESTED_IN_WHERE
            else "Test the deal's status with `opportunity`."
        )
        return to.say(
            "PB205",
            key,
            f"{to.part} tests `{key.text}`, which belongs to {plural}; conditions test people and accounts.",
            advice,
        )
    if field.entity == Entity.PERSON.value and to.asks is SegmentOf.ACCOUNTS:
        return _person_in_account(key, to)
    return Tested(str(field), definition.type, field)


def tested_in_where(key: TextNode, to: Reading) -> Tested | Wrong:
    """An attribute of the asset or the program of an activity."""
    definition = resolve(key.text, to.catalog)
    if definition is None:
        return _unknown(key, to, TESTED_IN_WHERE)
    if definition.field.entity not in TESTED_IN_WHERE:
        plural = Entity(definition.field.entity).plural
        return to.say(
            "PB205",
            key,
            f"{to.part} tests `{key.text}`, which belongs to {plural}; a `where` tests the activity.",
            "Test it in the condition that uses the behaviour.",
        )
    return Tested(key.text, definition.type, definition.field)


def _person_in_account(key: TextNode, to: Reading) -> Wrong:
    return to.say(
        "PB205", key,
        f"{to.part} asks an account, but tests `{key.text}`, which belongs to people.",
        f"Write `account: {{people: {{at_least: 1}}, who: {{{key.text}: ...}}}}`.",
        "Or make it a segment `of: people`.",
    )  # fmt: skip


def _unknown(key: TextNode, to: Reading, entities: tuple[str, ...]) -> Wrong:
    entity, _, name = key.text.partition(".")
    known = {e.value: e for e in Entity}
    if entity not in known:
        fields = [str(d.field) for e in entities for d in to.catalog.of(e)]
        sentence = f"{to.part} tests `{key.text}`, but there is no such field."
        return to.say("PB204", key, sentence, _advice(nearest(key.text, fields), to) or _entities(entities))
    sentence = f"{to.part} tests `{key.text}`, but {known[entity].plural} have no such field."
    return to.say(
        "PB204", key, sentence, _advice(_meant(entity, name, to, entities), to) or _some(entity, to)
    )


def _meant(entity: str, name: str, to: Reading, entities: tuple[str, ...]) -> str | None:
    near = nearest(name, [d.field.name for d in to.catalog.of(entity)])
    if near:
        return f"{entity}.{near}"
    elsewhere = (f"{e}.{name}" for e in entities if to.catalog.get(Field(e, name)))
    return next(elsewhere, None)


def _advice(written: str | None, to: Reading) -> str | None:
    if written is None:
        return None
    return f"Did you mean `{written}` ({to.catalog.type_of(Field.parse(written)).value})?"


def _entities(entities: tuple[str, ...]) -> str:
    return "A field is written " + " or ".join(f"`{e}.name`" for e in entities) + "."


def _some(entity: str, to: Reading) -> str:
    names = [f"`{d.field}`" for d in to.catalog.of(entity)]
    return f"There are {len(names)}: {', '.join(names[:8])}, ...; a field of your own is declared in the data settings."

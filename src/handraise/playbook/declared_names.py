"""Names of what the playbook declares elsewhere: products, programs, offers, roles, triggers, tracks, stages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from handraise.playbook.nodes import Node, TextNode
from handraise.playbook.reading import Names, Reading, Wrong, nearest, one_of
from handraise.playbook.shapes import Json, SchemaBook, Shape


@dataclass(frozen=True)
class DeclaredName(Shape[str]):
    """The name of something that a section of the playbook declares."""

    what: str
    section: str
    declared: Callable[[Names], Collection[str]]
    code: str = "PB218"

    @property
    def expected(self) -> str:
        return f"the name of {self.what}"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        names = self.declared(to.names)
        if node.text in names:
            return node.text
        near = nearest(node.text, names)
        advice = (
            (f"Did you mean `{near}`?",) if near else (f"Declare it in `{self.section}`.", _others(names))
        )
        return to.say(
            self.code,
            node,
            f"{to.part} names {self.what}, `{node.text}`, which `{self.section}` does not declare.",
            *advice,
        )

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


def _others(names: Collection[str]) -> str | None:
    return f"Or w{one_of(names)[1:]}" if names else None


PRODUCT = DeclaredName("a product", "products", lambda names: names.products)
PROGRAM_TYPE = DeclaredName("a type of program", "programs", lambda names: names.programs)
OFFER = DeclaredName("an offer", "offers", lambda names: names.offers)
ROLE = DeclaredName("a role", "buying_group", lambda names: names.roles)
TRIGGER = DeclaredName("a trigger", "triggers", lambda names: names.triggers, "PB219")
TRACK = DeclaredName("a track", "triggers", lambda names: names.tracks, "PB219")
STAGE = DeclaredName("a stage", "lifecycle", lambda names: names.stages, "PB219")

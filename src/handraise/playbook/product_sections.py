"""The sections `products`, `interest`, `programs`, `offers` and `buying_group`."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import AttributeTest
from handraise.model.fields import Entity, Field
from handraise.model.products import (
    ROLE_FIELD,
    BuyingGroup,
    BuyingRole,
    Interest,
    Offer,
    Product,
    ProgramStatus,
    ProgramType,
)
from handraise.model.value_tests import ListHas, OneOf
from handraise.model.values import FieldType, fold
from handraise.playbook.act_words import BehaviourName
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.field_names import tested_field
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.quantities import Flag, Span_, Whole
from handraise.playbook.reading import Reading, Wrong
from handraise.playbook.records import Got, Key, NamedParts, Record
from handraise.playbook.shapes import Either, Json, Many, Name, SchemaBook, Shape, Text

_LABEL = Text("a label")
_TEXTS = Many(Text("a name"), "names")


def _as_it_is(got: Got) -> Got:
    return got


_PRODUCT = Record(
    "a product",
    (
        Key("label", _LABEL, "What the teams call it."),
        Key("also", _TEXTS, "Its names in other systems."),
    ),
    _as_it_is,
)
PRODUCT = Either("a product", scalar=_LABEL, mapping=_PRODUCT)


def _product(key: str, node: Node, to: Reading) -> Product | Wrong:
    if isinstance(node, TextNode):
        label = _LABEL.read(node, to)
        return label if isinstance(label, Wrong) else Product(key, label)
    got = _PRODUCT.read(node, to) if isinstance(node, MapNode) else PRODUCT.refuse(node, to)
    return got if isinstance(got, Wrong) else Product(key, got.get("label", key), got.get("also", ()))


PRODUCTS = NamedParts("product", "products by name", _product, PRODUCT)


_SAYS = (FieldType.TEXT, FieldType.TEXT_LIST)


@dataclass(frozen=True)
class FieldOfTexts(Shape[Field]):
    """A field of people that holds texts. `says` is what it is for: "is stated in"."""

    says: str
    example: str

    @property
    def expected(self) -> str:
        return f"a field of people, such as `{self.example}`,"

    def read(self, node: Node, to: Reading) -> Field | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        tested = tested_field(node, to)
        if isinstance(tested, Wrong):
            return tested
        fits = tested.type in _SAYS
        if tested.field is None or tested.field.entity != Entity.PERSON.value or not fits:
            return to.say(
                "PB205",
                node,
                f"{to.part} {self.says} `{node.text}`, which is no text or list of texts of a person.",
                f"Name a field of people, such as `{self.example}`.",
            )
        return tested.field

    def schema(self, book: SchemaBook) -> Json:
        fields = book.catalog.of(Entity.PERSON.value)
        return {"enum": [str(d.field) for d in fields if d.type in _SAYS]}


def _interest(got: Got) -> Interest:
    usual = Interest()
    return Interest(
        got.get("behaviours", ()), got.get("times", usual.times), got.get("within"), got.get("stated")
    )


INTEREST = Record(
    "what interest in a product is",
    (
        Key(
            "behaviours",
            Many(BehaviourName(), "the name of a behaviour"),
            "Acts that show interest in the product that they, or their asset, name.",
        ),
        Key("times", Whole("a whole number", low=1), "At least so many of them."),
        Key("within", Span_(), "In the last so long: `180 days`."),
        Key(
            "stated",
            FieldOfTexts("is stated in", "person.product_interest"),
            "The field in which people say it themselves.",
        ),
    ),
    _interest,
    min_keys=1,
)


def _status(got: Got) -> ProgramStatus:
    return ProgramStatus(got["key"], got.get("label"), got.get("success", False), got.get("on", ()))


@dataclass(frozen=True)
class _StatusName(Shape[ProgramStatus]):
    """A status of which only the name matters."""

    @property
    def expected(self) -> str:
        return "the name of a status"

    def read(self, node: Node, to: Reading) -> ProgramStatus | Wrong:
        name = Name("the name of a status").read(node, to)
        return name if isinstance(name, Wrong) else ProgramStatus(name)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


STATUS: Shape[ProgramStatus] = Either(
    "a status, such as `attended` or `{key: attended, success: true}`,",
    scalar=_StatusName(),
    mapping=Record(
        "a status",
        (
            Key("key", Name("the name of a status"), "Its name: `attended`.", required=True),
            Key("label", _LABEL, "What the source calls it, where that is not its name."),
            Key("success", Flag(), "Whether it counts as success."),
            Key(
                "on", Many(BehaviourName(), "the name of a behaviour"), "Behaviours that move a member to it."
            ),
        ),
        _status,
    ),
)
_PROGRAM = Record(
    "a type of program",
    (
        Key(
            "statuses",
            Many(STATUS, "statuses, the first one first,", one_is_enough=False),
            "The statuses in order; a later one includes the earlier.",
            required=True,
        ),
    ),
    _as_it_is,
)


def _program_type(key: str, node: Node, to: Reading) -> ProgramType | Wrong:
    got = _PROGRAM.read(node, to)
    if isinstance(got, Wrong):
        return got
    statuses: tuple[ProgramStatus, ...] = got["statuses"]
    keys = [s.key for s in statuses]
    twice = next((k for i, k in enumerate(keys) if k in keys[:i]), None)
    if twice is not None:
        return to.say(
            "PB216",
            got.at("statuses"),
            f"{to.part} has two statuses `{twice}`.",
            "Give each a name of its own.",
        )
    return ProgramType(key, statuses)


PROGRAMS = NamedParts("program", "types of programs by name", _program_type, _PROGRAM)


_OFFER = Record(
    "a two-stage offer",
    (
        Key("label", _LABEL, "What the teams call it."),
        Key("free", _TEXTS, "The assets of the free piece.", required=True),
        Key("gated", _TEXTS, "The assets of the gated piece.", required=True),
    ),
    _as_it_is,
)


def _offer(key: str, node: Node, to: Reading) -> Offer | Wrong:
    got = _OFFER.read(node, to)
    if isinstance(got, Wrong):
        return got
    both = sorted(set(got["free"]) & set(got["gated"]))
    if both:
        return to.say(
            "PB313",
            got.at("gated"),
            f"{to.part} has `{both[0]}` both free and gated.",
            "Leave it in one of the two.",
        )
    return Offer(key, got["free"], got["gated"], got.get("label"))


OFFERS = NamedParts("offer", "offers by name", _offer, _OFFER)


_ROLE = Record(
    "a role of the buying group",
    (
        Key("when", CONDITION, "Who has it: in, out, or unknown.", required=True),
        Key("label", _LABEL, "What the teams call it.", also=("name",)),
    ),
    _as_it_is,
)


def _role(key: str, node: Node, to: Reading) -> BuyingRole | Wrong:
    got = _ROLE.read(node, to)
    return got if isinstance(got, Wrong) else BuyingRole(key, got["when"], got.get("label"))


class _Roles(NamedParts[BuyingRole]):
    """At least one role."""

    def schema(self, book: SchemaBook) -> Json:
        return {**super().schema(book), "minProperties": 1}


ROLES = _Roles("role", "roles by name", _role, _ROLE)
_LISTED_ROLES = Many(Text("a role"), "roles")
_ROLES: Shape[dict[str, BuyingRole] | tuple[str, ...]] = Either(
    "roles", scalar=_LISTED_ROLES, listing=_LISTED_ROLES, mapping=ROLES
)


def _buying_group(got: Got) -> BuyingGroup | Wrong:
    roles: dict[str, BuyingRole] | tuple[str, ...] = got["roles"]
    if isinstance(roles, tuple):
        return _listed_roles(roles, got)
    if "field" in got:
        return got.to.say(
            "PB313",
            got.at("field"),
            f"{got.to.part} has a `field`, but its roles say themselves who has them.",
            "Delete `field`, or list the roles: `roles: [champion, ...]`.",
        )
    written = got.at("roles")
    if isinstance(written, MapNode) and not written.pairs:
        return got.to.say("PB405", written, f"{got.to.part} has no role.", "Add one, or delete it.")
    return BuyingGroup(tuple(roles.values()))


def _listed_roles(roles: tuple[str, ...], got: Got) -> BuyingGroup | Wrong:
    """Roles that are values of one field."""
    twice = next((r for i, r in enumerate(roles) if role_key(r) in map(role_key, roles[:i])), None)
    if twice is not None:
        return got.to.say(
            "PB216", got.at("roles"), f"{got.to.part} has the role `{twice}` twice.", "Keep one of them."
        )
    field: Field = got.get("field", ROLE_FIELD)
    is_list = got.to.catalog.type_of(field) is FieldType.TEXT_LIST
    return BuyingGroup(
        tuple(
            BuyingRole(
                role_key(role),
                AttributeTest(field, ListHas((role,)) if is_list else OneOf((role,))),
                role if role != role_key(role) else None,
            )
            for role in roles
        )
    )


def role_key(text: str) -> str:
    """The key of a role that is written as a text: `Economic Buyer` is `economic_buyer`."""
    folded = "".join(c if c.isalnum() else " " for c in fold(text))
    key = "_".join(folded.split())[:70]
    return key if key[:1].isalpha() else f"role_{key}"


BUYING_GROUP = Record(
    "the roles of a buying group",
    (
        Key(
            "roles",
            _ROLES,
            "The roles that a buying group should have: `[economic_buyer, champion]`.",
            required=True,
        ),
        Key(
            "field",
            FieldOfTexts("has its roles in", "person.buying_role"),
            "The field of people that holds the roles of the list; `person.buying_role` without it.",
        ),
    ),
    _buying_group,
)


def names_of_roles(node: Node | None) -> tuple[str, ...]:
    """The keys of the roles, whatever else is wrong with them."""
    roles = node.get("roles") if isinstance(node, MapNode) else None
    if isinstance(roles, MapNode):
        return tuple(p.key.text for p in roles.pairs)
    listed = roles.items if isinstance(roles, ListNode) else (roles,)
    return tuple(role_key(r.text) for r in listed if isinstance(r, TextNode))


def names_of_statuses(node: Node | None) -> dict[str, tuple[str, ...]]:
    """The statuses of each type of program, whatever else is wrong with them."""
    if not isinstance(node, MapNode):
        return {}
    return {
        p.key.text: _keys(p.value.get("statuses")) if isinstance(p.value, MapNode) else () for p in node.pairs
    }


def _keys(node: Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, ListNode) else ()
    named = [i.get("key") if isinstance(i, MapNode) else i for i in items]
    return tuple(n.text for n in named if isinstance(n, TextNode))

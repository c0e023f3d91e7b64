"""What there is to be interested in: products with one definition of interest, programs, two-stage offers, buying groups."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import AccountPeople, Condition, HasRole, Times
from handraise.model.fields import Field
from handraise.model.time import Duration


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold. `also` are its names in other systems; its key is one too. Names compare folded."""

    key: str
    label: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, *self.also)


@dataclass(frozen=True, slots=True)
class Interest:
    """What interest in a product is, for all products alike: `times` or more acts of `behaviours` on it in
    `(t - within, t]`, or the person says so in the field `stated` (a text, or a list of texts).

    An act is on a product that it names itself (`product`), or else its asset does (`asset.product`).
    """

    behaviours: tuple[str, ...] = ()
    times: int = 1
    within: Duration | None = None
    stated: Field | None = None


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One status of a type of program, in order. `on`: behaviours that move a member to it; `success`: it counts as one."""

    key: str
    label: str | None = None
    success: bool = False
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramType:
    """A type of program (webinar, trade show, ...) with its statuses in order.

    A member reaches a status by an activity `program.progressed`, `program.joined` or `program.succeeded` of a program
    of this type (`program.type`, folded) whose property `status` names it (key or label, folded), or by one
    of its behaviours in such a program. Statuses only move forward: a later one includes the earlier ones.
    """

    key: str
    statuses: tuple[ProgramStatus, ...]

    def from_status(self, status: str | None) -> tuple[ProgramStatus, ...]:
        """The statuses that mean having reached `status`; without one, those that count as success."""
        if status is None:
            return tuple(s for s in self.statuses if s.success)
        keys = [s.key for s in self.statuses]
        return self.statuses[keys.index(status) :]


@dataclass(frozen=True, slots=True)
class Offer:
    """A two-stage offer: a free piece and a gated one (asset names, folded), recognised as a pair.

    A piece is taken by viewing, watching or downloading it, or by the form that names it as its asset; sharing is
    `content.shared` or `email.forwarded` of either piece.
    """

    key: str
    free: tuple[str, ...]
    gated: tuple[str, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class BuyingRole:
    """A role of a buying group, and what must hold of a person who has it."""

    key: str
    when: Condition
    label: str | None = None


@dataclass(frozen=True, slots=True)
class BuyingGroup:
    """The roles that the buying group of an account should have, in order. A person may have several."""

    roles: tuple[BuyingRole, ...] = ()

    def role(self, key: str) -> BuyingRole:
        """The role of that key; it is there, or the playbook was not read."""
        return next(role for role in self.roles if role.key == key)

    def asked(self, condition: HasRole) -> AccountPeople:
        """What the condition asks of the people of the account."""
        return AccountPeople(self.role(condition.role).when, Times(0, 0) if condition.missing else Times())


ROLE_FIELD = Field("person", "buying_role")
"""The field that holds people's roles, where a playbook lists roles and names no other."""


OFFER_TAKEN: tuple[str, ...] = ("content.viewed", "content.downloaded", "video.watched", "form.submitted")
OFFER_SHARED: tuple[str, ...] = ("content.shared", "email.forwarded")
PROGRAM_MOVED: tuple[str, ...] = ("program.joined", "program.progressed", "program.succeeded")

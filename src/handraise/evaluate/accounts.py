"""What is decided about accounts: the segments of accounts that each is in, and who is there of its buying group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.evaluate.compiled import tested_fields
from handraise.evaluate.kleene import IN, OUT, UNKNOWN, Bools, Truths
from handraise.evaluate.open_facts import BitSets, OpenFacts
from handraise.evaluate.views import PeopleView
from handraise.model.fields import Field
from handraise.model.playbook import SegmentOf
from handraise.model.products import BuyingRole

_TEXTS = pa.list_(pa.string())
ACCOUNT_COLUMNS = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("n_people", pa.int64(), nullable=False),
        pa.field("segments_in", _TEXTS, nullable=False),
        pa.field("segments_unknown", _TEXTS, nullable=False),
    ]
)
"""One row an account: how many members it has, and the segments of accounts that it is in, or cannot be told of."""

GROUP_COLUMNS = pa.schema(
    [
        *ACCOUNT_COLUMNS,
        pa.field("account_name", pa.string()),
        pa.field("roles_in", _TEXTS, nullable=False),
        pa.field("roles_missing", _TEXTS, nullable=False),
        pa.field("roles_unknown", _TEXTS, nullable=False),
    ]
)
"""The same with the roles of the buying group that are there, that nobody has, and of which that cannot be told."""

ROLE_COLUMNS = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("is_certain", pa.bool_(), nullable=False),
        pa.field("missing_facts", _TEXTS, nullable=False),
    ]
)
"""One row a person who has a role (`is_certain`), or who could have one that nobody surely has. `missing_facts` would
tell. Of those who could, each account and role has at most `MOST_CANDIDATES`, the first by id."""

MOST_CANDIDATES = 20
NAME = Field("account", "name")


def account_rows(people: PeopleView) -> pa.Table:
    """The accounts of the chunk as rows of `ACCOUNT_COLUMNS`."""
    n = people.chunk.n_accounts
    in_, unknown = _segments(people)
    columns = {
        "account_id": people.chunk.account_ids,
        "n_people": _members(people),
        "segments_in": in_.as_lists(slice(n)),
        "segments_unknown": unknown.as_lists(slice(n)),
    }
    return pa.table([columns[f.name] for f in ACCOUNT_COLUMNS], schema=ACCOUNT_COLUMNS)


def group_rows(people: PeopleView) -> tuple[pa.Table, pa.Table]:
    """The accounts of the chunk as rows of `GROUP_COLUMNS`, and who is in which role as rows of `ROLE_COLUMNS`."""
    roles = people.compiled.playbook.buying_group.roles
    n = people.chunk.n_accounts
    sets = {truth: BitSets([r.key for r in roles], n) for truth in (IN, OUT, UNKNOWN)}
    held = []
    for role in roles:
        verdicts = verdicts_of(role, people)
        for truth, keys in sets.items():
            keys.add(role.key, verdicts == truth)
        held.append(_held(role, verdicts, people))
    accounts = account_rows(people)
    columns = {
        **{name: accounts[name] for name in ACCOUNT_COLUMNS.names},
        "account_name": _names(people),
        "roles_in": sets[IN].as_lists(slice(n)),
        "roles_missing": sets[OUT].as_lists(slice(n)),
        "roles_unknown": sets[UNKNOWN].as_lists(slice(n)),
    }
    rows = pa.table([columns[f.name] for f in GROUP_COLUMNS], schema=GROUP_COLUMNS)
    return rows, pa.concat_tables([ROLE_COLUMNS.empty_table(), *held])


def verdicts_of(role: BuyingRole, people: PeopleView) -> Truths:
    """Whether each account of the chunk has the role: in as soon as a member surely has it, out once nobody can."""
    verdicts = np.full(people.chunk.n_accounts, OUT, dtype=np.int8)
    members = people.held >= 0
    np.maximum.at(verdicts, people.held[members], people.truth(role.when)[members])
    return verdicts


def missing_facts(role: BuyingRole, where: Bools, people: PeopleView) -> BitSets:
    """For the people in `where`, of whom it is unknown whether they have the role, the fields that would tell."""
    facts = OpenFacts(people, tested_fields(people.compiled.playbook.with_roles()))
    into = facts.empty()
    facts.of_condition(role.when, where, into)
    return into


def _members(people: PeopleView) -> npt.NDArray[np.int64]:
    return np.bincount(people.held[people.held >= 0], minlength=people.chunk.n_accounts)


def _segments(people: PeopleView) -> tuple[BitSets, BitSets]:
    segments, accounts = people.compiled.playbook.segments, people.accounts()
    keys = sorted(key for key, segment in segments.items() if segment.of is SegmentOf.ACCOUNTS)
    in_, unknown = BitSets(keys, accounts.size), BitSets(keys, accounts.size)
    for key in keys:
        truth = accounts.truth(segments[key].when)
        in_.add(key, truth == IN)
        unknown.add(key, truth == UNKNOWN)
    return in_, unknown


def _held(role: BuyingRole, verdicts: Truths, people: PeopleView) -> pa.Table:
    """Who has the role, and of accounts where it is unknown who could."""
    chunk, account, truth = people.chunk, people.held, people.truth(role.when)
    member = account >= 0
    certain = member & (truth == IN)
    could = member & (truth == UNKNOWN)
    could[member] &= verdicts[account[member]] == UNKNOWN
    missing = missing_facts(role, could, people)
    persons = np.flatnonzero(certain | could)
    persons = persons[_first_of_each(persons, account, certain, chunk.person_ids)]
    columns = {
        "account_id": chunk.account_ids.take(pa.array(account[persons])),
        "role": pa.repeat(pa.scalar(role.key), len(persons)),
        "person_id": chunk.person_ids.take(pa.array(persons)),
        "is_certain": pa.array(certain[persons]),
        "missing_facts": missing.as_lists(persons),
    }
    return pa.table([columns[f.name] for f in ROLE_COLUMNS], schema=ROLE_COLUMNS)


def _first_of_each(
    persons: npt.NDArray[np.intp], account: npt.NDArray[np.int32], certain: Bools, ids: pa.StringArray
) -> Bools:
    """Which to keep: all who surely have it, and of the others the first of each account by id."""
    names = ids.take(pa.array(persons)).to_numpy(zero_copy_only=False)
    order = np.lexsort((names, account[persons]))
    sorted_ = account[persons][order]
    place = np.arange(len(order)) - np.searchsorted(sorted_, sorted_, side="left")
    keep = np.empty(len(order), dtype=np.bool_)
    keep[order] = place < MOST_CANDIDATES
    return keep | certain[persons]


def _names(people: PeopleView) -> pa.Array:
    code = people.accounts().latest(NAME)[0][: people.chunk.n_accounts]
    texts = people.compiled.shared.texts.get(NAME)
    if texts is None or not len(texts):
        return pa.nulls(len(code), pa.string())
    return pa.array(texts, pa.string()).take(pa.array(code, mask=code < 0))


@dataclass(frozen=True, slots=True)
class RoleCandidate:
    """A member who could have a role, and the facts that would tell."""

    person_id: str
    name: str | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """A role of one account: `verdict` is `in`, `out` (nobody has it) or `unknown`; who has it, and who could."""

    key: str
    label: str
    verdict: str
    people: tuple[RoleCandidate, ...] = ()
    could_be: tuple[RoleCandidate, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "role": self.key,
            "label": self.label,
            "verdict": self.verdict,
            "people": [{"person_id": p.person_id, "name": p.name} for p in self.people],
            "could_be": [
                {"person_id": p.person_id, "name": p.name, "missing": list(p.missing)} for p in self.could_be
            ],
        }


@dataclass(frozen=True, slots=True)
class AccountExplanation:
    """The account of somebody who is explained: how many members it has, and its buying group, role by role."""

    account_id: str
    name: str | None
    n_people: int
    roles: tuple[RoleVerdict, ...] = field(default=())

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of the roles that nobody has."""
        return tuple(role.label for role in self.roles if role.verdict == "out")

    def as_dict(self) -> dict[str, object]:
        return {
            "account_id": self.account_id,
            "name": self.name,
            "n_people": self.n_people,
            "roles": [role.as_dict() for role in self.roles],
            "roles_missing": [role.key for role in self.roles if role.verdict == "out"],
        }


def account_explained(
    account: int, people: PeopleView, labels: Sequence[str], names: Sequence[str | None]
) -> AccountExplanation:
    """One account of the chunk. `labels` are of the roles in order, `names` of the people of the chunk."""
    chunk, roles = people.chunk, people.compiled.playbook.buying_group.roles
    told = []
    for role, label in zip(roles, labels, strict=True):
        truth, mine = people.truth(role.when), people.held == account
        verdict = int(verdicts_of(role, people)[account])
        could = mine & (truth == UNKNOWN) & np.bool_(verdict == UNKNOWN)
        missing = missing_facts(role, could, people)
        who = sorted((chunk.person_ids[int(i)].as_py(), int(i)) for i in np.flatnonzero(mine & (truth == IN)))
        may = sorted((chunk.person_ids[int(i)].as_py(), int(i)) for i in np.flatnonzero(could))
        told.append(
            RoleVerdict(
                role.key,
                label,
                ("out", "unknown", "in")[verdict],
                tuple(RoleCandidate(p, names[i]) for p, i in who),
                tuple(RoleCandidate(p, names[i], missing.names_of(i)) for p, i in may[:MOST_CANDIDATES]),
            )
        )
    code, texts = int(people.accounts().latest(NAME)[0][account]), people.compiled.shared.texts.get(NAME)
    name = None if code < 0 or texts is None else str(texts[code])
    n = int(_members(people)[account])
    return AccountExplanation(chunk.account_ids[account].as_py(), name, n, tuple(told))

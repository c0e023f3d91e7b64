"""Segments of accounts: how large each is, how they overlap, whether tiers lie inside each other, and which roles of the
buying group are missing."""

from __future__ import annotations

from handraise.evidence.wording import count, plural
from handraise.reports import document as d
from handraise.reports.figures import number, share_of, text, unknown
from handraise.reports.inputs import ReportInputs
from handraise.reports.market import Market, Overlap, RoleCount, TierBreak
from handraise.reports.summary import DecisionsSummary

MOST_OVERLAPS = 30


def market(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    found = inputs.market or Market(summary.n_accounts, 0, (), (), ())
    term = inputs.playbook.term
    accounts, segments = term("accounts"), term("segments")
    return d.Section(
        key="market",
        title=f"{segments.capitalize()} of {accounts}",
        shows=f"How many of the {count(found.n_accounts)} {accounts} are in each {term('segment')}, and which roles their buying groups miss.",
        how_to_read=(
            f"Every {term('account')} is in, out, or cannot be told yet because a fact is missing"
            + (f"; {count(found.n_without_people)} have no people." if inputs.market else "."),
            f"Overlap is the share in both of the {accounts} that are in either, as far as both can be told. A tier should lie inside the next larger one: SOM in SAM, SAM in TAM.",
        ),
        what_to_do=_what_to_do(found, inputs),
        blocks=(
            d.Table(
                f"{accounts.capitalize()} by {term('segment')}",
                (
                    d.Column(term("segment").capitalize(), wide=True),
                    d.Column("Tier"),
                    d.Column("In", numeric=True),
                    d.Column("Share"),
                    d.Column("Out", numeric=True),
                    d.Column("Cannot be told yet", numeric=True),
                ),
                tuple(
                    (
                        text(s.label),
                        text(s.tier) if s.tier else unknown("none"),
                        number(s.n_in),
                        share_of(s.n_in, found.n_accounts),
                        number(s.n_out),
                        number(s.n_unknown, tone=d.Tone.UNKNOWN if s.n_unknown else d.Tone.PLAIN),
                    )
                    for s in found.segments
                ),
                empty=f"The playbook has no {segments} of {accounts}.",
            ),
            *_overlaps(found, accounts),
            *(d.Prose((_said(broken, accounts),)) for broken in found.tiers),
            *_roles(inputs.roles, accounts),
        ),
    )


def _what_to_do(found: Market, inputs: ReportInputs) -> tuple[str, ...]:
    broken = any(tier.n_outside for tier in found.tiers)
    worst = max(inputs.roles, key=lambda role: role.n_missing, default=None)
    return (
        "Look up the facts that are missing where many cannot be told yet.",
        *("Correct the tiers that break out of the larger one.",) * broken,
        *(
            f"Fill the role {worst.label} at {plural(worst.n_missing, inputs.playbook.term('account'), inputs.playbook.term('accounts'))}: `handraise accounts --missing {worst.key}` lists them."
            for worst in (worst,)
            if worst is not None and worst.n_missing
        ),
    )


def _overlaps(found: Market, accounts: str) -> tuple[d.Table, ...]:
    if not found.overlaps:
        return ()
    labels = {s.key: s.label for s in found.segments}
    columns = (
        d.Column("One", wide=True),
        d.Column("Other", wide=True),
        d.Column("In both", numeric=True),
        d.Column("Overlap"),
        d.Column("First only", numeric=True),
        d.Column("Second only", numeric=True),
        d.Column("Cannot be told yet", numeric=True),
    )
    largest = sorted(found.overlaps, key=lambda o: -o.n_both)[:MOST_OVERLAPS]
    more = len(found.overlaps) - len(largest)
    caption = f"How they overlap, in {accounts}" + (f" (the {MOST_OVERLAPS} largest)" if more else "")
    return (d.Table(caption, columns, tuple(_overlap(o, labels) for o in largest)),)


def _overlap(o: Overlap, labels: dict[str, str]) -> tuple[d.Cell, ...]:
    return (
        text(labels[o.one]),
        text(labels[o.other]),
        number(o.n_both),
        share_of(o.n_both, o.n_both + o.n_one_only + o.n_other_only),
        number(o.n_one_only),
        number(o.n_other_only),
        number(o.n_unknown),
    )


def _said(broken: TierBreak, accounts: str) -> str:
    waiting = f"; of {count(broken.n_unknown)} more it cannot be told yet" if broken.n_unknown else ""
    if not broken.n_outside:
        return f"{broken.inner} lies inside {broken.outer}, as far as is known{waiting}."
    more = broken.n_outside - len(broken.account_ids)
    shown = ", ".join(broken.account_ids) + (f" and {count(more)} more" if more else "")
    return f"{count(broken.n_outside)} {accounts} are in {broken.inner} but not in {broken.outer}: {shown}{waiting}."


def _roles(roles: tuple[RoleCount, ...], accounts: str) -> tuple[d.Table, ...]:
    if not roles:
        return ()
    columns = (
        d.Column("Role", wide=True),
        d.Column("Have it", numeric=True),
        d.Column("Share"),
        d.Column("Miss it", numeric=True),
        d.Column("Cannot be told yet", numeric=True),
    )
    rows = tuple(
        (
            text(r.label),
            number(r.n_in),
            share_of(r.n_in, r.n_in + r.n_missing + r.n_unknown),
            number(r.n_missing),
            number(r.n_unknown),
        )
        for r in roles
    )
    return (d.Table(f"Buying groups, in {accounts} with people", columns, rows),)

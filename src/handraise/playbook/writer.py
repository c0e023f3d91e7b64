"""The canonical text of a playbook: reading it back gives the same playbook, and its hash names the version.

What has no meaning is not kept: comments, spelling variants, the order of names (but for triggers, whose order is
their priority). Usual values that decide
something (thresholds, ranks, the outcome) are written out, so that the version says all that was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from handraise.model.conditions import Always
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.playbook import Agreement, Behaviour, BuyerSegment, Outcome, Playbook, Segment
from handraise.model.products import BuyingGroup, Interest, Offer, Product, ProgramStatus, ProgramType
from handraise.model.scores import (
    BehaviourRule,
    Engagement,
    EngagementRule,
    Fit,
    FitRule,
    FixedThreshold,
    Threshold,
    Thresholds,
    TopPeople,
    points_text,
)
from handraise.model.time import Duration
from handraise.model.triggers import QualifyingTracks, Trigger
from handraise.model.values import number_text
from handraise.playbook.clocks import WEEKDAYS, says_business_hours, sla_text
from handraise.playbook.emit import Data, block
from handraise.playbook.ranks import DEFAULT_RANKS
from handraise.playbook.score_sections import default_rule_name
from handraise.playbook.write_conditions import condition_data, one_or_list, where_data


def write(playbook: Playbook) -> str:
    """The playbook as canonical YAML. Parts set aside are named in comments, since they are not kept."""
    lines = list(block(canonical_data(playbook)))
    aside = [f"# set aside: {part.where}: {part.reason}" for part in playbook.set_aside]
    return "\n".join([*lines, *aside]) + "\n"


def version_of(playbook: Playbook) -> str:
    """The name of this version: sha256 of the canonical text, in hex. `short_version` shows it."""
    return hashlib.sha256(write(playbook).encode()).hexdigest()


def short_version(version: str) -> str:
    """The first 12 letters, as people see it."""
    return version[:12]


def canonical_data(playbook: Playbook) -> dict[str, Data]:
    """The playbook as plain data in its canonical form, section by section."""
    zone = playbook.time_zone
    return present(
        playbook=playbook.name,
        time_zone=zone,
        business_hours=_business_hours(playbook),
        agreement=_agreement(playbook.agreement),
        terms=ordered(playbook.terms),
        behaviours={k: _behaviour(b) for k, b in sorted(playbook.behaviours.items())},
        fit=_fit(playbook.fit, zone),
        engagement=_engagement(playbook.engagement, zone),
        recalibrate_every=None if _is_moot(playbook) else str(playbook.recalibrate_every),
        ranks=_ranks(playbook),
        marketing_qualified=present(
            ranks=list(playbook.marketing_qualified_ranks), tracks=_tracks(playbook.qualifying_tracks)
        ),
        products={k: _product(p) for k, p in sorted(playbook.products.items())},
        interest=_interest(playbook.interest),
        programs={k: _program(p) for k, p in sorted(playbook.programs.items())},
        offers={k: _offer(o) for k, o in sorted(playbook.offers.items())},
        buying_group=_buying_group(playbook.buying_group, zone),
        segments={k: _segment(s, zone) for k, s in sorted(playbook.segments.items())},
        triggers={k: _trigger(t, zone) for k, t in playbook.triggers.items()},
        lifecycle=_lifecycle(playbook.lifecycle, zone),
        buyer_segments=[_buyer_segment(s, zone) for s in playbook.buyer_segments],
    )


def present(**values: Data | None) -> dict[str, Data]:
    """What is there: without `None`, empty texts, lists and mappings."""
    return {k: v for k, v in values.items() if v is not None and v != "" and v != [] and v != {}}


def ordered(mapping: Mapping[str, str] | Mapping[str, bool]) -> dict[str, Data]:
    return dict(sorted(mapping.items()))


def _text(span: Duration | None) -> str | None:
    return str(span) if span else None


def _is_moot(playbook: Playbook) -> bool:
    calibrated = playbook.fit.grades.are_calibrated or playbook.engagement.levels.are_calibrated
    return not calibrated and playbook.recalibrate_every == Playbook("", "").recalibrate_every


def _agreement(agreement: Agreement) -> dict[str, Data]:
    return present(
        parties=ordered(agreement.parties),
        review_every=str(agreement.review_every),
        outcome=_outcome(agreement.outcome),
        capacity=present(mqls_per_week=agreement.mqls_per_week),
    )


def _outcome(outcome: Outcome) -> dict[str, Data]:
    return {"event": outcome.event.value, "within": str(outcome.within), "credit": outcome.credit.value}


def _behaviour(behaviour: Behaviour) -> dict[str, Data]:
    return present(
        activity=one_or_list(behaviour.activities),
        where=where_data(behaviour.where),
        type=behaviour.typed.value if behaviour.typed else None,
        words=behaviour.words,
    )


def _points(value_hundredths: int) -> Decimal:
    return Decimal(points_text(value_hundredths))


def _fit(fit: Fit, zone: str) -> dict[str, Data]:
    return present(
        rules=[_fit_rule(r, zone) for r in fit.rules],
        group_caps={k: _points(v) for k, v in sorted(fit.group_caps_hundredths.items())},
        grades=None if fit == Fit() else _thresholds(fit.grades, "ABC"),
    )


def _fit_rule(rule: FitRule, zone: str) -> dict[str, Data]:
    return present(
        name=rule.name,
        when=condition_data(rule.when, zone),
        points=_points(rule.points_hundredths),
        group=rule.group,
    )


def _engagement(engagement: Engagement, zone: str) -> dict[str, Data]:
    return present(
        rules=[_engagement_rule(r, zone) for r in engagement.rules],
        levels=None if engagement == Engagement() else _thresholds(engagement.levels, "123"),
    )


def _engagement_rule(rule: EngagementRule, zone: str) -> dict[str, Data]:
    points = _points(rule.points_hundredths)
    if not isinstance(rule, BehaviourRule):
        return present(name=rule.name, when=condition_data(rule.when, zone), points=points)
    return present(
        name=None if rule.name == default_rule_name(rule.behaviour) else rule.name,
        behaviour=rule.behaviour,
        points=points,
        at_most=rule.at_most,
        within=_text(rule.within),
        half_life=_text(rule.half_life),
        distinct=rule.distinct.value if rule.distinct else None,
    )


def _thresholds(thresholds: Thresholds, names: str) -> dict[str, Data]:
    return {n: _threshold(t) for n, t in zip(names, thresholds.as_tuple(), strict=True)}


def _threshold(threshold: Threshold) -> Data:
    if isinstance(threshold, FixedThreshold):
        return _points(threshold.hundredths)
    if isinstance(threshold, TopPeople):
        return f"top {threshold.n} people"
    percent = threshold.share * 100
    return f"top {number_text(Decimal(percent.numerator) / percent.denominator)}%"


def _ranks(playbook: Playbook) -> dict[str, Data]:
    """All 16 cells where there are scores, so that the version covers what each cell means."""
    scored = bool(playbook.fit.rules or playbook.engagement.rules)
    cells = sorted(playbook.ranks.items())
    return {r: {"label": c.label, "route": c.route} for r, c in cells if scored or c != DEFAULT_RANKS.get(r)}


def _product(product: Product) -> Data:
    return present(label=product.label, also=list(product.also))


def _interest(interest: Interest) -> dict[str, Data]:
    if interest == Interest():
        return {}
    return present(
        behaviours=list(interest.behaviours),
        times=interest.times,
        within=_text(interest.within),
        stated=str(interest.stated) if interest.stated else None,
    )


def _program(program: ProgramType) -> dict[str, Data]:
    return {"statuses": [_status(s) for s in program.statuses]}


def _status(status: ProgramStatus) -> Data:
    more = present(label=status.label, success=status.success or None, on=list(status.on))
    return {"key": status.key, **more} if more else status.key


def _offer(offer: Offer) -> dict[str, Data]:
    return present(label=offer.label, free=list(offer.free), gated=list(offer.gated))


def _buying_group(group: BuyingGroup, zone: str) -> dict[str, Data]:
    roles = {r.key: present(when=condition_data(r.when, zone), label=r.label) for r in group.roles}
    return present(roles=roles)


def _business_hours(playbook: Playbook) -> dict[str, Data]:
    hours = playbook.business_hours
    if not says_business_hours(playbook):
        return {}
    return present(
        days=[WEEKDAYS[day] for day in hours.weekdays],
        **{"from": f"{hours.start:%H:%M}", "to": f"{hours.end:%H:%M}"},
        holidays=[day.isoformat() for day in sorted(hours.holidays)],
    )


def _tracks(tracks: QualifyingTracks) -> Data:
    return "all" if tracks.all else list(tracks.named)


def _trigger(trigger: Trigger, zone: str) -> dict[str, Data]:
    return present(
        when=condition_data(trigger.when, zone),
        audience=condition_data(trigger.audience, zone) if trigger.audience is not None else None,
        label=trigger.label,
        track=trigger.track,
        sla=sla_text(trigger.sla) if trigger.sla else None,
        rest=_text(trigger.rest),
        stands_for=str(trigger.stands_for),
        fire_existing="once" if trigger.fire_existing else None,
    )


def _lifecycle(lifecycle: Lifecycle, zone: str) -> dict[str, Data]:
    back = lifecycle.passed_back
    return present(
        stages=[_stage(s, zone) for s in lifecycle.stages], passed_back=_passed_back(back) if back else None
    )


def _stage(stage: Stage, zone: str) -> dict[str, Data]:
    return present(
        key=stage.key,
        label=stage.label,
        when=condition_data(stage.when, zone) if stage.when is not None else None,
        on=list(stage.on),
        sla=sla_text(stage.sla) if stage.sla else None,
    )


def _passed_back(back: PassedBack) -> dict[str, Data]:
    return {"on": list(back.on), "to": back.to, "reason": back.reason, "return_on": back.return_on}


def _segment(segment: Segment, zone: str) -> dict[str, Data]:
    return present(
        of=segment.of.value,
        when=condition_data(segment.when, zone),
        label=segment.label,
        tier=segment.tier,
        purpose=segment.purpose,
        play=segment.play,
        owner=segment.owner,
        hypothesis=ordered(segment.hypothesis),
        stamp=ordered(segment.stamp),
    )


def _buyer_segment(segment: BuyerSegment, zone: str) -> dict[str, Data]:
    return present(
        key=segment.key,
        label=None if segment.label == segment.key else segment.label,
        when=None if segment.when == Always() else condition_data(segment.when, zone),
        next_touch=segment.next_touch,
        kpi=segment.kpi,
    )

"""The whole playbook in plain English, for the two teams to read aloud and sign. Markdown, in their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from handraise.model.activities import words_of
from handraise.model.conditions import All, Always, Any, AtLeast, Condition
from handraise.model.fields import Field, FieldCatalog
from handraise.model.lifecycle import Stage
from handraise.model.playbook import (
    Behaviour,
    BuyerSegment,
    Credit,
    OutcomeEvent,
    Playbook,
    Segment,
    SegmentOf,
    WherePart,
)
from handraise.model.products import ProgramStatus
from handraise.model.scores import (
    RANKS,
    BehaviourRule,
    EngagementRule,
    FixedThreshold,
    Threshold,
    Thresholds,
    TopPeople,
    points_text,
)
from handraise.model.triggers import BusinessHours, Sla, Trigger
from handraise.model.values import FieldType
from handraise.playbook.clocks import says_business_hours, sla_text
from handraise.playbook.english import (
    behaviour_words,
    own_word,
    role_label,
    segment_label,
    sentence,
    stage_label,
    trigger_label,
)
from handraise.playbook.field_words import field_name, lowered, test_sentence
from handraise.playbook.predicates import listed, predicate, value_words


def english(playbook: Playbook, catalog: FieldCatalog | None = None) -> str:
    """The playbook as structured text; sections without content are left out."""
    fields = catalog or FieldCatalog()
    sections = (
        _head(playbook),
        _agreement(playbook),
        _behaviours(playbook, fields),
        _products(playbook, fields),
        _programs(playbook),
        _offers(playbook),
        _buying_group(playbook, fields),
        _fit(playbook, fields),
        _engagement(playbook, fields),
        _ranks(playbook),
        _segments(playbook, fields),
        _triggers(playbook, fields),
        _lifecycle(playbook, fields),
        _buyer_segments(playbook, fields),
        _set_aside(playbook),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines) + "\n"


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def _head(playbook: Playbook) -> Iterator[str]:
    yield f"# {playbook.name}"
    yield ""
    yield f"Days, months and years are counted in the time zone {playbook.time_zone}."
    if says_business_hours(playbook):
        yield f"Business hours are {_business_hours(playbook.business_hours)}."


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _business_hours(hours: BusinessHours) -> str:
    first, last = hours.weekdays[0], hours.weekdays[-1]
    unbroken = len(hours.weekdays) > 2 and last - first + 1 == len(hours.weekdays)
    days = (
        f"{_DAYS[first]} to {_DAYS[last]}" if unbroken else listed([_DAYS[d] for d in hours.weekdays], "and")
    )
    off = [value_words(day.isoformat(), FieldType.DATE) for day in sorted(hours.holidays)]
    except_ = f", but not on {listed(off, 'and')}" if off else ""
    return f"{days}, {hours.start:%H:%M} to {hours.end:%H:%M}{except_}"


_EVENTS = {
    OutcomeEvent.OPPORTUNITY_CREATED: "a {deal} is opened",
    OutcomeEvent.OPPORTUNITY_WON: "a {deal} is won",
}
_CREDITS = {Credit.CONTACT_ROLES: "{people} with a role in it", Credit.ACCOUNT: "everybody at the {account}"}


def _agreement(playbook: Playbook) -> Iterator[str]:
    agreement, term = playbook.agreement, playbook.term
    words = {w: term(w) for w in ("deal", "people", "account")}
    yield f"## {_cap(term('agreement'))}"
    yield ""
    for side, address in agreement.parties.items():
        yield f"- {_cap(term(side))} is represented by {address}."
    yield f"- It is reviewed every {agreement.review_every}."
    outcome = agreement.outcome
    yield f"- It worked when {_EVENTS[outcome.event].format(**words)} within {outcome.within}; that credits {_CREDITS[outcome.credit].format(**words)}."
    yield from _capacity(playbook)


def _capacity(playbook: Playbook) -> Iterator[str]:
    n = playbook.agreement.mqls_per_week
    if n:
        yield f"- {_cap(playbook.term('sales'))} can take {n:,} {_mqls(playbook)} a week."


def _mqls(playbook: Playbook) -> str:
    own = playbook.term("MQL")
    return f"{own}s" if own != "MQL" else f"{playbook.term('marketing-qualified')} {playbook.term('leads')}"


def _behaviours(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not playbook.behaviours:
        return
    yield f"## {_cap(playbook.term('behaviours'))}"
    yield ""
    for behaviour in playbook.behaviours.values():
        yield f"- **{_behaviour_name(behaviour, playbook)}**: {_definition(behaviour, playbook, catalog)}."


def _behaviour_name(behaviour: Behaviour, playbook: Playbook) -> str:
    return behaviour.words or playbook.term(behaviour.key).replace("_", " ")


def _definition(behaviour: Behaviour, playbook: Playbook, catalog: FieldCatalog) -> str:
    acts = listed([words_of(a) for a in behaviour.activities])
    where = " and ".join(_where(w, playbook, catalog) for w in behaviour.where)
    shows = f". It shows {playbook.term(behaviour.typed.value)}" if behaviour.typed else ""
    return f"{acts}{f', where {where}' if where else ''}{shows}"


def _where(part: WherePart, playbook: Playbook, catalog: FieldCatalog) -> str:
    if "." in part.name:
        return lowered(test_sentence(Field.parse(part.name), part.test, playbook, catalog), catalog)
    return f"the {part.name.replace('_', ' ')} {predicate(part.test, None)}"


def _products(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not playbook.products:
        return
    yield f"## {_cap(playbook.term('products'))}"
    yield ""
    for product in playbook.products.values():
        also = f" (also called {listed(product.also)})" if product.also else ""
        yield f"- {own_word(product.key, product.label, playbook)}{also}"
    interest = playbook.interest
    ways = [f"says so in {field_name(interest.stated, playbook, catalog)}"] if interest.stated else []
    if interest.behaviours:
        acts = listed([behaviour_words(b, playbook) for b in interest.behaviours])
        often = "" if interest.times == 1 else f", {interest.times:,} times or more in all,"
        window = f" in the last {interest.within}" if interest.within else ""
        ways.append(f"{acts}{often}{window}, on that product")
    if ways:
        yield ""
        yield f"Somebody is interested in a product who {', or '.join(ways)}."


def _programs(playbook: Playbook) -> Iterator[str]:
    if not playbook.programs:
        return
    yield f"## {_cap(playbook.term('programs'))}"
    yield ""
    for type_ in playbook.programs.values():
        name = own_word(type_.key, None, playbook, type_.key.replace("_", " "))
        yield f"- **{name}**: {', then '.join(_status(s, playbook) for s in type_.statuses)}."


def _status(status: ProgramStatus, playbook: Playbook) -> str:
    notes = ["a success"] if status.success else []
    notes += [f"who {listed([behaviour_words(b, playbook) for b in status.on])}"] if status.on else []
    said = status.label or status.key.replace("_", " ")
    return f"{said} ({'; '.join(notes)})" if notes else said


def _offers(playbook: Playbook) -> Iterator[str]:
    if not playbook.offers:
        return
    yield f"## {_cap(playbook.term('offers'))}"
    yield ""
    for offer in playbook.offers.values():
        label = own_word(offer.key, offer.label, playbook, offer.key.replace("_", " "))
        yield f"- **{label}**: free {listed(offer.free)}; gated {listed(offer.gated)}."


def _buying_group(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    group = playbook.buying_group
    if not group.roles:
        return
    yield f"## {_cap(playbook.term('buying group'))}"
    yield ""
    yield f"It should have somebody in each of these roles at every {playbook.term('account')}:"
    yield ""
    for role in group.roles:
        yield f"- **{role_label(role.key, playbook)}**: {sentence(role.when, playbook, catalog)}."


def _fit(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    fit, term = playbook.fit, playbook.term
    if not fit.rules:
        return
    yield f"## {_cap(term('fit'))}"
    yield ""
    yield f"What a {term('person')} and their {term('account')} are gives points:"
    yield ""
    for rule in fit.rules:
        group = f" (group {rule.group})" if rule.group else ""
        yield from _points(rule.points_hundredths, rule.name, f"{group}", rule.when, playbook, catalog)
    yield ""
    for group, cap in fit.group_caps_hundredths.items():
        yield f"The group {group} gives at most {_n_points(cap)} together."
    yield from _thresholds(f"{term('grade')}", ("A", "B", "C", "D"), fit.grades, playbook)


def _n_points(value_hundredths: int) -> str:
    return f"{points_text(value_hundredths)} point{'' if abs(value_hundredths) == 100 else 's'}"


def _points(
    points: int, name: str, note: str, when: Condition, playbook: Playbook, catalog: FieldCatalog
) -> Iterator[str]:
    sign = "+" if points > 0 else ""
    yield from _named(f"**{sign}{points_text(points)}** {name}{note}", when, playbook, catalog)


def _thresholds(
    what: str, names: tuple[str, str, str, str], thresholds: Thresholds, playbook: Playbook
) -> Iterator[str]:
    shown = [playbook.term(n) for n in names]
    said = [f"{n} {_threshold(t, playbook)}" for n, t in zip(shown, thresholds.as_tuple(), strict=False)]
    yield f"{_cap(what)} {', '.join(said)}, otherwise {shown[3]}."
    if thresholds.are_calibrated:
        yield f"Who is at the top is worked out again every {playbook.recalibrate_every}."


def _threshold(threshold: Threshold, playbook: Playbook) -> str:
    if isinstance(threshold, FixedThreshold):
        return f"from {_n_points(threshold.hundredths)}"
    if isinstance(threshold, TopPeople):
        return f"for the best {threshold.n:,} {playbook.term('people')}"
    return f"for the top {float(threshold.share * 100):g}%"


def _engagement(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    engagement, term = playbook.engagement, playbook.term
    if not engagement.rules:
        return
    yield f"## {_cap(term('engagement'))}"
    yield ""
    yield f"What a {term('person')} does, and does not do, gives points:"
    yield ""
    for rule in engagement.rules:
        yield from _engagement_rule(rule, playbook, catalog)
    yield ""
    yield from _thresholds(term("level"), ("1", "2", "3", "4"), engagement.levels, playbook)


def _engagement_rule(rule: EngagementRule, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not isinstance(rule, BehaviourRule):
        yield from _points(rule.points_hundredths, rule.name, "", rule.when, playbook, catalog)
        return
    sign = "+" if rule.points_hundredths > 0 else ""
    yield f"- **{sign}{points_text(rule.points_hundredths)}** {rule.name}: each time a {playbook.term('person')} {behaviour_words(rule.behaviour, playbook)}{_counted(rule)}."


def _counted(rule: BehaviourRule) -> str:
    parts = [
        f" in the last {rule.within}" if rule.within else "",
        f", each {rule.distinct.value} once" if rule.distinct else "",
        f", at most {_times(rule.at_most)}" if rule.at_most else "",
        f", worth half after {rule.half_life}" if rule.half_life else "",
    ]
    return "".join(parts)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _ranks(playbook: Playbook) -> Iterator[str]:
    if not (playbook.fit.rules or playbook.engagement.rules):
        return
    term = playbook.term
    yield f"## {_cap(term('rank'))}"
    yield ""
    for rank in (r for r in RANKS if r in playbook.ranks):
        cell = playbook.ranks[rank]
        agreed = f" ({_agreed(playbook)})" if rank in playbook.marketing_qualified_ranks else ""
        yield f"- **{term(rank)}** {cell.label}, {term('route')}: {term(cell.route)}{agreed}."


def _agreed(playbook: Playbook) -> str:
    own = playbook.term("MQL")
    return own if own != "MQL" else playbook.term("marketing-qualified")


def _a_qualified(playbook: Playbook) -> str:
    own = playbook.term("MQL")
    return f"a {own}" if own != "MQL" else playbook.term("marketing-qualified")


def _segments(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not playbook.segments:
        return
    yield f"## {_cap(playbook.term('segments'))}"
    for segment in playbook.segments.values():
        yield ""
        yield from _segment(segment, playbook, catalog)


def _segment(segment: Segment, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    of = playbook.term("accounts" if segment.of is SegmentOf.ACCOUNTS else "people")
    label = segment_label(segment.key, playbook)
    yield from _named(f"**{label}** ({of})", segment.when, playbook, catalog)
    for name, value in (
        ("Tier", segment.tier),
        ("Purpose", segment.purpose),
        (_cap(playbook.term("play")), segment.play),
        ("Owner", segment.owner),
    ):
        if value:
            yield f"  - {name}: {value}."
    claims = [f"{k.replace('_', ' ')}: {'yes' if v else 'no'}" for k, v in segment.hypothesis.items()]
    if claims:
        yield f"  - We claim: {'; '.join(claims)}."
    for field, value in segment.stamp.items():
        yield f"  - The CRM marks it with {field} = {value}."


def _triggers(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not playbook.triggers:
        return
    term = playbook.term
    yield f"## {_cap(term('triggers'))}"
    yield ""
    yield f"{_cap(term('sales'))} must act on these now. The first are the most urgent: of several that stand, a {term('person')} is on the first {term('track')}."
    qualifying = [
        t
        for t in dict.fromkeys(t.track_name for t in playbook.triggers.values())
        if playbook.qualifying_tracks.has(t)
    ]
    if qualifying:
        whose = (
            "any of them"
            if playbook.qualifying_tracks.all
            else f"the {term('track')} {listed([term(t) for t in qualifying])}"
        )
        yield f"As long as {whose} stands, the {term('person')} is {_a_qualified(playbook)}."
    for trigger in playbook.triggers.values():
        yield ""
        yield from _trigger(trigger, playbook, catalog)


def _trigger(trigger: Trigger, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    notes = [
        f"{playbook.term('track')} {playbook.term(trigger.track)}" if trigger.track else "",
        _sla(trigger.sla, playbook),
        f"stands for {trigger.stands_for}",
        f"rests for {trigger.rest}" if trigger.rest else "",
        "at its start, fires once for everybody of whom it is true already" if trigger.fire_existing else "",
    ]
    head = f"**{trigger_label(trigger.key, playbook)}** ({_noted(notes)})"
    yield from _named(head, trigger.when, playbook, catalog)
    if trigger.audience is not None:
        yield ""
        lines = list(
            _named("Only where this holds or may hold", trigger.audience, playbook, catalog, bullet="")
        )
        yield from (f"  {line.lstrip() if i == 0 else line}" for i, line in enumerate(lines))


def _noted(notes: list[str]) -> str:
    return "; ".join(note for note in notes if note)


def _sla(sla: Sla | None, playbook: Playbook) -> str:
    return f"{playbook.term('sales')} has {sla_text(sla)}" if sla else ""


def _lifecycle(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    lifecycle, term = playbook.lifecycle, playbook.term
    if not lifecycle.stages:
        return
    yield f"## {_cap(term('lifecycle'))}"
    yield ""
    yield f"A {term('person')} is in one {term('stage')}, or in none yet, and moves on to a later one when its condition holds. An act leads to its {term('stage')} from any other."
    for number, stage in enumerate(lifecycle.stages, start=1):
        yield ""
        yield from _stage(number, stage, playbook, catalog)
    back = lifecycle.passed_back
    if back:
        acts = listed([behaviour_words(b, playbook) for b in back.on])
        yield ""
        yield f"Who {acts} goes back to {stage_label(back.to, playbook)}, with a reason (`{back.reason}`) and a date to return (`{back.return_on}`)."


def _stage(number: int, stage: Stage, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    acts = listed([behaviour_words(b, playbook) for b in stage.on]) if stage.on else ""
    notes = _noted([f"by an act: {acts}" if acts else "", _sla(stage.sla, playbook)])
    head = f"**{stage_label(stage.key, playbook)}**{f' ({notes})' if notes else ''}"
    if stage.when is None:
        yield f"{number}. {head}."
    else:
        yield from _named(head, stage.when, playbook, catalog, bullet=f"{number}.")


def _buyer_segments(playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    if not playbook.buyer_segments:
        return
    yield f"## {_cap(playbook.term('buyer segments'))}"
    yield ""
    yield f"Every {playbook.term('person')} is in exactly one: the first that holds."
    for number, segment in enumerate(playbook.buyer_segments, start=1):
        yield ""
        yield from _buyer_segment(number, segment, playbook, catalog)


def _buyer_segment(
    number: int, segment: BuyerSegment, playbook: Playbook, catalog: FieldCatalog
) -> Iterator[str]:
    label = playbook.term(segment.label)
    bullet = f"{number}."
    pad = " " * (len(bullet) + 1)
    yield from _named(f"**{label}**", segment.when, playbook, catalog, bullet=bullet)
    if segment.next_touch:
        yield f"{pad}- Next {playbook.term('touch')}: {_stopped(segment.next_touch)}"
    if segment.kpi:
        yield f"{pad}- We look at: {_stopped(segment.kpi)}"


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _named(
    head: str, when: Condition, playbook: Playbook, catalog: FieldCatalog, bullet: str = "-"
) -> Iterator[str]:
    """A condition after its name: on the line, or as a list below it."""
    if isinstance(when, Always):
        yield f"{bullet} {head}: everybody else."
        return
    lines = list(_lines(when, playbook, catalog))
    if len(lines) == 1:
        yield f"{bullet} {head}: {lowered(lines[0], catalog)}."
        return
    pad = " " * (len(bullet) + 1)
    yield f"{bullet} {head}: {lines[0]}"
    yield from (f"{pad}{line}" for line in lines[1:])


def _lines(condition: Condition, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    """One line for what is short; a heading and a list for a group."""
    if not isinstance(condition, All | Any | AtLeast) or len(condition.of) == 1:
        yield sentence(condition, playbook, catalog)
        return
    yield f"{_group(condition)}"
    for part in condition.of:
        lines = list(_lines(part, playbook, catalog))
        yield f"- {lines[0]}"
        yield from (f"  {line}" for line in lines[1:])


def _group(condition: All | Any | AtLeast) -> str:
    if isinstance(condition, AtLeast):
        return f"at least {condition.n} of these {len(condition.of)} hold:"
    return "all of these hold:" if isinstance(condition, All) else "any of these holds:"


def _set_aside(playbook: Playbook) -> Iterator[str]:
    if not playbook.set_aside:
        return
    yield "## Read, but not decided yet"
    yield ""
    yield from (f"- {_cap(part.where)}: {part.reason}." for part in playbook.set_aside)


def part_english(what: str, name: str, playbook: Playbook, catalog: FieldCatalog) -> str:
    """One part in the words of the whole: `("fit rule", "Right size")`, `("grades", "")`. Empty where a part says nothing of
    its own there."""
    said = _PARTS[what](name, playbook, catalog) if what in _PARTS else iter(())
    return "\n".join(said).removeprefix("- ").replace("**", "").strip()


Says = Callable[[str, Playbook, FieldCatalog], Iterator[str]]


def _says_fit_rule(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    rule = next(r for r in playbook.fit.rules if r.name == name)
    group = f" (group {rule.group})" if rule.group else ""
    yield from _points(rule.points_hundredths, rule.name, group, rule.when, playbook, catalog)


def _says_engagement_rule(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    rule = next(r for r in playbook.engagement.rules if r.name == name)
    yield from _engagement_rule(rule, playbook, catalog)


def _says_behaviour(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    behaviour = playbook.behaviours[name]
    yield f"- {_behaviour_name(behaviour, playbook)}: {_definition(behaviour, playbook, catalog)}."


def _says_rank(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    cell, term = playbook.ranks[name], playbook.term
    yield f"- {term(name)}: {cell.label}, {term('route')}: {term(cell.route)}."


def _says_stage(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    place = playbook.lifecycle.index(name)
    yield from _stage(place + 1, playbook.lifecycle.stages[place], playbook, catalog)


def _says_buyer_segment(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    place = next(i for i, s in enumerate(playbook.buyer_segments) if s.key == name)
    yield from _buyer_segment(place + 1, playbook.buyer_segments[place], playbook, catalog)


def _says_qualifying(name: str, playbook: Playbook, catalog: FieldCatalog) -> Iterator[str]:
    ranks = [playbook.term(r) for r in sorted(playbook.marketing_qualified_ranks)]
    tracks = [playbook.term(t) for t in sorted(playbook.qualifying_tracks.named)]
    parts = [f"the ranks {listed(ranks, 'and')}"] if ranks else []
    parts += ["every track"] if playbook.qualifying_tracks.all else []
    parts += [f"the tracks {listed(tracks, 'and')}"] if tracks else []
    yield f"- {_cap(_agreed(playbook))}: {listed(parts, 'and') if parts else 'nobody'}."


_PARTS: Mapping[str, Says] = {
    "capacity": lambda _, p, c: _capacity(p),
    "behaviour": _says_behaviour,
    "fit rule": _says_fit_rule,
    "engagement rule": _says_engagement_rule,
    "grades": lambda _, p, c: _thresholds(p.term("grade"), ("A", "B", "C", "D"), p.fit.grades, p),
    "levels": lambda _, p, c: _thresholds(p.term("level"), ("1", "2", "3", "4"), p.engagement.levels, p),
    "rank": _says_rank,
    "who is marketing-qualified": _says_qualifying,
    "segment": lambda name, p, c: _segment(p.segments[name], p, c),
    "trigger": lambda name, p, c: _trigger(p.triggers[name], p, c),
    "stage": _says_stage,
    "buyer segment": _says_buyer_segment,
}

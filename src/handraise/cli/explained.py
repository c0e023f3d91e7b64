"""What `handraise explain` shows: who, the rank, every rule, trigger and stage with its reason, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handraise.cli.output import CONSOLE
from handraise.cli.screens import as_of_words, count_of, count_of_people, findings, first_of, say
from handraise.evaluate.accounts import AccountExplanation, RoleVerdict
from handraise.evaluate.explain import PersonExplanation, RuleExplanation, SegmentExplanation
from handraise.evaluate.explain_happened import StageExplanation, TriggerExplanation
from handraise.evaluate.verdicts import Verdict
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Micros, iso, parse_instant
from handraise.model.triggers import QualifyingTracks
from handraise.model.truth import Truth

_VERDICT_STYLE = {Truth.IN: "green", Truth.OUT: "dim", Truth.UNKNOWN: "yellow"}
_VERDICT_MARK = {Truth.IN: "✓", Truth.OUT: "·", Truth.UNKNOWN: "?"}
_YES_NO = {"in": "yes", "out": "no"}


def explained(found: PersonExplanation, playbook: Playbook) -> None:
    """Who, the rank with its range, every rule with its reason, and what is missing."""
    decision = found.decision
    say(_who(found), "bold")
    CONSOLE.print(
        f"{decision['person_id']} as of {as_of_words(parse_instant(decision['as_of']))}: {playbook.term('rank')} {_rank(decision, playbook)}"
        f"{_cell(decision['rank'], playbook)}"
    )
    CONSOLE.print(
        f"{playbook.term('Fit')} {decision['fit_score']:g} (could be {decision['fit_low']:g} to {decision['fit_high']:g}; "
        f"{decision['fit_completeness']:.0%} of the evidence is known)"
    )
    _rules(found.fit)
    CONSOLE.print(f"{playbook.term('Engagement')} {decision['engagement_score']:g}")
    _rules(found.engagement)
    _happened(decision, playbook)
    if playbook.marketing_qualified_ranks or playbook.qualifying_tracks != QualifyingTracks():
        say(_qualified(decision, playbook))
    _named_segments(found.segments)
    for segment in found.buyer_segments:
        _buyer_segment(segment, decision)
    _triggers(found.triggers, parse_instant(decision["as_of"]), playbook)
    _stages(found.stages, playbook)
    _account(found.account, playbook)
    _missing(found)
    findings(found.findings)


def _triggers(triggers: Sequence[TriggerExplanation], as_of: Micros, playbook: Playbook) -> None:
    """Each trigger with its reason, and when it last fired."""
    if triggers:
        say(f"{playbook.term('trigger').capitalize()}s:", "bold")
    for trigger in triggers:
        truth = _state(trigger)
        line = f"  {_VERDICT_MARK[truth]} {trigger.label}: {trigger.verdict.sentence}"
        say(line + _detail(trigger.verdict), _VERDICT_STYLE[truth])
        if trigger.audience is not None and trigger.audience.truth is not Truth.IN:
            left_out = "not for them" if trigger.audience.truth is Truth.OUT else "perhaps not for them"
            say(f"      {left_out}: {trigger.audience.sentence}{_detail(trigger.audience)}", "dim")
        say(f"      {_last_firing(trigger, truth, as_of)}", "dim")
        if truth is Truth.IN:
            _evidence(trigger.verdict)


def _state(trigger: TriggerExplanation) -> Truth:
    """Whether a trigger is in its state; an audience that is not out does not stand in its way."""
    is_left_out = trigger.audience is not None and trigger.audience.truth is Truth.OUT
    return Truth.OUT if is_left_out else trigger.verdict.truth


def _last_firing(trigger: TriggerExplanation, truth: Truth, as_of: Micros) -> str:
    """When it last fired and what follows from that."""
    if trigger.fired_at is None:
        if truth is Truth.IN and trigger.started_at is not None:
            return f"did not fire: it was so already when the trigger was activated ({as_of_words(trigger.started_at)})"
        return "has not fired"
    words = [f"last fired {as_of_words(trigger.fired_at)}"]
    stands = trigger.stands_until is not None and trigger.stands_until > as_of
    words.append(
        f"stands until {as_of_words(trigger.stands_until)}"
        if stands and trigger.stands_until
        else "no longer stands"
    )
    if trigger.rests_until is not None and trigger.rests_until > as_of:
        words.append(f"rests until {as_of_words(trigger.rests_until)}")
    return "; ".join(words)


def _stages(stages: Sequence[StageExplanation], playbook: Playbook) -> None:
    """Each stage: whether its rule holds, and when it was last entered."""
    if stages:
        say(f"{playbook.term('stage').capitalize()}s:", "bold")
    for stage in stages:
        truth = Truth.OUT if stage.verdict is None else stage.verdict.truth
        why = "by what people record alone" if stage.verdict is None else stage.verdict.sentence
        mark = "➤" if stage.is_present else _VERDICT_MARK[truth]
        detail = "" if stage.verdict is None else _detail(stage.verdict)
        style = "bold" if stage.is_present else _VERDICT_STYLE[truth]
        say(f"  {mark} {stage.label}: {why}{detail}", style)
        entered = (
            "never entered" if stage.entered_at is None else f"last entered {as_of_words(stage.entered_at)}"
        )
        said = [f"{iso(row.at)[:16].replace('T', ' ')} {row.what}" for row in stage.acts[:2]]
        say(f"      {'; '.join([entered, *said])}", "dim")


def _account(found: AccountExplanation | None, playbook: Playbook) -> None:
    """Who is there of the buying group, and which roles are missing."""
    if found is None or not found.roles:
        return
    name = found.name or found.account_id
    say(f"{playbook.term('buying group').capitalize()} of {name}, {count_of_people(found.n_people)}:", "bold")
    for role in found.roles:
        truth = {"in": Truth.IN, "out": Truth.OUT, "unknown": Truth.UNKNOWN}[role.verdict]
        style = "red" if truth is Truth.OUT else _VERDICT_STYLE[truth]
        say(f"  {_VERDICT_MARK[truth]} {role.label}: {_who_is(role)}", style)


def _who_is(role: RoleVerdict) -> str:
    if role.verdict == "in":
        return first_of([p.name or p.person_id for p in role.people])
    if role.verdict == "out":
        return "missing"
    could = first_of([p.name or p.person_id for p in role.could_be])
    facts = sorted({fact for p in role.could_be for fact in p.missing})
    return f"could be {could}" + (f" — unknown until somebody knows {', '.join(facts)}" if facts else "")


def _happened(decision: dict[str, Any], playbook: Playbook) -> None:
    """The stage and the track, with their clocks."""
    stage = next((s for s in playbook.lifecycle.stages if s.key == decision["stage"]), None)
    if stage is not None:
        label = stage.label or playbook.term(stage.key)
        since = as_of_words(parse_instant(decision["stage_entered_at"]))
        say(
            f"{playbook.term('stage').capitalize()} {label} since {since}{_until(decision['stage_due_at'], decision['as_of'])}"
        )
    trigger = playbook.triggers.get(decision["track_trigger"] or "")
    if trigger is not None:
        fired = as_of_words(parse_instant(decision["track_fired_at"]))
        say(
            f"On the {playbook.term('track')} {trigger.track_name}: {trigger.label or trigger.key} at {fired}"
            f"{_until(decision['track_due_at'], decision['as_of'])}"
        )


def _until(due_at: str | None, as_of: str) -> str:
    """Until when sales must act, or since when they are late."""
    if due_at is None:
        return ""
    due, late = as_of_words(parse_instant(due_at)), parse_instant(as_of) - parse_instant(due_at)
    if late <= 0:
        return f"; {due} is the latest to act"
    days, hours = late // MICROS_PER_DAY, late * 24 // MICROS_PER_DAY
    ago = count_of(days, "day") if days else count_of(hours, "hour") if hours else "less than an hour"
    return f"; was due {due}, {ago} ago"


def _qualified(decision: dict[str, Any], playbook: Playbook) -> str:
    """Whether somebody is marketing-qualified, and by what."""
    term, verdict = playbook.term("MQL"), decision["marketing_qualified"]
    if verdict == "unknown":
        return f"{term}: cannot be told yet; the {playbook.term('rank')} could still be another"
    trigger, by = playbook.triggers.get(decision["track_trigger"] or ""), []
    if decision["rank"] in playbook.marketing_qualified_ranks:
        by.append(f"the {playbook.term('rank')} {decision['rank']}")
    if trigger is not None and playbook.qualifying_tracks.has(trigger.track_name):
        by.append(f"the {playbook.term('track')} {trigger.track_name}")
    return f"{term}: yes, by {' and '.join(by)}" if verdict == "in" and by else f"{term}: {_YES_NO[verdict]}"


def _named_segments(segments: Sequence[SegmentExplanation]) -> None:
    """The named segments somebody is in, and those they may be in."""
    for truth, words in ((Truth.IN, "In the segments"), (Truth.UNKNOWN, "May be in the segments")):
        labels = [segment.label for segment in segments if segment.verdict.truth is truth]
        if labels:
            say(f"{words}: {', '.join(labels)}")


def _who(found: PersonExplanation) -> str:
    profile = found.profile
    parts = (profile.get("person.first_name"), profile.get("person.last_name"))
    name = profile.get("person.name") or " ".join(p for p in parts if p)
    rest = (profile.get("person.title"), profile.get("account.name"), profile.get("person.email"))
    return ", ".join(p for p in (name or found.decision["person_id"], *rest) if p)


def _rank(decision: dict[str, Any], playbook: Playbook) -> str:
    """The rank as shown, and what of it is open, in the team's words."""
    open_parts = []
    if not decision["fit_grade_certain"]:
        could_be = " or ".join(playbook.term(grade) for grade in decision["fit_grade_could_be"])
        open_parts.append(f"{playbook.term('grade')} may be {could_be}")
    if not decision["engagement_level_certain"]:
        open_parts.append(f"{playbook.term('level')} may be another")
    return f"{decision['rank']}? ({', '.join(open_parts)})" if open_parts else str(decision["rank"])


def _cell(rank: str, playbook: Playbook) -> str:
    cell = playbook.ranks.get(rank)
    return f" · {cell.label} · {cell.route}" if cell else ""


def _rules(rules: Sequence[RuleExplanation]) -> None:
    ordered = sorted(
        rules,
        key=lambda r: (r.verdict.truth is not Truth.IN, r.verdict.truth is not Truth.UNKNOWN, -abs(r.points)),
    )
    for rule in ordered:
        verdict = rule.verdict
        points = (
            f"{round(rule.points, 2):+g}"
            if verdict.truth is Truth.IN
            else ("?" if verdict.truth is Truth.UNKNOWN else "0")
        )
        line = f"  {_VERDICT_MARK[verdict.truth]} {points:>6}  {rule.name}: {verdict.sentence}"
        say(line + _detail(verdict), _VERDICT_STYLE[verdict.truth])
        _evidence(verdict)


def _detail(verdict: Verdict) -> str:
    if verdict.truth is Truth.UNKNOWN:
        return (
            f" — unknown until somebody knows {', '.join(verdict.missing)}"
            if verdict.missing
            else " — unknown: outside what the sources cover"
        )
    if verdict.n is not None and verdict.latest_at is not None:
        return f" — {verdict.n} ×, last {iso(verdict.latest_at)[:16].replace('T', ' ')}"
    if verdict.value is not None:
        return f" — {verdict.value}" + (" (assumed)" if verdict.assumed else "")
    return ""


def _evidence(verdict: Verdict, depth: int = 0) -> None:
    for row in verdict.evidence[:3]:
        where = f" ({row.file}, line {row.line})" if row.file else ""
        CONSOLE.print(f"             {iso(row.at)[:16].replace('T', ' ')}  {row.what}{where}", style="dim")
    if len(verdict.evidence) > 3:
        CONSOLE.print(f"             and {len(verdict.evidence) - 3} more", style="dim")
    for part in verdict.parts:
        if part.truth is Truth.IN and depth < 3:
            _evidence(part, depth + 1)


def _buyer_segment(segment: SegmentExplanation, decision: dict[str, Any]) -> None:
    if segment.key != decision["buyer_segment"]:
        missing = ", ".join(segment.verdict.missing) or "what the sources do not cover"
        say(f"Could be {segment.label}: depends on {missing}", "yellow")
        return
    say(f"Buyer segment: {segment.label}", "bold")
    CONSOLE.print(f"  because {segment.verdict.sentence}")
    if segment.next_touch:
        CONSOLE.print(f"  next touch: {segment.next_touch}")


def _missing(found: PersonExplanation) -> None:
    if not found.missing:
        return
    say("What is missing, and what it could change:", "bold")
    for fact in found.missing:
        changes = [f"{fact.points_at_stake:g} points ({', '.join(fact.rules)})"] if fact.rules else []
        changes += [f"the segment {s}" for s in fact.segments]
        CONSOLE.print(f"  {fact.label} ({fact.fact}): {'; '.join(changes)}")

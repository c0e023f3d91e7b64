"""The words of ours that a team may replace by its own."""

from __future__ import annotations

from handraise.model.scores import GRADES, LEVELS, RANKS
from handraise.playbook.field_names import resolve
from handraise.playbook.nodes import TextNode
from handraise.playbook.reading import Names, Reading, nearest

TERMS: tuple[str, ...] = (
    "MAL", "MIL", "MQL", "SAL", "SQL", "Win",
    "account", "accounts", "activity", "agreement", "behaviour", "behaviours", "book", "buyer segment", "buyer segments",
    "buying group", "company", "deal", "deals", "engagement", "fit", "grade", "hand-raiser", "interest", "intent", "lead", "leads",
    "level", "lifecycle", "marketing", "marketing-qualified", "nurture", "offers", "opportunity", "opportunities", "outcome",
    "passed back", "people", "person", "play", "playbook", "products", "program", "programs", "qualification", "rank", "rep",
    "reps", "route", "sales", "sales-accepted", "sales-qualified", "score", "segment", "segments", "stage", "stages", "touch",
    "track", "tracks", "trigger", "triggers",
)  # fmt: skip


def is_term(key: TextNode, to: Reading) -> bool:
    """Always true; a word that nothing uses is warned about, since renaming it changes nothing."""
    text = key.text
    known = text in TERMS or text in GRADES or text in RANKS or text in map(str, LEVELS)
    if not (known or text in _declared(to.names) or resolve(text, to.catalog)):
        near = nearest(text, [*TERMS, *to.names.stages, *to.names.triggers, *to.names.tracks])
        advice = (
            f"Did you mean `{near}`?"
            if near
            else "Rename a stage, a grade, a rank, a field (`account.employees`) or a word such as `fit`."
        )
        to.say("PB217", key, f"`{text}` is renamed, but nothing is called so.", advice)
    return True


def _declared(names: Names) -> set[str]:
    """What the playbook itself gives a name: each is said by its own word where there is one."""
    keys = (names.segments, names.behaviours, names.triggers, names.tracks, names.stages)
    more = (names.products, names.programs, names.offers, names.roles, names.labels)
    return {name for some in (*keys, *more) for name in some}

"""Settings of a workspace: one table with name, default, unit and help.

Read by `handraise.services.settings` from `handraise.yml`; values are passed down as arguments and never
looked up below the services.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from dataclasses import field as _field

SETTINGS_FILE = "handraise.yml"
PLAYBOOK_FILE = "playbook.yml"
PLAYBOOK_FOLDER = "playbook"
MAPPING_FILE = "mapping.yml"
SPARK_MASTER = "local[*]"


def _setting(default: object, help_: str, unit: str = "") -> object:
    return _field(default=default, metadata={"help": help_, "unit": unit})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one workspace, with their defaults."""

    store: str = _setting("facts.duckdb", "File that holds the facts, relative to the workspace.")  # type: ignore[assignment]
    threads: int = _setting(0, "Chunks decided at once; 0 means one per processor core.")  # type: ignore[assignment]
    memory_limit_mb: int = _setting(2000, "Memory the store may use for its scans.", "MB")  # type: ignore[assignment]
    time_zone: str | None = _setting(  # type: ignore[assignment]
        None, "Time zone of date-times that files give without one; unset: such rows are quarantined."
    )
    source_trust: tuple[str, ...] = _setting(  # type: ignore[assignment]
        (), "Sources, most trusted first: whose value counts when two say something at the same instant."
    )
    fields: tuple[tuple[str, str], ...] = _setting(  # type: ignore[assignment]
        (), "Your own fields and their types, such as `account.it_budget: number`."
    )
    assumed_from_creation: tuple[str, ...] = _setting(  # type: ignore[assignment]
        (),
        "Fields without history that are assumed to hold since the record was created; results that rest on them say so.",
    )
    won_stages: tuple[str, ...] = _setting((), "Deal stages that mean won, beside `Closed Won`.")  # type: ignore[assignment]
    lost_stages: tuple[str, ...] = _setting((), "Deal stages that mean lost, beside `Closed Lost`.")  # type: ignore[assignment]
    missing: tuple[str, ...] = _setting(  # type: ignore[assignment]
        (), "Spellings of a missing value in every file, beside an empty cell."
    )
    formats: tuple[str, ...] = _setting(  # type: ignore[assignment]
        (),
        "Formats of dates and date-times in every file; stated ones are the only ones read. A mapping's own come first.",
    )
    marketo_types: tuple[tuple[str, str], ...] = _setting(  # type: ignore[assignment]
        (), "Activity type ids of your own in Marketo, and the kind of activity each is."
    )
    covers_types: tuple[tuple[str, tuple[str, ...]], ...] = _setting(  # type: ignore[assignment]
        (), "By source, the kinds of activity that its exports were asked for, where that is not all of them."
    )
    own_domains: tuple[str, ...] = _setting((), "Your own domains: their people are employees, not buyers.")  # type: ignore[assignment]
    own_names: tuple[str, ...] = _setting((), "Your own company's names, as people write them.")  # type: ignore[assignment]
    competitor_domains: tuple[str, ...] = _setting((), "Domains of competitors.")  # type: ignore[assignment]
    competitor_names: tuple[str, ...] = _setting((), "Names of competitors, as people write them.")  # type: ignore[assignment]
    clean: bool = _setting(  # type: ignore[assignment]
        True, "Whether hygiene judges what was imported after every import."
    )
    alarm_owners: tuple[tuple[str, str], ...] = _setting(  # type: ignore[assignment]
        (),
        "Who looks at an alarm, by form, activity, field, source or code of the alarm: `marketo: dana@example.com`; else the playbook's parties.",
    )
    as_of: str | None = _setting(  # type: ignore[assignment]
        None, "Instant that commands take when none is given; unset: now. For samples and archives."
    )


def help_of(name: str) -> str:
    """One line that says what a setting does, with its unit."""
    found = next(f for f in fields(Settings) if f.name == name)
    unit = f" [{found.metadata['unit']}]" if found.metadata["unit"] else ""
    return f"{found.metadata['help']}{unit}"

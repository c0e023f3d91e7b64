"""What an import is told besides the file; nothing here reads the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handraise.importers.companions import Companions
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.model.values import FieldType


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """How the columns of an export are to be read.

    `exported_at`: when the export was taken; the caller keeps it with the file, so that importing the
    same file again says the same. `from_creation`: fields without history that are assumed known from
    the row's creation (never those that leak). `types`: declared types of the workspace's own fields.
    `zone`: for date-times without one, where the source does not document UTC; without it they are
    quarantined. `formats`: strptime
    formats of dates and date-times, for exports in somebody's locale; stated, they are the only ones read.
    `missing`: more spellings of a missing value. `stages`: what a deal's stage name means, where the
    default names do not apply. `covers`: the period that the export was asked for, `covers_types`: by source, the
    activity types, if it was not all of them. `has_stage_history`:
    stages come from a history file, so the current one is not taken. `marketo_types`: activity type id
    -> type, for an instance's own ids. `crm_source`: the source whose ids stand in Marketo's `sfdc...` columns.
    `companions`: what other files of the same import tell that this one needs.
    """

    exported_at: Micros
    from_creation: frozenset[Field] = frozenset()
    types: Mapping[Field, FieldType] = field(default_factory=dict)
    zone: str | None = None
    formats: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    stages: Mapping[str, DealStatus] = field(default_factory=dict)
    covers: tuple[Micros, Micros] | None = None
    covers_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_stage_history: bool = False
    marketo_types: Mapping[str, str] = field(default_factory=dict)
    crm_source: str = "salesforce"
    companions: Companions = Companions()

    @property
    def latest(self) -> Micros:
        """Past this instant a thing that has happened cannot lie: a day of slack for clocks and zones."""
        return self.exported_at + MICROS_PER_DAY

    def catalog(self) -> FieldCatalog:
        own = (FieldDefinition(f, t, f.name.replace("_", " ").capitalize()) for f, t in self.types.items())
        return FieldCatalog(own)

"""`handraise clean`: what hygiene tells of records and clicks."""

from __future__ import annotations

from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import add_row, count_of, new_table
from handraise.hygiene.bots import REASON_SENTENCES, MachineReason
from handraise.hygiene.derived import READ_FROM_TITLES
from handraise.hygiene.reasons import CODES
from handraise.model.fields import Field, FieldCatalog
from handraise.services.cleaning import Cleaned
from handraise.workspace import Workspace

_FLAGS = (
    "is_junk",
    "is_student",
    "is_employee",
    "is_competitor",
    "is_purchased",
    "is_role_mailbox",
    "is_free_mail",
)


def clean(workspace: Path | None, as_json: bool) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.clean()
    if as_json:
        print_json(found.as_dict())
        return
    _verdicts(found)
    _reasons(found)
    _machines(found)
    note(
        f"{count_of(found.n_new, 'fact')} written that were not known before; they are of the source `handraise`."
    )
    note("Nothing was deleted. `handraise import --undo ID` takes the verdicts back.")


def _verdicts(found: Cleaned) -> None:
    people, catalog = found.people, FieldCatalog()
    CONSOLE.print(f"{count_of(people.n_records, 'record')} of people judged")
    table = new_table("", "yes", "no", "cannot be told", right=(1, 2, 3))
    for name in _FLAGS:
        yes, no = people.values[name, "true"], people.values[name, "false"]
        cells = (f"{n:,}" for n in (yes, no, people.n_records - yes - no))
        add_row(table, catalog.label(Field("person", name)), *cells)
    CONSOLE.print(table)
    for name in READ_FROM_TITLES:
        n = sum(n for (field, _), n in people.values.items() if field == name)
        label = catalog.label(Field("person", name))
        CONSOLE.print(f"{label} read from the titles of {count_of(n, 'record')}")


def _reasons(found: Cleaned) -> None:
    if not found.people.reasons:
        return
    table = new_table("reason", "weight", "records", "what it says", right=(2,))
    for code, n in found.people.reasons.most_common():
        said = CODES[code]
        add_row(table, code, said.weight.value, f"{n:,}", said.sentence.replace("`{}`", "…"))
    CONSOLE.print(table)


def _machines(found: Cleaned) -> None:
    if not found.n_mail_acts:
        return
    CONSOLE.print(
        f"{found.n_machine:,} of {found.n_mail_acts:,} opens and clicks of e-mails were a machine's; of "
        f"{found.n_untold:,} it cannot be told"
    )
    for name, n in found.machine_reasons.items():
        CONSOLE.print(f"  {n:>9,}  {REASON_SENTENCES[MachineReason[name.upper()]]}")

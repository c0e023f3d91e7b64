"""The physical tables of the fact store, declared once: they drive the DDL, the appending and the documentation.

Names become dense integers here (`*_name` tables), since the evaluator works on arrays. Those numbers
depend on the order of arrival; nothing outside the store may.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SCHEMA_VERSION = 4
N_BUCKETS = 64
# A record's place is `bucket << PLACE_BITS | rank in the bucket`: 33 million records a bucket.
PLACE_BITS = 25


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in DuckDB, what it means, and whether it may be unknown."""

    name: str
    type: str
    meaning: str
    may_be_unknown: bool = False

    @property
    def ddl(self) -> str:
        return f"{self.name} {self.type}{'' if self.may_be_unknown else ' NOT NULL'}"


@dataclass(frozen=True, slots=True)
class Table:
    """A physical table: one row is one `grain`, identified by `key`; `history` says what is kept of the past."""

    name: str
    meaning: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    history: str = ""

    @property
    def ddl(self) -> str:
        body = ", ".join(c.ddl for c in self.columns)
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({body})"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


def _columns(rows: str) -> tuple[Column, ...]:
    """Columns written one a line: name, type (`?` behind it: may be unknown), meaning."""
    cells = (tuple(c.strip() for c in row.split("|")) for row in rows.strip().splitlines())
    return tuple(Column(n, t.removesuffix("?"), meaning, t.endswith("?")) for n, t, meaning in cells)


_FACT = _columns("""
key            | UBIGINT  | hash of what identifies the fact
content        | UBIGINT  | hash of everything the fact says but `known_at`; breaks ties between rows
happened_at    | BIGINT   | when it happened, microseconds
known_at       | BIGINT   | when we could know it, microseconds
seq            | BIGINT   | append number
superseded_seq | BIGINT?  | append number of the row of the same key that counts instead, from then on
import_id      | INTEGER  | the import that brought it
line           | BIGINT   | line in the imported file
source         | SMALLINT | the system it came from
""")
_FACT_HISTORY = (
    "append only, until its import is undone; a row that lost to another of its key keeps its place for older horizons, "
    "or, where it never counted, for the case that the other is undone: `superseded_seq` is then its own number"
)


def _fact(name: str, meaning: str, grain: str, key: tuple[str, ...], rows: str) -> Table:
    return Table(name, meaning, grain, key, (*_columns(rows), *_FACT), _FACT_HISTORY)


PERSON_RECORDS = _fact(
    "person_records",
    "a system has a record of somebody",
    "record, as a visitor and as somebody identified",
    ("record", "identified"),
    """
record     | INTEGER | the record
identified | BOOLEAN | false for an anonymous visitor
""",
)
ACCOUNT_RECORDS = _fact(
    "account_records",
    "a system has a record of an account",
    "account",
    ("account",),
    """
account | INTEGER | the account
own     | BOOLEAN | it stands for the company fields of a lead that has no account yet
""",
)
ATTRIBUTE_CHANGES = _fact(
    "attribute_changes",
    "a field had a value from an instant on",
    "entity, subject, field, instant, source and how that instant was told",
    ("entity", "subject", "field", "happened_at", "source", "assumed"),
    """
field   | INTEGER  | the field; its entity says what `subject` numbers
subject | INTEGER  | person record, account, or a thing (asset, program, opportunity)
value   | INTEGER? | the value's number within the field; unknown where it was erased
assumed | UTINYINT | how we come to say since when: index into `rows.Assumed`
""",
)
IDENTITY_KEYS = _fact(
    "identity_keys",
    "a person record bears a key that it may share with others",
    "record and key",
    ("record", "identity_key"),
    """
record       | INTEGER | the record
identity_key | INTEGER | the key
""",
)
MEMBERSHIPS = _fact(
    "memberships",
    "a person record belongs to an account from an instant on",
    "record, instant, source and whether it was stated",
    ("record", "happened_at", "source", "stated"),
    """
record  | INTEGER  | the record
account | INTEGER? | the account; unknown where the membership ends
stated  | BOOLEAN  | false for a lead's own company
""",
)
ACTIVITIES = _fact(
    "activities",
    "something a person did, or that was done to them",
    "source and message id",
    ("source", "message_id"),
    """
record      | INTEGER  | whose record
kind        | INTEGER  | what it was
particulars | VARCHAR? | canonical JSON of the properties that nothing tests (`model.activities.PARTICULARS`)
""",
)
OPPORTUNITIES = _fact(
    "opportunities",
    "a deal was opened",
    "opportunity",
    ("opportunity",),
    """
opportunity | INTEGER  | the deal
account     | INTEGER? | the account it was opened on
""",
)
OPPORTUNITY_STAGES = _fact(
    "opportunity_stages",
    "a deal reached a stage",
    "opportunity, stage and instant",
    ("opportunity", "stage", "happened_at"),
    """
opportunity | INTEGER  | the deal
stage       | VARCHAR  | the stage's name
status      | UTINYINT | what it means: index into `chunks.DEAL_STATUSES`
""",
)
CONTACT_ROLES = _fact(
    "contact_roles",
    "a person record has a role in a deal",
    "opportunity, record and instant",
    ("opportunity", "record", "happened_at"),
    """
opportunity | INTEGER  | the deal
record      | INTEGER  | the record
role        | VARCHAR? | the role's name
is_primary  | BOOLEAN  | the deal's primary contact
""",
)
FACT_TABLES: tuple[Table, ...] = (
    PERSON_RECORDS,
    ACCOUNT_RECORDS,
    ATTRIBUTE_CHANGES,
    IDENTITY_KEYS,
    MEMBERSHIPS,
    ACTIVITIES,
    OPPORTUNITIES,
    OPPORTUNITY_STAGES,
    CONTACT_ROLES,
)

_NAME = "id | INTEGER | the number\nname | VARCHAR | the name, as written `source:id`"
RECORD_NAMES = Table("record_names", "names of person records", "record", ("id",), _columns(_NAME))
ACCOUNT_NAMES = Table("account_names", "names of accounts", "account", ("id",), _columns(_NAME))
THING_NAMES = Table(
    "thing_names",
    "names of assets, programs and opportunities",
    "thing",
    ("id",),
    _columns(_NAME + "\nentity | VARCHAR | a `model.fields.Entity`"),
)
SOURCE_NAMES = Table(
    "source_names",
    "the systems that facts come from",
    "source",
    ("id",),
    _columns("id | SMALLINT | the number\nname | VARCHAR | the name"),
)
KEY_NAMES = Table(
    "key_names",
    "identity keys",
    "key",
    ("id",),
    _columns(
        "id | INTEGER | the number\nname | VARCHAR | `email:...` or `id:...`\n"
        "record | INTEGER? | the record that an `id:` key names"
    ),
)
FIELDS = Table(
    "fields",
    "fields that have values, and the workspace's own",
    "field",
    ("id",),
    _columns("""
id     | INTEGER  | the number
entity | VARCHAR  | a `model.fields.Entity`
name   | VARCHAR  | the field's name
type   | VARCHAR? | a `model.values.FieldType`, for the workspace's own fields
label  | VARCHAR? | what it is called, for the workspace's own fields
"""),
)
FIELD_VALUES = Table(
    "field_values",
    "the distinct values of each field",
    "field and value",
    ("field", "code"),
    _columns("""
field | INTEGER | the field
code  | INTEGER | dense number within the field
text  | VARCHAR | canonical text
"""),
)
KINDS = Table(
    "kinds",
    "the distinct kinds of activities",
    "kind",
    ("id",),
    _columns("""
id         | INTEGER  | the number
what       | UBIGINT  | hash of the rest
type       | VARCHAR  | of `model.activities`
channel    | VARCHAR? | channel
asset      | VARCHAR? | asset
program    | VARCHAR? | program
product    | VARCHAR? | product
properties | VARCHAR  | canonical JSON
"""),
)
NAME_TABLES: tuple[Table, ...] = (
    SOURCE_NAMES,
    RECORD_NAMES,
    ACCOUNT_NAMES,
    THING_NAMES,
    KEY_NAMES,
    FIELDS,
    FIELD_VALUES,
    KINDS,
)

RECORD_PLACES = Table(
    "record_places",
    "where a record's rows lie in the clustered copies",
    "record",
    ("record",),
    _columns("""
record | INTEGER | the record
place  | INTEGER | bucket and rank in it; records of one account lie side by side
n_rows | INTEGER | its activities when its bucket was rebuilt
"""),
)
ACCOUNT_PLACES = Table(
    "account_places",
    "where an account's attributes lie in the clustered copy",
    "account",
    ("account",),
    _columns("account | INTEGER | the account\nplace | INTEGER | bucket and rank in it"),
)
BUCKETS = Table(
    "buckets",
    "up to where the clustered copies of a bucket reach",
    "bucket",
    ("bucket",),
    _columns("""
bucket   | INTEGER | 0 to 63
seq      | BIGINT  | highest append number that was looked at; later rows are read from the append tables
"""),
)
ACTIVITIES_CLUSTERED = Table(
    "activities_clustered",
    "activities once more, sorted by (place, happened_at, known_at, content) within a bucket",
    "activity",
    ("seq",),
    _columns("""
place          | INTEGER | of the record
kind           | INTEGER | what it was
happened_at    | BIGINT  | when it happened
delay          | BIGINT  | `known_at - happened_at`, nearly always one value
seq            | BIGINT  | append number
superseded_seq | BIGINT? | as in `activities`
content        | UBIGINT | as in `activities`
import_id      | INTEGER | as in `activities`
line           | BIGINT  | as in `activities`
"""),
)
_ATTRIBUTES = """
field          | INTEGER  | the field
place          | INTEGER  | of the subject
value          | INTEGER  | the value's number within the field, -1 where it was erased
assumed        | UTINYINT | as in `attribute_changes`
happened_at    | BIGINT   | since when
delay          | BIGINT   | `known_at - happened_at`
source         | SMALLINT | the system it came from
seq            | BIGINT   | append number
superseded_seq | BIGINT?  | as in `attribute_changes`
content        | UBIGINT  | as in `attribute_changes`
"""
PERSON_ATTRIBUTES = Table(
    "person_attributes",
    "attribute changes of person records, sorted by (field, place, happened_at, known_at, content) within a bucket",
    "attribute change",
    ("seq",),
    _columns(_ATTRIBUTES),
)
ACCOUNT_ATTRIBUTES = Table(
    "account_attributes",
    "attribute changes of accounts, in the same order",
    "attribute change",
    ("seq",),
    _columns(_ATTRIBUTES),
)
CLUSTERED_TABLES: tuple[Table, ...] = (
    RECORD_PLACES,
    ACCOUNT_PLACES,
    BUCKETS,
    ACTIVITIES_CLUSTERED,
    PERSON_ATTRIBUTES,
    ACCOUNT_ATTRIBUTES,
)

META = Table(
    "store_meta",
    "what the store says of itself",
    "name",
    ("name",),
    _columns("name | VARCHAR | schema_version, generation\nvalue | BIGINT | its value"),
)
IMPORTS = Table(
    "imports",
    "every import, reconciled: rows_in = accepted + duplicate + quarantined",
    "import",
    ("id",),
    _columns("""
id              | INTEGER  | the number
source          | VARCHAR  | the system
importer        | VARCHAR  | the importer
file_name       | VARCHAR  | the file
file_sha256     | VARCHAR  | hash of the file's content
exported_at     | BIGINT?  | when the system wrote the file
imported_at     | BIGINT   | when it was taken in
rows_in         | BIGINT   | rows of the file
accepted        | BIGINT   | rows that added at least one fact
duplicate       | BIGINT   | rows whose facts were all there
quarantined     | BIGINT   | rows that could not be taken, or lost to others of their key
facts           | BIGINT   | facts added
first_seq       | BIGINT   | append number before the import
last_seq        | BIGINT   | append number after it
unknown_columns | VARCHAR[] | columns that the importer did not know
undone_at       | BIGINT?  | when it was undone: from then on it has brought nothing
"""),
)
COVERAGE = Table(
    "coverage",
    "what the sources are known to know all about",
    "source, activity type and span",
    ("source", "activity_type", "from_at", "to_at", "seq"),
    _columns("""
source        | VARCHAR | the system
activity_type | VARCHAR | of `model.activities`
from_at       | BIGINT  | first instant
to_at         | BIGINT  | last instant
seq           | BIGINT  | append number at the end of the import that says so
import_id     | INTEGER | that import
stated        | BOOLEAN | as it is; else it stretches over everything that the source covered before (`coverage`)
"""),
)
SAID_AGAIN = Table(
    "said_again",
    "facts that a later import said once more: they stay where the import that brought them is undone",
    "import and range of append numbers",
    ("import_id", "first_seq"),
    _columns("""
import_id    | INTEGER | the later import
first_seq    | BIGINT  | append number of the first of these facts
last_seq     | BIGINT  | of the last; every number between is one too
happened_by  | BIGINT  | by how much later it says that they happened, microseconds
known_by     | BIGINT  | by how much later it says that they were known
"""),
)
MASKED = Table(
    "masked",
    "activities for which another stands: `superseded_seq` of the one is the number of the other",
    "activity",
    ("seq",),
    _columns("""
seq       | BIGINT  | append number of the activity
by_seq    | BIGINT  | append number of what stands for it
import_id | INTEGER | the import that brought that
"""),
)
QUARANTINE = Table(
    "quarantine",
    "rows that were not taken, with the reason and their own text",
    "file content, line and reason",
    ("file_sha256", "line", "reason"),
    _columns("""
import_id     | INTEGER  | the first import that met it
file_sha256   | VARCHAR  | hash of the file's content
file_name     | VARCHAR  | the file
source        | VARCHAR  | the system
line          | BIGINT   | line in the file
column_name   | VARCHAR? | the file's own header
code          | VARCHAR  | machine-readable reason
reason        | VARCHAR  | the reason, a sentence
value         | VARCHAR? | the cell
raw           | VARCHAR? | the row's own text
"""),
)
RUNS = Table(
    "runs",
    "every decision run, with all that it depended on",
    "run",
    ("id",),
    _columns("""
id               | VARCHAR | given by the caller
as_of            | BIGINT  | the instant decided
horizon          | BIGINT  | highest append number read
playbook_text    | VARCHAR | the playbook
playbook_version | VARCHAR | hash of its meaning
engine           | VARCHAR | where it ran
counts           | VARCHAR | JSON
started_at       | BIGINT  | by the caller's clock
finished_at      | BIGINT? | by the caller's clock
"""),
)
CALIBRATIONS = Table(
    "calibrations",
    "thresholds that were read off everybody: facts where they were known, else kept to be used again",
    "playbook version, instant, horizon and what else they rest on",
    ("playbook_version", "instant", "horizon", "depends_on"),
    _columns("""
playbook_version | VARCHAR | hash of the playbook's meaning
instant          | BIGINT  | everybody as of when
horizon          | BIGINT  | highest append number read
depends_on       | VARCHAR | hash of what else they rest on
known_at         | BIGINT? | since when decisions keep to them; unknown: worked out for an instant that was past
n_people         | BIGINT  | how many people they were read off
thresholds       | VARCHAR | JSON
first_at         | BIGINT? | of all calibrations up to an instant: when anybody was there first
"""),
)
ACTIVATIONS = Table(
    "activations",
    "which playbook version was in force since when",
    "instant of activation",
    ("activated_at",),
    _columns("""
activated_at     | BIGINT  | since when
recorded_at      | BIGINT  | by the caller's clock
playbook_version | VARCHAR | hash of the playbook's meaning
playbook_name    | VARCHAR | what it is called
playbook_text    | VARCHAR | the playbook
triggers         | VARCHAR | JSON: since when each runs in its present form, and a hash of that form
"""),
)
FIRINGS = Table(
    "firings",
    "triggers that fired, as runs told them",
    "playbook version and firing",
    ("playbook_version", "firing_id"),
    _columns("""
playbook_version | VARCHAR  | by which playbook
firing_id        | VARCHAR  | the same wherever it is worked out
trigger          | VARCHAR  | which trigger
person_id        | VARCHAR  | for whom
fired_at         | BIGINT   | when
track            | VARCHAR  | the trigger's track
due_at           | BIGINT?  | until when sales had to act
run              | VARCHAR  | the first run that told it
in_force         | BOOLEAN  | whether its trigger had been activated; otherwise it only would have fired
"""),
)
STAGE_ENTRIES = Table(
    "stage_entries",
    "stages that people entered, as runs told them",
    "playbook version, person, instant and stage",
    ("playbook_version", "person_id", "entered_at", "stage"),
    _columns("""
playbook_version | VARCHAR  | by which playbook
person_id        | VARCHAR  | who
stage            | VARCHAR  | which stage
entered_at       | BIGINT   | when
entered_by       | VARCHAR  | rule, act or passed_back
reason           | VARCHAR? | why they were passed back
return_at        | BIGINT?  | when they return
due_at           | BIGINT?  | until when sales had to act
run              | VARCHAR  | the first run that told it
"""),
)
ERASURES = Table(
    "erasures",
    "receipts: that and when something was erased, and how much of what; nothing that says of whom",
    "erasure",
    ("id",),
    _columns("""
id        | VARCHAR | random, given by the caller
what      | VARCHAR | person or retention
erased_at | BIGINT  | by the caller's clock
counts    | VARCHAR | JSON: rows by what they were
"""),
)
RECORD_TABLES: tuple[Table, ...] = (
    META,
    IMPORTS,
    COVERAGE,
    SAID_AGAIN,
    MASKED,
    QUARANTINE,
    RUNS,
    CALIBRATIONS,
    ACTIVATIONS,
    FIRINGS,
    STAGE_ENTRIES,
    ERASURES,
)

TABLES: tuple[Table, ...] = (*FACT_TABLES, *NAME_TABLES, *CLUSTERED_TABLES, *RECORD_TABLES)


# What must go before the tables of a version can be made, by that version.
_REPLACED: dict[int, tuple[str, ...]] = {2: (f"DROP TABLE {CALIBRATIONS.name}",)}  # nothing ever wrote it


_ADDED: dict[int, tuple[str, ...]] = {
    3: (
        f"ALTER TABLE {IMPORTS.name} ADD COLUMN IF NOT EXISTS undone_at BIGINT",
        f"ALTER TABLE {COVERAGE.name} ADD COLUMN IF NOT EXISTS stated BOOLEAN DEFAULT true",
        f"ALTER TABLE {ACTIVITIES.name} ADD COLUMN IF NOT EXISTS particulars VARCHAR",
    )
}


def ddl(version: int = 0) -> Iterator[str]:
    """The statements that create every table, or those missing in a store of an earlier version. `decisions` follows the
    columns of the first run saved."""
    if version:
        for changes in (_REPLACED, _ADDED):
            yield from (s for newer, some in changes.items() if newer > version for s in some)
    for table in TABLES:
        yield table.ddl

"""The facts, brought to their buckets: read once, written as one folder of Parquet files for each bucket and table.

All tables travel as one, so that Spark joins them with the directory and shuffles them in one job.
"""

from __future__ import annotations

import re
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from handraise.engines.spark.files import BUCKET, TABLE
from handraise.engines.spark.routing import ACCOUNT, DEAL, PERSON
from handraise.facts.interchange import tables
from handraise.facts.interchange.parquet import file_name
from handraise.facts.interchange.tables import Kind, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_TRAVELLER = "traveller"
_TRAVELLING = tuple(t for t in tables.TABLES if t not in (tables.FIELDS, tables.COVERAGE))
_ABOUT = {
    "people": (PERSON, "record"),
    "accounts": (ACCOUNT, "account"),
    "identity_keys": (PERSON, "record"),
    "memberships": (PERSON, "record"),
    "opportunities": (DEAL, "opportunity"),
    "opportunity_stages": (DEAL, "opportunity"),
    "contact_roles": (DEAL, "opportunity"),
    "activities": (PERSON, "record"),
}
_TYPES = {Kind.TEXT: "string", Kind.INSTANT: "timestamp", Kind.TRUTH: "boolean"}
_ENTITIES = {"person": PERSON, "account": ACCOUNT, "opportunity": DEAL}


def shuffle(session: SparkSession, folder: Path, directory: Path, n_buckets: int, target: Path) -> None:
    """Write every fact to the buckets that the directory names for whom it is about."""
    facts = reduce(
        lambda some, more: some.unionByName(more, allowMissingColumns=True),
        (_travelling(session, folder, table) for table in _TRAVELLING),
    )
    places = session.read.schema(f"{_TRAVELLER} string, {BUCKET} int").parquet(hadoop_path(directory))
    (
        facts.join(places, _TRAVELLER)
        .drop(_TRAVELLER)
        .repartition(n_buckets, BUCKET)
        .write.partitionBy(BUCKET, TABLE)
        .parquet(hadoop_path(target))
    )


def messages_of_several(session: SparkSession, folder: Path) -> pa.Table:
    """Pairs of records, `left` and `right`, that activities of one source and message id are about.

    Only one of such activities counts, and which one is settled where they meet.
    """
    activities = _read(session, folder, tables.ACTIVITIES)
    several = (
        activities.groupBy("source", "message_id")
        .agg(F.min("record").alias("left"), F.max("record").alias("highest"))
        .where("left <> highest")
    )
    pairs = activities.join(several, ["source", "message_id"]).select("left", F.col("record").alias("right"))
    return pairs.where("left <> right").distinct().toArrow()


def hadoop_path(path: Path) -> str:
    """A path as Spark reads it: on this machine, and nothing in it stands for other names."""
    return "file://" + re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path.absolute()))


def _travelling(session: SparkSession, folder: Path, table: Table) -> DataFrame:
    about = _about_attribute() if table is tables.ATTRIBUTE_CHANGES else _about(*_ABOUT[table.name])
    rows = _read(session, folder, table)
    return rows.withColumns({TABLE: F.lit(table.name), _TRAVELLER: about})


def _read(session: SparkSession, folder: Path, table: Table) -> DataFrame:
    """A table's file. Spark is told the types, which takes a job a file less; a column without any value has none there."""
    path = folder / file_name(table.name)
    empty = {field.name for field in pq.read_schema(path) if pa.types.is_null(field.type)}
    told = ", ".join(f"`{c.name}` {_TYPES[c.kind]}" for c in table.columns if c.name not in empty)
    rows = session.read.schema(told).parquet(hadoop_path(path))
    return rows.withColumns(
        {c.name: F.lit(None).cast(_TYPES[c.kind]) for c in table.columns if c.name in empty}
    )


def _about(kind: str, column: str) -> Column:
    return F.concat(F.lit(f"{kind}:"), F.col(column))


def _about_attribute() -> Column:
    """Whom an attribute is about; nobody, if it is of an asset or a program."""
    of = {entity: _about(kind, "subject") for entity, kind in _ENTITIES.items()}
    found = F.when(F.col("entity") == "person", of["person"])
    for entity in ("account", "opportunity"):
        found = found.when(F.col("entity") == entity, of[entity])
    return found

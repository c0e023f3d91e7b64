"""Activities that stand for others: what a machine did is told as that, and the click it looked like counts no more."""

from __future__ import annotations

from handraise.facts.sql import Connection


def mask(connection: Connection, import_id: int) -> None:
    """Lets each activity that an import brought stand for the one whose append number is its line."""
    connection.execute(
        """INSERT INTO masked (seq, by_seq, import_id)
           SELECT a.seq, b.seq, b.import_id FROM activities b JOIN activities a ON a.seq = b.line
           WHERE b.import_id = ? AND b.superseded_seq IS NULL AND a.superseded_seq IS NULL""",
        [import_id],
    )
    for table in ("activities", "activities_clustered"):
        connection.execute(
            f"""UPDATE {table} AS a SET superseded_seq = m.by_seq FROM masked m
                WHERE a.seq = m.seq AND m.import_id = ?""",
            [import_id],
        )

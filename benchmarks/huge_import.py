"""A huge file of Marketo activities imported: rows a second, and whether memory grows with the file.

    python -m benchmarks.huge_import [--megabytes 500 1000 5000] [--folder DIR]

The files are made here, deterministic, and removed again; there must be room for them and as much again for the stores. What a
user would write instead is the same file read by DuckDB's CSV reader into a table, without dates checked, types told apart,
repeats found or anything reconciled: the floor.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.single_instant import Measured, measure

HEADER = "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes"
N_PEOPLE = 400_000
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
IMPORT, FLOOR = "handraise import", "DuckDB read_csv into a table"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, nargs="+", default=[500, 1000, 5000])
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--contender")
    options = parser.parse_args()
    if options.contender:
        _run(options.contender, options.folder)
        return
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="huge-") as folder:
        for megabytes in options.megabytes:
            _measure(Path(folder), megabytes)


def _measure(folder: Path, megabytes: int) -> None:
    needed, free = 3 * megabytes * 1_000_000, shutil.disk_usage(folder).free
    if free < needed:
        sys.exit(f"{needed:,} bytes are needed in {folder}, and {free:,} are free.")
    n_rows = _write(folder / "activities.csv", megabytes * 1_000_000)
    found: dict[str, Measured] = {}
    for name in (FLOOR, IMPORT):
        found[name] = measure("benchmarks.huge_import", name, [f"--folder={folder}"], repeat=1)
    print(f"\n{megabytes:,} MB, {n_rows:,} rows")
    print(f"{'':32}{'CPU s':>9}{'wall s':>9}{'MB':>8}{'rows/s':>12}")
    for name, m in found.items():
        print(
            f"{name:32}{m.cpu_seconds:>9.1f}{m.wall_seconds:>9.1f}{m.peak_mb:>8.0f}{n_rows / m.wall_seconds:>12,.0f}"
        )
    ratio = found[IMPORT].cpu_seconds / found[FLOOR].cpu_seconds
    print(f"{'':32}{ratio:>8.1f}x of the floor's CPU", flush=True)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write(path: Path, size: int) -> int:
    n = written = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER + "\n")
        for row in _rows():
            written += out.write(row)
            n += 1
            if written >= size:
                return n
    return n


def _rows() -> Iterator[str]:
    """Mails delivered, opened and clicked, pages viewed and forms filled in, one after the other over two years."""
    kinds = ("7", "10", "1", "1", "1", "11", "2", "1")
    n = 0
    while True:
        kind, lead, page = kinds[n % len(kinds)], n * 2654435761 % N_PEOPLE, n % 200
        second = n * 61_000_000 % 63_000_000
        day, rest = divmod(second, 86_400)
        at = f"{2024 + day // 365}-{day % 365 // 31 + 1:02}-{day % 28 + 1:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
        said = {
            "Client IP Address": f"10.{n % 250}.{n // 250 % 250}.7",
            "User Agent": _AGENT,
            "Webpage ID": page,
        }
        attributes = json.dumps(said).replace('"', '""')
        yield f'{n:036x},{lead},{at},{kind},{n % 90},{page},/page/{page},"{attributes}"\n'
        n += 1


def _run(contender: str, folder: Path) -> None:
    path = folder / "activities.csv"
    if contender == FLOOR:
        import duckdb

        connection = duckdb.connect(str(folder / "floor.duckdb"))
        connection.execute("SET memory_limit = '1GB'")
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}', all_varchar = true)")
        return
    from handraise.workspace import Workspace

    (outcome,) = Workspace.create(folder / "workspace").import_files([path], exported_at="2026-06-01")
    if outcome.rows_in != outcome.accepted + outcome.duplicate + outcome.quarantined or outcome.refusal:
        sys.exit(f"It does not add up: {outcome.as_dict()}")
    print(f"{outcome.accepted:,} accepted, {outcome.quarantined:,} quarantined")


if __name__ == "__main__":
    main()

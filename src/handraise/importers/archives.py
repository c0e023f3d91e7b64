"""Zip archives of exports: each member is read like a file of a folder, as a stream, and never unpacked to a place.

A member is called by the archive's path and its own name, `weekly.zip/Lead.csv`. The name only finds the member again in the
archive; it opens nothing. What could be meant to fill a disk or a day is refused as a whole: too many members, too large
in all, or packed too well to be a table.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from handraise.errors import InputFileError
from handraise.importers.rejects import refused

MAX_MEMBERS = 1_000
MAX_TOTAL = 1 << 35
MAX_RATIO = 250
# Smaller members may be packed as well as they like: a table of one value repeated is no bomb.
_SMALL = 1 << 24
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, by its name there made plain."""

    archive: Path
    name: str

    @property
    def path(self) -> Path:
        return self.archive / self.name


def is_archive(path: Path) -> bool:
    """Whether the file is a zip archive, and no workbook or document that is one inside."""
    if not _is_file(path) or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(n.startswith(("xl/", "word/", "ppt/", "META-INF/")) for n in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def members(path: Path) -> tuple[Path, ...]:
    """Every member of an archive as a path of its own, hidden ones left alone. Raises `InputFileError`."""
    found = _infos(path, *_state(path))
    return tuple(path / name for name in sorted(found))


def member_at(path: Path) -> Member | None:
    """The member that a path names, if it leads into a file. The member itself may not be there."""
    if _is_file(path):
        return None
    for parent in path.parents:
        if _is_file(parent):
            return Member(parent, path.relative_to(parent).as_posix())
    return None


def size_of(path: Path) -> int:
    """Bytes of a file; of a member, those that it takes in its archive. 0 of what cannot be looked at."""
    member = member_at(path)
    try:
        if member is None:
            return path.stat().st_size
        info = _infos(member.archive, *_state(member.archive)).get(member.name)
    except (OSError, InputFileError):
        return 0
    return 0 if info is None else info.compress_size


def name_of(path: Path) -> str:
    """What a file is called where it is listed: its name; of a member, the archive's name before it."""
    member = member_at(path)
    return path.name if member is None else f"{member.archive.name}/{member.name}"


@contextmanager
def opened_member(member: Member) -> Iterator[IO[bytes]]:
    """The member's bytes. No more of them are given than the archive's list says. Raises `InputFileError`."""
    path = member.path
    if not is_archive(member.archive):
        raise refused("IF101", path, f"`{path}` is not there: `{member.archive}` is no archive.")
    infos = _infos(member.archive, *_state(member.archive))
    info = infos.get(member.name)
    if info is None:
        raise refused("IF101", path, f"`{path}` is not there.", "Check the name; names are case-sensitive.")
    if info.flag_bits & _ENCRYPTED:
        raise refused(
            "IF103", path, f"`{path}` is locked with a password.", "Unpack it and import the files."
        )
    try:
        with zipfile.ZipFile(member.archive) as archive, _stream(path, archive, info) as stream:
            yield stream
    except zipfile.BadZipFile as error:  # what was unpacked is not what the archive says it is
        raise _broken(path, error) from error


def _stream(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(info)
    except (NotImplementedError, RuntimeError) as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> InputFileError:
    return refused("IF108", path, f"`{path}` cannot be unpacked: {error}.", "Fetch the archive again.")


@lru_cache(maxsize=8)
def _infos(path: Path, size: int, changed_at: int) -> dict[str, zipfile.ZipInfo]:
    """The members by plain name. `size` and `changed_at` tell whether the archive is still the same."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refused(
            "IF108", path, f"`{path}` is a damaged zip archive: {error}.", "Fetch it again."
        ) from error
    _refuse_bombs(path, infos)
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _plain(info.filename)
        if any(part.startswith(".") or part == "__MACOSX" for part in name.split("/")):
            continue
        free, n = name, 2
        while free in found:
            free, n = f"{name} ({n})", n + 1
        found[free] = info
    return found


def _refuse_bombs(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    total = sum(i.file_size for i in infos)
    why = None
    if len(infos) > MAX_MEMBERS:
        why = f"holds {len(infos):,} files; {MAX_MEMBERS:,} are read at most"
    elif total > MAX_TOTAL:
        why = f"holds {total:,} bytes unpacked; {MAX_TOTAL:,} are read at most"
    else:
        dense = [i for i in infos if i.file_size > max(_SMALL, i.compress_size * MAX_RATIO)]
        if dense:
            why = f"holds `{_plain(dense[0].filename)[:80]}`, which is packed more than {MAX_RATIO}-fold, as no table is"
    if why is not None:
        raise refused("IF117", path, f"`{path}` {why}.", "Unpack it and import the files that you mean.")


def _plain(name: str) -> str:
    """A name without anything that leads out of the archive, or that no terminal shows."""
    parts = name.replace("\\", "/").split("/")
    kept = [
        "".join(c if c.isprintable() else "?" for c in p)[:200] for p in parts if p not in ("", ".", "..")
    ]
    return "/".join(kept) or "unnamed"


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False

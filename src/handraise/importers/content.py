"""The bytes of a file: is it there, may it be read, is it a table, in which characters is it written."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from handraise.errors import Finding, InputFileError, Severity
from handraise.importers import archives
from handraise.importers.rejects import refused

_BLOCK = 1 << 20
_HEAD = 4096
_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook or another Office document",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"\x1f\x8b": "a gzip archive within a gzip archive",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|script|meta|table|div|p)\b",
    re.I | re.S,
)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[{\]])")
_UNDECODED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: a hash of its (unpacked) content, and how its text is read.

    `is_damaged`: a text in UTF-8 that has rows with bytes which are none. `n_lines`: about how many lines there are, to say how
    far reading has come.
    """

    path: Path
    sha256: str
    encoding: str
    is_parquet: bool
    is_damaged: bool
    findings: tuple[Finding, ...]
    is_json: bool = False
    n_lines: int = 0

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """The text, line ends as they are; unreadable bytes as lone surrogates."""
        with (
            opened(self.path) as stream,
            io.TextIOWrapper(
                stream,
                self.encoding,
                "surrogateescape" if self.encoding.startswith("utf-8") else "strict",
                newline="",
            ) as text,
        ):
            yield text


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked if it is gzip. Every failure to read is an `InputFileError`."""
    member = archives.member_at(path)
    try:
        with path.open("rb") if member is None else archives.opened_member(member) as raw:
            packed = member is None and raw.read(2) == _GZIP
            raw.seek(0)
            if not packed:
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as stream:
                yield cast(IO[bytes], stream)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise refused(
            "IF108", path, f"`{path}` is a damaged gzip file: {error}.", "Fetch it again."
        ) from error
    except UnicodeDecodeError as error:
        raise refused(
            "IF114",
            path,
            f"`{path}` is not readable as {error.encoding} ({error.reason}).",
            "Export it as UTF-8.",
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def inspect(path: Path) -> Content:
    """One pass over the whole file: that it can be used, its hash, its characters. Raises `InputFileError`."""
    _check_place(path)
    with opened(path) as stream:
        head = stream.read(_HEAD)
        if not head.strip():
            raise refused(
                "IF104", path, f"`{path}` is empty.", "Export it again; a table has at least a header line."
            )
        _refuse_foreign(path, head)
        scan = _Scan(head)
        while block := stream.read(_BLOCK):
            scan.add(block)
        scan.end()
    is_parquet = head.startswith(_PARQUET)
    findings = () if is_parquet else scan.findings()
    is_json = _JSON.match(head) is not None
    return Content(
        path,
        scan.hash.hexdigest(),
        scan.encoding,
        is_parquet,
        scan.is_damaged,
        findings,
        is_json,
        scan.n_lines,
    )


class _Scan:
    """Hashes the blocks and learns in which characters the text is written."""

    def __init__(self, head: bytes) -> None:
        self.hash = hashlib.sha256()
        self._bom = next((name for bom, name in _BOMS if head.startswith(bom)), None)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._utf16 = codecs.getincrementaldecoder("utf-16")("strict") if self._bom == "utf-16" else None
        self._pending = False
        self.n_lines = 0
        self.first_bad_line: int | None = None
        self.n_bad = self.n_good = 0
        self._in_cp1252 = True
        self.add(head)

    def add(self, block: bytes) -> None:
        self.hash.update(block)
        if self._utf16 is not None:
            self._utf16.decode(block)  # raises for what is none, which `opened` says in words
        elif self._pending or not block.isascii():
            self._decode(block, final=False)
        self.n_lines += block.count(b"\n")

    def end(self) -> None:
        if self._utf16 is not None:
            self._utf16.decode(b"", True)
        if self._pending:
            self._decode(b"", final=True)

    def _decode(self, block: bytes, *, final: bool) -> None:
        text = self._decoder.decode(block, final)
        self._pending = bool(self._decoder.getstate()[0])
        self._in_cp1252 = self._in_cp1252 and not _NOT_CP1252.search(block)
        self.n_good += len(_BEYOND_ASCII.findall(text))
        bad = _UNDECODED.findall(text)
        if bad and self.first_bad_line is None:
            where = _UNDECODED.search(text)
            assert where is not None
            self.first_bad_line = self.n_lines + text.count("\n", 0, where.start()) + 1
        self.n_bad += len(bad)

    @property
    def encoding(self) -> str:
        if self._bom:
            return self._bom
        if self.n_bad == 0 or self.is_damaged:
            return "utf-8"
        return "cp1252" if self._in_cp1252 else "latin-1"

    @property
    def is_damaged(self) -> bool:
        """At least as much of it is UTF-8 as is not: then the rows that are not are the exception, since no other text reads as UTF-8 by chance."""
        return (
            self._bom != "utf-16"
            and self.n_bad > 0
            and (self._bom == "utf-8-sig" or self.n_good >= self.n_bad)
        )

    def findings(self) -> tuple[Finding, ...]:
        if self.n_bad == 0:
            return ()
        if self.is_damaged:
            sentence = f"the text is UTF-8 with {self.n_bad} bytes that are not, first in line {self.first_bad_line}; those rows are quarantined."
            return (Finding("damaged_utf8", sentence, Severity.WARNING, self.n_bad),)
        name = "Windows-1252" if self.encoding == "cp1252" else "Latin-1"
        sentence = f"the text is not UTF-8 (first in line {self.first_bad_line}) and is read as {name}."
        return (
            Finding(
                "encoding", sentence, Severity.WARNING, self.n_bad, ("Export as UTF-8 if names look wrong.",)
            ),
        )


def _check_place(path: Path) -> None:
    if archives.member_at(path) is not None:
        return  # opening it says what is wrong with it
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(mode):
        raise refused("IF102", path, f"`{path}` is a folder.", "Name the files in it.")
    if not stat.S_ISREG(mode):
        raise refused("IF107", path, f"`{path}` is a device or a pipe, not a file.")


def unreadable(path: Path, error: Exception) -> InputFileError:
    """Why a path cannot be read, in words."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return refused("IF101", path, f"`{path}` is not there.", "Check the path; names are case-sensitive.")
    if isinstance(error, PermissionError):
        return refused(
            "IF103",
            path,
            f"`{path}` may not be read by this user.",
            "Change its rights or those of its folder.",
        )
    if isinstance(error, IsADirectoryError):
        return refused("IF102", path, f"`{path}` is a folder.", "Name the files in it.")
    why = getattr(error, "strerror", None) or str(error)
    return refused("IF108", path, f"`{path}` cannot be read: {why}.")


def _refuse_foreign(path: Path, head: bytes) -> None:
    """Says what it is if it is not a table of text."""
    if head.startswith(b"PK\x03\x04"):
        raise _archive(path)
    if head.startswith(_PARQUET) or any(head.startswith(bom) for bom, name in _BOMS if name == "utf-16"):
        return
    if head.startswith(_GZIP) and archives.member_at(path) is not None:
        raise refused("IF106", path, f"`{path}` is a gzip archive within an archive.", "Unpack it first.")
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise refused("IF107", path, f"`{path}` is {name}, not CSV or Parquet.", "Save it as CSV.")
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if _HTML.match(text):
        raise refused(
            "IF105",
            path,
            f"`{path}` is a web page, not CSV.",
            "A download after the session had ended often is the login page: export again.",
        )
    zeros = head.count(b"\0")
    if zeros > len(head) // 4:
        raise refused(
            "IF114",
            path,
            f"`{path}` looks like UTF-16 without its mark, or is no text.",
            "Export it as UTF-8.",
        )
    if b"\0" in head.splitlines()[0]:
        raise refused(
            "IF107",
            path,
            f"`{path}` is not a text: its first line has NUL bytes.",
            "Export it as CSV in UTF-8.",
        )


def _archive(path: Path) -> InputFileError:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    if any(n.startswith("xl/") for n in names):
        return refused("IF106", path, f"`{path}` is an Excel workbook.", "Save the sheet as CSV UTF-8.")
    within = " within an archive" if archives.member_at(path) is not None else ""
    return refused(
        "IF106", path, f"`{path}` is a zip archive{within}.", "Unpack it and import the files in it."
    )

"""The word `named`: accounts by domain or by name, listed in the playbook or in a CSV file beside it.

A file is read strictly: what could be taken for other accounts than are meant is refused with its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from handraise.errors import Problem, Span
from handraise.model.conditions import Any, AttributeTest, Condition
from handraise.model.fields import Entity, Field
from handraise.model.value_tests import OneOf
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.reading import WRONG, Reading, Wrong, normal
from handraise.playbook.shapes import Json, Many, SchemaBook, Shape, Text
from handraise.playbook.text import Limits, Source

_NAMES = Many(Text("a domain or a name"), "domains or names of accounts")
_HEADS = ("domain", "name", "account", "account name", "company", "company name")
_SEPARATORS = (",", ";", "\t", "|")
_FILE = re.compile(r".+\.(csv|txt|tsv|tab|xlsx?|ods|json|ya?ml|parquet|gz)\s*\Z", re.IGNORECASE)
_DOMAIN = re.compile(r"([\w-]+\.)+[\w-]{2,}\Z")


@dataclass(frozen=True)
class NamedAccounts(Shape[Condition]):
    """Accounts by domain or name: a list, or the name of a CSV file beside the playbook that lists them."""

    @property
    def expected(self) -> str:
        return "domains or names of accounts, or a file of them such as `named.csv`,"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        if isinstance(node, MapNode):
            return self.refuse(node, to, "Write `named: [acme.com, Globex Inc]`, or `named: named.csv`.")
        if isinstance(node, TextNode) and node.text.lower().endswith(".csv"):
            names = _of_file(node, to)
        else:
            names = _another_file(node, to) or _NAMES.read(node, to)
        return names if isinstance(names, Wrong) else _as_named(names)

    def schema(self, book: SchemaBook) -> Json:
        return _NAMES.schema(book)


NAMED: Shape[Condition] = NamedAccounts()


def _as_named(names: tuple[str, ...]) -> Condition:
    """A domain has a dot, so that a name without one is looked for among names alone."""
    domain, name = (Field(Entity.ACCOUNT.value, part) for part in ("domain", "name"))
    dotted = tuple(n for n in names if "." in n)
    by_name = AttributeTest(name, OneOf(names))
    return Any((AttributeTest(domain, OneOf(dotted)), by_name)) if dotted else by_name


def _another_file(node: Node, to: Reading) -> Wrong | None:
    """No domain ends like a file, so that what does is one that was meant as a list."""
    items = node.items if isinstance(node, ListNode) else (node,)
    files = [item for item in items if isinstance(item, TextNode) and _FILE.match(item.text)]
    if not files:
        return None
    name = files[0].text.strip()
    is_csv = name.lower().endswith(".csv")
    way_out = name if is_csv else f"{name.rpartition('.')[0]}.csv"
    return to.say(
        "PB203",
        files[0],
        f"{to.part} has `{name}` among its accounts, which looks like a file"
        f"{', and a file stands alone' if is_csv else ': a list of accounts is a .csv file'}.",
        f"Write `named: {way_out}`{'' if is_csv else ', and save the list as CSV'}.",
    )


def _of_file(node: TextNode, to: Reading) -> tuple[str, ...] | Wrong:
    """One account a row. Under a head, the columns `domain` and `name` (or `account`, `company`); else the first one."""
    if to.beside is None:
        return to.say(
            "PB108",
            node,
            f"{to.part} names the file `{node.text}`, and this playbook has no files beside it.",
            "Write the accounts themselves: `named: [acme.com, Globex Inc]`.",
        )
    source = to.beside(node.span.path, node.text)
    if isinstance(source, Problem):
        advice = ("Its name is read as seen from this file.", *source.advice)
        return to.say("PB108", node, f"{to.part} names a file, and {source.sentence}", *advice)
    most = Limits().characters
    if len(source.text) > most:
        return to.say(
            "PB104",
            node,
            f"{to.part} names a file, and `{source.path}` has more than the {most:,} characters that are read.",
            "Bring the accounts as data, with a field that marks them, and test that field.",
        )
    to.add(source)
    return _listed(source, node, to)


def _listed(source: Source, node: TextNode, to: Reading) -> tuple[str, ...] | Wrong:
    found: dict[str, None] = {}
    columns: list[int] = []
    width = 0
    try:
        for line, row in _rows(source):
            if not any(map(str.strip, row)):
                continue
            if not width:
                width = len(row)
                columns = [i for i, head in enumerate(row) if normal(head) in _HEADS]
                if columns:
                    continue
                if width > 1 and not any(_DOMAIN.match(cell.strip()) for cell in row):
                    raise _NoList(line, *_UNKNOWN_HEAD)
            accounts = [row[i] for i in columns or [0] if i < len(row)]
            _check(row, accounts, line, width)
            found |= dict.fromkeys(account.strip() for account in accounts if account.strip())
    except _NoList as no:
        return _refused(no, source, node, to)
    if not found:
        return to.say(
            "PB310",
            node,
            f"{to.part} names a file, and `{source.path}` lists no account.",
            "Write one domain or name a line.",
        )
    return tuple(found)


class _NoList(Exception):  # noqa: N818 - carries what is wrong in a line out of the rows, is no error of ours
    def __init__(self, line: int, sentence: str, advice: str) -> None:
        self.line, self.sentence, self.advice = line, sentence, advice


_UNKNOWN_HEAD = (
    "this list of accounts has several columns, and none of them is called `domain` or `name`.",
    "Write a head such as `domain,name` above the columns, or one domain or name a line.",
)
_OPEN_QUOTE = (
    "a quote is opened here and not closed in its line, so the accounts below would be read as one.",
    "Close it, or write two quotes for one that belongs to the name.",
)
_BEHIND_QUOTE = (
    "text stands here behind a closing quote.",
    "Write two quotes for one that belongs to the name.",
)


def _rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row, and the line it begins in. Raises `_NoList` where quotes are wrong."""
    lines, separator = source.lines, _separator(source.lines)
    reader = csv.reader((f"{s}\n" for s in lines), delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _NoList(line, *(_BEHIND_QUOTE if "expected after" in str(error) else _OPEN_QUOTE)) from None
        if row is None:
            return
        yield line, row


def _separator(lines: list[str]) -> str:
    """What splits the first line into most cells; a comma where nothing does."""
    first = next((line for line in lines if line.strip()), "")
    counts = {s: len(next(csv.reader([first], delimiter=s, skipinitialspace=True), ())) for s in _SEPARATORS}
    return max(_SEPARATORS, key=lambda s: counts[s])


def _check(row: list[str], accounts: list[str], line: int, width: int) -> None:
    if any("\n" in account for account in accounts):
        raise _NoList(line, *_OPEN_QUOTE)
    if any(map(str.strip, row[width:])):
        raise _NoList(
            line,
            f"this line has {len(row)} cells, and the first line of the list has {width}.",
            "Put a name that holds the separator between double quotes.",
        )


def _refused(no: _NoList, source: Source, node: TextNode, to: Reading) -> Wrong:
    span = Span(source.path, no.line, 1, max(1, len(source.lines[no.line - 1])))
    if any(p.code == "PB108" and p.span == span for p in to.problems):
        return WRONG  # another segment names the same file
    return to.say("PB108", span, no.sentence, no.advice, related=((node.span, "the list is named here"),))

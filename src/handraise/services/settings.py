"""The settings file `handraise.yml`: read with places, every mistake at once."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from handraise.config import SETTINGS_FILE, Settings, help_of
from handraise.errors import ExitCode, HandraiseError, Problem, Span
from handraise.importers.instants import is_format
from handraise.model.activities import ACTIVITY_TYPES, is_activity_type
from handraise.model.fields import Entity, Field, FieldCatalog, FieldDefinition
from handraise.model.time import parse_instant
from handraise.model.values import FieldType
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.reading import did_you_mean
from handraise.playbook.text import Limits, Source, parse

_LIMITS = Limits(characters=200_000, nodes=20_000)
_TYPES = {t.value: t for t in FieldType}
_RANGES = {"threads": (0, 256), "memory_limit_mb": (64, 10_000_000)}
_ENTITIES = tuple(e.value for e in Entity)


class SettingsError(HandraiseError):
    """The settings file has problems; all of them are listed."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("The settings have problems.", exit_code=ExitCode.USAGE)
        self.problems = problems


def read_settings(folder: Path) -> Settings:
    """The settings of a workspace. Raises `SettingsError` with every problem."""
    path = folder / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        sentence = "the settings are not UTF-8 text."
        raise SettingsError(
            (Problem("ST102", sentence, Span(path.name, 1, 1), None, ("Save the file as UTF-8.",)),)
        ) from None
    reader = _Reader(Source(path.name, text))
    settings = reader.settings()
    if reader.problems:
        raise SettingsError(tuple(reader.problems))
    return settings


def field_catalog(settings: Settings, more: tuple[FieldDefinition, ...] = ()) -> FieldCatalog:
    """The standard fields, those of the data (`more`), and the settings' own, which have the last word on types."""
    own = (
        FieldDefinition(Field.parse(name), _TYPES[type_], Field.parse(name).name.replace("_", " "))
        for name, type_ in settings.fields
    )
    return FieldCatalog((*more, *own))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def settings(self) -> Settings:
        root, problems = parse(self.source, _LIMITS)
        self.problems += problems
        if root is None or self.problems:
            return Settings()
        if not isinstance(root, MapNode):
            self._say("ST101", root.span, "the settings are keys and values, one a line.")
            return Settings()
        names = [f.name for f in dataclass_fields(Settings)]
        values: dict[str, Any] = {}
        for pair in root.pairs:
            if pair.key.text not in names:
                self._say(
                    "ST201",
                    pair.key.span,
                    f"there is no setting `{pair.key.text}`.",
                    did_you_mean(pair.key.text, names),
                )
                continue
            values[pair.key.text] = self._value(pair.key.text, pair.value)
        return Settings() if self.problems else Settings(**values)

    def _value(self, name: str, node: Node) -> Any:
        match name:
            case "threads" | "memory_limit_mb":
                return self._whole_number(name, node)
            case "clean":
                return self._yes_or_no(name, node)
            case "fields":
                return tuple(self._field_types(node))
            case "marketo_types":
                return tuple(self._marketo_types(node))
            case "alarm_owners":
                return tuple(self._alarm_owners(node))
            case "covers_types":
                return tuple(self._covers_types(node))
            case (
                "source_trust"
                | "assumed_from_creation"
                | "won_stages"
                | "lost_stages"
                | "missing"
                | "formats"
                | "own_domains"
                | "own_names"
                | "competitor_domains"
                | "competitor_names"
            ):
                return tuple(self._texts(name, node))
            case _:
                return self._text(name, node)

    def _text(self, name: str, node: Node) -> str | None:
        if not isinstance(node, TextNode):
            self._say("ST301", node.span, f"`{name}` is one text.", help_of(name))
            return None
        if name == "time_zone" and node.text not in available_timezones():
            self._say(
                "ST302",
                node.span,
                f"there is no time zone `{node.text}`.",
                did_you_mean(node.text, sorted(available_timezones())),
            )
        if name == "as_of":
            try:
                parse_instant(node.text)
            except ValueError as error:
                self._say("ST303", node.span, str(error))
        return node.text

    def _whole_number(self, name: str, node: Node) -> int | None:
        if not isinstance(node, TextNode) or not node.text.isascii() or not node.text.isdigit():
            self._say("ST304", node.span, f"`{name}` is a whole number.", help_of(name))
            return None
        low, high = _RANGES[name]
        number = int(node.text[:12])
        if not low <= number <= high:
            self._say("ST309", node.span, f"`{name}` is {node.text}.", f"Write from {low:,} to {high:,}.")
        return number

    def _yes_or_no(self, name: str, node: Node) -> bool:
        if isinstance(node, TextNode) and node.text in ("true", "false"):
            return node.text == "true"
        self._say("ST316", node.span, f"`{name}` is `true` or `false`.", help_of(name))
        return False

    def _texts(self, name: str, node: Node) -> list[str]:
        items = node.items if isinstance(node, ListNode) else (node,)
        texts = [item.text for item in items if isinstance(item, TextNode)]
        if len(texts) != len(items):
            self._say("ST305", node.span, f"`{name}` is a list of texts.", help_of(name))
        checks = {"assumed_from_creation": self._field_name, "formats": self._format}
        for item in items:
            if name in checks and isinstance(item, TextNode):
                checks[name](item)
        return texts

    def _field_types(self, node: Node) -> list[tuple[str, str]]:
        if not isinstance(node, MapNode):
            self._say(
                "ST306", node.span, "`fields` gives the type of each of your own fields.", help_of("fields")
            )
            return []
        found = []
        for pair in node.pairs:
            self._field_name(pair.key)
            type_ = pair.value.text if isinstance(pair.value, TextNode) else ""
            if type_ not in _TYPES:
                self._say(
                    "ST307", pair.value.span, f"`{type_}` is no type of a field.", did_you_mean(type_, _TYPES)
                )
            found.append((pair.key.text, type_))
        return found

    def _marketo_types(self, node: Node) -> list[tuple[str, str]]:
        if not isinstance(node, MapNode):
            self._say(
                "ST310",
                node.span,
                "`marketo_types` gives the kind of activity of each id.",
                help_of("marketo_types"),
            )
            return []
        found = []
        for pair in node.pairs:
            if not (pair.key.text.isascii() and pair.key.text.isdigit()):
                self._say("ST311", pair.key.span, f"`{pair.key.text}` is not the number of a Marketo type.")
            if isinstance(pair.value, TextNode):
                found.append((pair.key.text, self._activity_type(pair.value)))
            else:
                self._say("ST312", pair.value.span, "one kind of activity is expected here.")
        return found

    def _covers_types(self, node: Node) -> list[tuple[str, tuple[str, ...]]]:
        if not isinstance(node, MapNode):
            self._say(
                "ST313",
                node.span,
                "`covers_types` lists kinds of activity by source.",
                help_of("covers_types"),
                "Write it like `covers_types: {marketo: [form.submitted]}`.",
            )
            return []
        found = []
        for pair in node.pairs:
            items = pair.value.items if isinstance(pair.value, ListNode) else (pair.value,)
            types = [self._activity_type(item) for item in items if isinstance(item, TextNode)]
            if len(types) != len(items) or not types:
                self._say("ST312", pair.value.span, "a list of kinds of activity is expected here.")
            found.append((pair.key.text, tuple(types)))
        return found

    def _alarm_owners(self, node: Node) -> list[tuple[str, str]]:
        if not isinstance(node, MapNode):
            self._say(
                "ST317",
                node.span,
                "`alarm_owners` gives a name or an address by what is alarmed about.",
                "Write it like `alarm_owners: {marketo: dana@example.com}`.",
            )
            return []
        found = []
        for pair in node.pairs:
            if isinstance(pair.value, TextNode) and pair.value.text.strip():
                found.append((pair.key.text, pair.value.text.strip()))
            else:
                self._say("ST318", pair.value.span, "one name or address is expected here.")
        return found

    def _activity_type(self, node: TextNode) -> str:
        if not is_activity_type(node.text):
            self._say(
                "ST314",
                node.span,
                f"`{node.text}` is not a kind of activity.",
                did_you_mean(node.text, ACTIVITY_TYPES),
                "Your own are written `custom.name`.",
            )
        return node.text

    def _format(self, node: TextNode) -> None:
        if not is_format(node.text):
            self._say(
                "ST315",
                node.span,
                f"`{node.text}` is not a format of dates.",
                'Write it like "%d/%m/%Y" or "%Y-%m-%d %H:%M", or `unix seconds`.',
            )

    def _field_name(self, node: TextNode) -> None:
        field = Field.parse(node.text)
        if field.entity not in _ENTITIES or not field.name.isidentifier():
            self._say(
                "ST308", node.span, f"`{node.text}` is no field; a field is written `account.employees`."
            )

    def _say(self, code: str, span: Span, sentence: str, *advice: str) -> None:
        lines = self.source.lines
        line = lines[span.line - 1] if span.line <= len(lines) else None
        self.problems.append(Problem(code, sentence, span, line, tuple(a for a in advice if a)))

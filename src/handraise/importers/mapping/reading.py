"""From the text of a mapping to what it says; all problems at once, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz, process

from handraise.errors import InputFileError, Problem, Severity, Span
from handraise.importers.mapping.model import ColumnSpec, FileMapping, ImportMapping, Since, Target
from handraise.importers.mapping.specs import SpecReader, Stop
from handraise.importers.mapping.tables import TABLES, TableWords
from handraise.model.fields import Entity, Field, FieldCatalog
from handraise.playbook.nodes import MapNode, Node, Pair, TextNode
from handraise.playbook.text import Limits, Source, parse

_TARGET_WORDS = ("table", "entity", "fields", "properties", "assumed", "when")
_FILE_WORDS = ("name", "match", "missing", "zone", "targets")
_CLOSE_TO_A_FIELD = 88
_NO_TEXTS: tuple[str, ...] = ()


def read_mapping_file(path: Path) -> ImportMapping:
    """The mapping in a file. Raises `InputFileError` with every problem in it."""
    from handraise.importers.content import inspect

    content = inspect(path)
    with content.text() as text:
        return read_mapping(text.read(), str(path))


def read_mapping(text: str, path: str) -> ImportMapping:
    """The mapping in a text. Raises `InputFileError` with every problem in it."""
    source = Source(path, text)
    root, problems = parse(source, Limits())
    reader = MappingReader(source)
    reader.problems += [_as_mapping_problem(p) for p in problems]
    mapping = reader.mapping(root) if root is not None else None
    errors = [p for p in reader.problems if p.severity is Severity.ERROR]
    if mapping is None and not errors:
        errors = [Problem("MP111", "there is nothing in it.", Span(path, 1, 1))]
    if errors or mapping is None:
        n = len(errors)
        raise InputFileError(
            f"the mapping `{path}` has {n} problem{'' if n == 1 else 's'}.",
            problems=tuple(reader.problems) or tuple(errors),
        )
    warnings = tuple(p for p in reader.problems if p.severity is not Severity.ERROR)
    return replace(mapping, warnings=warnings)


def _as_mapping_problem(problem: Problem) -> Problem:
    """A problem of the YAML text, in the words of mappings."""
    sentence = problem.sentence.replace("a playbook", "a mapping")
    advice = tuple(a for a in problem.advice if "segment" not in a)
    return replace(problem, code=problem.code.replace("PB", "MP"), sentence=sentence, advice=advice)


class MappingReader(SpecReader):
    """One run over one mapping."""

    def mapping(self, root: Node) -> ImportMapping | None:
        try:
            top = self.map(root, ("source", "files"), "a mapping")
            source = self.text(self.need(top, "source", "a mapping")).strip()
            if not source or ":" in source or " " in source:
                raise self.stop(
                    "MP210",
                    top.pairs[0].value.span,
                    f"`{source}` is not a name for a source: one word without `:`.",
                )
            files = self.items(self.need(top, "files", "a mapping"), "files")
        except Stop:
            return None
        read = [f for f in (self._file(node) for node in files) if f is not None]
        return ImportMapping(self.source.path, source, tuple(read))

    def _file(self, node: Node) -> FileMapping | None:
        try:
            what = self.map(node, _FILE_WORDS, "a file")
            name = self.text(self.need(what, "name", "a file"))
            columns, pattern = self._match(self.need(what, "match", "a file"))
            targets = self.items(self.need(what, "targets", "a file"), "targets")
        except Stop:
            return None
        missing, zone = (
            self.optional(what, "missing", self.texts, _NO_TEXTS),
            self.optional(what, "zone", self.zone, None),
        )
        read = tuple(t for t in (self._target(t) for t in targets) if t is not None)
        return FileMapping(name, columns, pattern, read, missing, zone, what.span)

    def _match(self, node: Node) -> tuple[tuple[str, ...], str | None]:
        what = self.map(node, ("columns", "file"), "`match`")
        columns = self.optional(what, "columns", self.texts, _NO_TEXTS)
        pattern = self.optional(what, "file", self.text, None)
        if not columns and pattern is None:
            raise self.stop(
                "MP202",
                node.span,
                "`match` names neither columns nor a file.",
                "Name the columns that tell this file from others.",
            )
        return columns, pattern

    def _target(self, node: Node) -> Target | None:
        try:
            if not isinstance(node, MapNode):
                raise self.stop("MP203", node.span, "a target is written as keys and values.")
            table = self._table(self.need(node, "table", "a target"))
            self.only(node, (*_TARGET_WORDS, *table.words), f"a target `{table.name}`")
            entity = self._entity(node, table)
        except Stop:
            return None
        specs = {p.key.text: spec for p in node.pairs if (spec := self._spec(p, table)) is not None}
        for word in table.needed:
            if node.get(word) is None:
                self.add(
                    "MP202",
                    self._table_span(node),
                    f"a target `{table.name}` needs `{word}`.",
                    f"Name the column that is {table.words[word].value}.",
                )
        return self._whole(Target(
            table.name, specs, self._fields(node, table, entity), self._properties(node, table), entity,
            self.optional(node, "assumed", self.since, Since.EXPORT),
            self.optional(node, "when", self.conditions, ()), node.span,
        ), node)  # fmt: skip

    def _whole(self, target: Target, node: MapNode) -> Target:
        """Checks what no single word shows."""
        long_form = "field" in target.specs or "value" in target.specs
        if (
            target.table == "attribute_changes"
            and not target.fields
            and not ("field" in target.specs and "value" in target.specs)
        ):
            self.add(
                "MP202",
                self._table_span(node),
                "a target `attribute_changes` needs `fields`, or `field` and `value`.",
            )
        elif long_form and target.fields:
            self.add("MP212", self._table_span(node), "a target has either `fields`, or `field` and `value`.")
        if target.table == "identity_keys" and ("email" in target.specs) == ("other" in target.specs):
            self.add(
                "MP202",
                self._table_span(node),
                "a target `identity_keys` needs `email` or `other`, not both.",
            )
        return target

    def _table(self, node: Node) -> TableWords:
        name = self.text(node)
        if name not in TABLES:
            raise self.stop(
                "MP204",
                node.span,
                f"`{name}` is not a table that a mapping fills.",
                *self.nearest(name, TABLES),
            )
        return TABLES[name]

    def _entity(self, node: MapNode, table: TableWords) -> str | None:
        if table.fields_of != "*":
            if node.get("entity") is not None:
                self.add(
                    "MP201",
                    self.need(node, "entity", "").span,
                    f"`entity` belongs to `attribute_changes`, not to `{table.name}`.",
                )
            return table.fields_of
        written = self.need(node, "entity", "a target `attribute_changes`")
        name = self.text(written)
        if name not in {e.value for e in Entity}:
            raise self.stop(
                "MP205",
                written.span,
                f"`{name}` is not something that has fields.",
                *self.nearest(name, [e.value for e in Entity]),
            )
        return name

    def _spec(self, pair: Pair, table: TableWords) -> ColumnSpec | None:
        kind = table.words.get(pair.key.text)
        if kind is None:
            return None
        spec = self.spec(pair.value)
        if spec is not None:
            self.check_possible(spec, kind, pair.value)
        return spec

    def _fields(self, node: MapNode, table: TableWords, entity: str | None) -> dict[Field, ColumnSpec]:
        written = node.get("fields")
        if written is None:
            return {}
        if table.fields_of is None or not isinstance(written, MapNode):
            self.add(
                "MP203",
                written.span,
                f"`{table.name}` has no fields."
                if table.fields_of is None
                else "`fields` are written as field: column.",
            )
            return {}
        found: dict[Field, ColumnSpec] = {}
        for pair in written.pairs:
            spec = self.spec(pair.value)
            own = self._field(pair.key, entity or "")
            if spec is not None and own is not None:
                self._known_type(own, spec, pair)
                found[own] = spec
        return found

    def _field(self, key: TextNode, entity: str) -> Field | None:
        own = Field.parse(key.text)
        if own.entity != entity or not own.name.replace("_", "").isalnum() or own.name != own.name.lower():
            self.add(
                "MP205",
                key.span,
                f"`{key.text}` is not a field of this table; its fields are written `{entity}.name`.",
                *self.nearest(key.text, self._field_names(entity)),
            )
            return None
        return own

    def _known_type(self, own: Field, spec: ColumnSpec, pair: Pair) -> None:
        catalog = FieldCatalog()
        definition = catalog.get(own)
        if definition is not None and spec.type not in (None, definition.type):
            self.add(
                "MP209",
                pair.value.span,
                f"`{own}` is {definition.type.value}; a mapping cannot make it another type.",
            )
        if definition is None and spec.type is None:
            near = process.extractOne(
                str(own), self._field_names(own.entity), scorer=fuzz.ratio, score_cutoff=_CLOSE_TO_A_FIELD
            )
            if near:
                self.add(
                    "MP301",
                    pair.key.span,
                    f"`{own}` is a field of your own, and nearly `{near[0]}`.",
                    f"Write `{near[0]}`, or give it a `type`.",
                    severity=Severity.WARNING,
                )

    def _field_names(self, entity: str) -> Sequence[str]:
        return [str(d.field) for d in FieldCatalog().of(entity)]

    def _properties(self, node: MapNode, table: TableWords) -> dict[str, ColumnSpec]:
        written = node.get("properties")
        if written is None:
            return {}
        if not table.has_properties or not isinstance(written, MapNode):
            self.add(
                "MP203",
                written.span,
                f"`{table.name}` has no properties."
                if not table.has_properties
                else "`properties` are written as name: column.",
            )
            return {}
        return {p.key.text: spec for p in written.pairs if (spec := self.spec(p.value)) is not None}

    def _table_span(self, node: MapNode) -> Span:
        """Problems of a whole target stand at its table."""
        return next((p.value.span for p in node.pairs if p.key.text == "table"), node.span)

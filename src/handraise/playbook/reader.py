"""From files to a playbook, with every problem at once.

`read` never raises for what is written: it returns the playbook, or `None` and the errors. Warnings come with the playbook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from handraise.errors import PlaybookError, Problem, Severity, Span
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.checks import check
from handraise.playbook.files import beside, merged, sources
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.product_sections import names_of_roles, names_of_statuses
from handraise.playbook.reading import Beside, Names, Reading, Wrong
from handraise.playbook.sections import PLAYBOOK, time_zones
from handraise.playbook.segment_sections import segment_of
from handraise.playbook.text import Limits, Source
from handraise.playbook.trigger_sections import names_of_stages, names_of_tracks


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What reading gave. `playbook` is `None` where there are errors. `places` says where each part is
    written (`fit rule `Right size``, `segment `icp``), for messages of later steps."""

    playbook: Playbook | None
    problems: tuple[Problem, ...]
    places: Mapping[str, Span] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is not Severity.ERROR)


def read(paths: Path | Sequence[Path], catalog: FieldCatalog, limits: Limits = Limits()) -> ReadResult:
    """Read a file, a folder of files, or several, as one playbook."""
    texts, problems = sources(paths, limits)
    if problems or not texts:
        return ReadResult(None, problems)
    return read_sources(texts, catalog, limits, beside=partial(beside, limits=limits))


def read_text(text: str, path_name: str, catalog: FieldCatalog, limits: Limits = Limits()) -> ReadResult:
    """Read one text; `path_name` is what problems call it."""
    return read_sources((Source(path_name, text.replace("\r\n", "\n")),), catalog, limits)


def load(paths: Path | Sequence[Path], catalog: FieldCatalog) -> Playbook:
    """The playbook, or `PlaybookError` with all problems."""
    result = read(paths, catalog)
    if result.playbook is None:
        n = len(result.errors)
        raise PlaybookError(
            f"The playbook has {n} mistake{'s' if n != 1 else ''}.",
            tuple(str(p) for p in result.errors),
            problems=result.problems,
        )
    return result.playbook


def read_sources(
    texts: Sequence[Source],
    catalog: FieldCatalog,
    limits: Limits = Limits(),
    beside: Beside | None = None,
) -> ReadResult:
    """Read texts that are already in memory, as one playbook. `beside` gives the files that it names."""
    root, problems = merged(texts, limits)
    if root is None:
        return ReadResult(None, problems)
    to = Reading(catalog, _names(root), texts, beside)
    to.problems += problems
    playbook = PLAYBOOK.read(root, to)
    if not isinstance(playbook, Wrong):
        check(playbook, to)
    ordered = tuple(sorted(to.problems, key=_by_place))
    failed = isinstance(playbook, Wrong) or to.n_errors > 0
    return ReadResult(
        None if failed or isinstance(playbook, Wrong) else replace(playbook, set_aside=tuple(to.set_aside)),
        ordered,
        to.places,
    )


def _by_place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return (span.path, span.line, span.column) if span else ("", 0, 0)


def _names(root: MapNode) -> Names:
    """The names that are declared, whatever else is wrong with what they stand for."""
    segments = root.get("segments")
    fit = root.get("fit")
    zone = root.get("time_zone")
    return Names(
        behaviours=_keys(root.get("behaviours")),
        segments={p.key.text: segment_of(p.value) for p in segments.pairs}
        if isinstance(segments, MapNode)
        else {},
        groups=_key_places(fit.get("group_caps")) if isinstance(fit, MapNode) else {},
        products=_keys(root.get("products")),
        programs=names_of_statuses(root.get("programs")),
        offers=_keys(root.get("offers")),
        roles=names_of_roles(root.get("buying_group")),
        triggers=_keys(root.get("triggers")),
        tracks=names_of_tracks(root.get("triggers")),
        stages=names_of_stages(root.get("lifecycle")),
        labels=_labels(root),
        mqls_per_week=_capacity(root.get("agreement")),
        time_zone=zone.text if isinstance(zone, TextNode) and zone.text in time_zones() else "UTC",
    )


def _keys(node: Node | None) -> tuple[str, ...]:
    return tuple(p.key.text for p in node.pairs) if isinstance(node, MapNode) else ()


def _labels(root: MapNode) -> frozenset[str]:
    """What parts are called by their labels: those may be renamed, too."""
    sections = [
        root.get(s) for s in ("segments", "triggers", "products", "programs", "offers", "buyer_segments")
    ]
    group = root.get("buying_group")
    sections.append(group.get("roles") if isinstance(group, MapNode) else None)
    lifecycle = root.get("lifecycle")
    sections.append(lifecycle.get("stages") if isinstance(lifecycle, MapNode) else None)
    parts = [part for section in sections for part in _parts(section)]
    written = [
        n
        for part in parts
        for n in ((part.get("label"), part.get("name")) if isinstance(part, MapNode) else (part,))
    ]
    return frozenset(n.text for n in written if isinstance(n, TextNode))


def _parts(section: Node | None) -> tuple[Node, ...]:
    if isinstance(section, MapNode):
        return tuple(p.value for p in section.pairs)
    return section.items if isinstance(section, ListNode) else ()


def _capacity(agreement: Node | None) -> int | None:
    """What sales can take a week, where it is a whole number; if it is not, its own place says so."""
    capacity = agreement.get("capacity") if isinstance(agreement, MapNode) else None
    written = capacity.get("mqls_per_week") if isinstance(capacity, MapNode) else None
    text = written.text.strip() if isinstance(written, TextNode) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) else None


def _key_places(node: Node | None) -> dict[str, Span]:
    return {p.key.text: p.key.span for p in node.pairs} if isinstance(node, MapNode) else {}

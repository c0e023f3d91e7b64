"""A playbook's files: which they are, and how several become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from handraise.errors import Problem, Severity, Span
from handraise.playbook.codes import CODES
from handraise.playbook.nodes import MapNode, Node, Pair
from handraise.playbook.text import Limits, Source, parse

_SUFFIXES = (".yml", ".yaml")


def sources(paths: Path | Sequence[Path], limits: Limits) -> tuple[tuple[Source, ...], tuple[Problem, ...]]:
    """The texts of a file, of several, or of all the YAML files in a folder, in the order of their names."""
    found: list[Source] = []
    problems: list[Problem] = []
    for path in _files([paths] if isinstance(paths, Path) else paths, problems):
        got = _read(path, limits)
        (found if isinstance(got, Source) else problems).append(got)  # type: ignore[arg-type]
    return tuple(found), tuple(problems)


def _files(paths: Iterable[Path], problems: list[Problem]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(p for p in path.iterdir() if p.suffix in _SUFFIXES and p.is_file())
        files += inside
        if not inside:
            problems.append(
                _unreadable(
                    path, "holds no .yml file", "Write `playbook.yml` there, or run `handraise init`."
                )
            )
    return files


def beside(written_in: str, name: str, limits: Limits) -> Source | Problem:
    """The text of another file, named as seen from the one that names it."""
    try:
        return _read(Path(written_in).parent / name, limits)
    except ValueError:
        return _unreadable(Path("?"), "stands for a name that no file can have", "Check the name.")


def _read(path: Path, limits: Limits) -> Source | Problem:
    try:
        if path.stat().st_size > 4 * limits.characters:
            return Source(path.as_posix(), "\n" * (limits.characters + 1))
        return Source(path.as_posix(), path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        return _unreadable(path, "is not UTF-8 text", "Save it as UTF-8.")
    except OSError as error:
        why = (
            "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        )
        return _unreadable(path, why, "Check the path.")


def _unreadable(path: Path, why: str, advice: str) -> Problem:
    return Problem("PB108", f"`{path.as_posix()}` {why}.", advice=(advice,), severity=CODES["PB108"].severity)


def merged(texts: Iterable[Source], limits: Limits) -> tuple[MapNode | None, tuple[Problem, ...]]:
    """The texts as one mapping. A section may be spread over files, each name in it only once."""
    problems: list[Problem] = []
    pairs: dict[str, Pair] = {}
    for source in texts:
        root, found = parse(source, limits)
        problems += found
        if isinstance(root, MapNode):
            _merge(pairs, root, source, problems)
        elif not any(p.severity is Severity.ERROR for p in found):
            problems.append(_no_playbook(source, root))
    first = next(iter(pairs.values()), None)
    return (MapNode(tuple(pairs.values()), first.key.span) if first else None), tuple(problems)


def _no_playbook(source: Source, root: Node | None) -> Problem:
    span = root.span if root else Span(source.path, 1, 1)
    if root is None or span.line > len(source.lines):
        return source.problem(
            "PB111",
            Span(source.path, 1, 1),
            "there is nothing in this file.",
            "Start with `playbook:` and its name, or run `handraise init`.",
        )
    return source.problem(
        "PB203",
        span,
        "a playbook is keys and values, each key at the start of a line.",
        "Start with `playbook:` and its name.",
    )


def _merge(pairs: dict[str, Pair], root: MapNode, source: Source, problems: list[Problem]) -> None:
    for pair in root.pairs:
        known = pairs.get(pair.key.text)
        if known is None:
            pairs[pair.key.text] = pair
        elif isinstance(known.value, MapNode) and isinstance(pair.value, MapNode):
            section = _merged_section(known.value, pair.value, pair.key.text, source, problems)
            pairs[pair.key.text] = Pair(known.key, section)
        else:
            problems.append(_in_two_files(known, pair, f"`{pair.key.text}`", source))


def _merged_section(
    first: MapNode, second: MapNode, name: str, source: Source, problems: list[Problem]
) -> MapNode:
    known = {p.key.text: p for p in first.pairs}
    twice = [pair for pair in second.pairs if pair.key.text in known]
    problems += [_in_two_files(known[p.key.text], p, f"`{name}` -> `{p.key.text}`", source) for p in twice]
    return MapNode((*first.pairs, *(p for p in second.pairs if p.key.text not in known)), first.span)


def _in_two_files(first: Pair, second: Pair, what: str, source: Source) -> Problem:
    problem = source.problem(
        "PB103", second.key.span, f"{what} is written in two files.", "Keep one of them."
    )
    return Problem(
        problem.code,
        problem.sentence,
        problem.span,
        problem.source_line,
        problem.advice,
        ((first.key.span, "also written here"),),
    )

"""The dotted names of modules, and which texts are linked to each other by their imports."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from jaxlint.source.text import SourceText

_SPACE = r"(?:[ \t\f]|\\\r?\n|\\\r)"
_IMPORT = re.compile(
    rf"\bfrom{_SPACE}*(?P<origin>[.\w](?:[.\w]|{_SPACE})*?){_SPACE}*\bimport\b"
    rf"|\bimport{_SPACE}+(?P<modules>(?:[\w.,]|{_SPACE})+)"
)
"""Imports as written. What stands in a string is found too: it links too much, never too little."""


def module_name(path: PurePath, packages: set[PurePath]) -> str:
    """``src/pkg/sub/mod.py`` -> ``pkg.sub.mod`` where ``pkg`` and ``sub`` hold an ``__init__.py``."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while folder in packages and folder.name:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) or path.stem


def package_folders(sources: Sequence[SourceText]) -> set[PurePath]:
    """The folders that hold an ``__init__.py``."""
    return {path.parent for path in (PurePath(source.path) for source in sources) if path.name == "__init__.py"}


def components(sources: Sequence[SourceText]) -> list[list[SourceText]]:
    """Texts that are linked by imports, directly or not; each belongs to one component.

    What can be found in a text depends on the texts of its component alone: values come from what it imports, contexts
    from what imports it. The modules of a package belong together, and those below a folder with its ``conftest.py``,
    which pytest runs first. The order of the texts stays.
    """
    links = _Links(len(sources))
    for position, other in _linked(sources):
        links.join(position, other)
    found: dict[int, list[SourceText]] = {}
    for position, source in enumerate(sources):
        found.setdefault(links.root(position), []).append(source)
    return list(found.values())


def neighbours(sources: Sequence[SourceText], start: SourceText, limit: int) -> list[SourceText]:
    """The texts that are closest to one by imports, itself included, while they have ``limit`` characters together.

    The order of the texts stays. The ``__init__.py`` of packages come along, from which modules have their names.
    """
    edges: dict[int, list[int]] = {}
    for position, other in _linked(sources):
        edges.setdefault(position, []).append(other)
        edges.setdefault(other, []).append(position)
    queue = [sources.index(start)]
    kept = set(queue)
    room = limit - len(start.text)
    packages = {PurePath(s.path).parent: n for n, s in enumerate(sources) if PurePath(s.path).name == "__init__.py"}
    for position in queue:
        for other in edges.get(position, ()):
            if other not in kept and len(sources[other].text) <= room:
                room -= len(sources[other].text)
                kept.add(other)
                queue.append(other)
    above = {packages[folder] for n in kept for folder in PurePath(sources[n].path).parents if folder in packages}
    return [sources[position] for position in sorted(kept | above)]


def _linked(sources: Sequence[SourceText]) -> Iterator[tuple[int, int]]:
    """The positions of texts that are linked, in pairs."""
    packages = package_folders(sources)
    paths = [PurePath(source.path) for source in sources]
    names = [module_name(path, packages) for path in paths]
    by_name: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        by_name.setdefault(name, []).append(position)
    for position, path in enumerate(paths):
        if path.name == "conftest.py":
            yield from ((position, other) for other, below in enumerate(paths) if path.parent in below.parents)
    for position, (source, name) in enumerate(zip(sources, names, strict=True)):
        is_package = paths[position].name == "__init__.py"
        for wanted in (name, name.rpartition(".")[0], *imported(source.text, name, is_package)):
            yield from ((position, other) for other in by_name.get(_known(wanted, by_name), ()))


def imported(text: str, importer: str, is_package: bool) -> Iterator[str]:
    """The dotted names of the modules that a text imports, or names in."""
    for match in _IMPORT.finditer(text):
        if (origin := match["origin"]) is not None:
            plain = re.sub(r"[\s\\]", "", origin)
            yield _absolute(importer, plain, is_package)
        else:
            for part in match["modules"].split(","):
                yield (re.sub(r"\\", " ", part).split() or [""])[0]


def _absolute(importer: str, origin: str, is_package: bool) -> str:
    name = origin.lstrip(".")
    if not (level := len(origin) - len(name)):
        return name
    parts = importer.split(".")
    above = parts[: max(len(parts) - level + is_package, 0)]
    return ".".join([*above, *([name] if name else [])])


def _known(dotted: str, names: dict[str, list[int]]) -> str:
    """The module itself, or the closest package above it."""
    while dotted and dotted not in names:
        dotted = dotted.rpartition(".")[0]
    return dotted


class _Links:
    """Disjoint sets of positions."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, position: int) -> int:
        while self._parents[position] != position:
            self._parents[position] = self._parents[self._parents[position]]
            position = self._parents[position]
        return position

    def join(self, one: int, other: int) -> None:
        roots = sorted((self.root(one), self.root(other)))
        self._parents[roots[1]] = roots[0]

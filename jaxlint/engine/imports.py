"""The imports that a fix needs: ``Fix.uses`` says which canonical names the new text spells, the module says which
of them it already has, and the rest is added in the file's own style.

``jax.numpy.where`` spelled ``jnp.where``  ->  ``import jax.numpy as jnp`` beside the other imports of jax.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jaxlint.edits import Edit, Fix
from jaxlint.engine.bindings import bindings, loaded_with_root, taken
from jaxlint.source import SourceText
from jaxlint.source.text import LINE_END

ALIASES = {"jax.numpy": "jnp", "numpy": "np", "jax.scipy": "jsp"}
_LINE_LENGTH = 88


class ImportConflict(Exception):
    """The name that the new text uses means something else in this module."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One import statement: ``import module as name``, or ``from module import item``."""

    module: str
    name: str
    item: str | None = None

    def __str__(self) -> str:
        if self.item:
            return f"from {self.module} import {self.item}"
        plain = f"import {self.module}"
        return plain if self.name == self.module.partition(".")[0] else f"{plain} as {self.name}"


def missing_imports(source: SourceText, tree: ast.Module, fix: Fix) -> tuple[Edit, ...]:
    """Insertions that bring in what ``fix.uses`` names and the module lacks. Raises ImportConflict."""
    written = [edit for edit in fix.edits if edit.text]
    if not written or not fix.uses:
        return ()
    lines = [source.position(edit.start)[0] for edit in written]
    have = [binding for binding in bindings(tree) if all(map(binding.covers, lines))]
    wanted: dict[Wanted, None] = {}
    for canonical in fix.uses:
        if any(_spelled(binding.spells(canonical), written) for binding in have):
            continue
        wanted.update(dict.fromkeys(want for want in _ways(canonical, written)))
    occupied = taken(tree) | {binding.name for binding in have}
    for want in wanted:
        name = want.item or want.name
        if name in occupied and not any(binding.name == name and _extends(want, binding.target) for binding in have):
            raise ImportConflict(f"`{name}` means something else in this module, so `{want}` cannot be added")
    first = min(source.position(edit.start)[0] for edit in fix.edits)
    return ordered(_insertion(source, tree, want, first) for want in wanted)


def ordered(imports: Iterable[Edit]) -> tuple[Edit, ...]:
    """Each import once, in the order in which those that go to one place are written: ``import``, then ``from``."""
    return tuple(sorted(set(imports), key=lambda edit: (edit.text.lstrip().startswith("from "), edit.text)))


def _extends(want: Wanted, target: str) -> bool:
    """``import jax.scipy`` may join ``import jax``: both bind ``jax`` to the same package."""
    return not want.item and want.name == target


def _ways(canonical: str, written: list[Edit]) -> Iterator[Wanted]:
    """The import that makes the spelling in the new text mean ``canonical``; nothing if it is not spelled there."""
    parts = canonical.split(".")
    if _spelled(canonical, written):
        yield Wanted(parts[0] if loaded_with_root(canonical) else ".".join(parts[:-1]), parts[0])
        return
    for size in range(len(parts), 0, -1):
        module, rest = ".".join(parts[:size]), parts[size:]
        alias = ALIASES.get(module)
        if alias and _spelled(".".join([alias, *rest]), written):
            yield Wanted(module, alias)
            return
        if size > 1 and _spelled(".".join([parts[size - 1], *rest]), written):
            yield Wanted(".".join(parts[: size - 1]), parts[size - 1], parts[size - 1])
            return


def _spelled(name: str | None, written: list[Edit]) -> bool:
    if name is None:
        return False
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    return any(pattern.search(edit.text) for edit in written)


def _insertion(source: SourceText, tree: ast.Module, want: Wanted, before_line: int) -> Edit:
    above = [node for node in tree.body if (node.end_lineno or node.lineno) < before_line]
    imports = [node for node in above if isinstance(node, ast.Import | ast.ImportFrom) and not _future(node)]
    related = [node for node in imports if _root(node) == want.module.partition(".")[0]]
    if want.item:
        for node in related:
            if isinstance(node, ast.ImportFrom) and (edit := _join(source, node, want)):
                return edit
    alike = [node for node in related if isinstance(node, ast.ImportFrom) == bool(want.item)]
    if later := next((node for node in alike if _module(node) > want.module), None):
        return _own_line(source, source.offset(later.lineno), str(want))
    if related and not alike and not want.item:
        return _own_line(source, source.offset(related[0].lineno), str(want))
    standard = want.module.partition(".")[0] in sys.stdlib_module_names
    if standard and imports and not any(_root(node) in sys.stdlib_module_names for node in imports):
        return _own_line(source, source.offset(imports[0].lineno), str(want), after=_newline(source))
    for anchors in (alike, related, imports):
        if anchors:
            return _own_line(source, _line_after(source, tree, anchors[-1]), str(want))
    return _first_import(source, tree, want)


def _first_import(source: SourceText, tree: ast.Module, want: Wanted) -> Edit:
    """After the docstring and ``from __future__``; in a file without either, below shebang and encoding line."""
    head = [node for node in tree.body if _future(node)]
    if not head and ast.get_docstring(tree, clean=False) is not None:
        head = tree.body[:1]
    if head:
        return _own_line(source, _line_after(source, tree, head[-1]), str(want), before=_newline(source))
    line, last = 1, min((node.lineno for node in tree.body), default=1)
    lines = LINE_END.split(source.text)
    while line < last and re.match(r"#(!|.*coding[:=])", lines[line - 1]):
        line += 1
    return _own_line(source, source.offset(line), str(want), after=_newline(source))


def _own_line(source: SourceText, offset: int, line: str, before: str = "", after: str = "") -> Edit:
    newline = _newline(source)
    if offset and source.text[offset - 1] not in "\r\n":
        return Edit(offset, offset, f"{newline}{before}{line}")
    return Edit(offset, offset, f"{before}{line}{newline}{after}")


def _join(source: SourceText, node: ast.ImportFrom, want: Wanted) -> Edit | None:
    """``from jax import random`` -> ``from jax import lax, random``, where that stays one plain line."""
    start = source.offset(node.lineno)
    line = source.text[start : _end_of_line(source, node.lineno)]
    plain = line.isascii() and re.fullmatch(r"from [\w.]+ import [\w ,]+", line.rstrip("\r\n"))
    if node.module != want.module or not plain or not want.item or len(line) + len(want.item) + 2 > _LINE_LENGTH:
        return None
    names = [alias.name for alias in node.names]
    for alias in node.names:
        if names == sorted(names) and alias.name > want.item:
            offset = start + alias.col_offset
            return Edit(offset, offset, f"{want.item}, ")
    offset = start + (node.names[-1].end_col_offset or 0)
    return Edit(offset, offset, f", {want.item}")


def _line_after(source: SourceText, tree: ast.Module, node: ast.stmt) -> int:
    """Start of the line below a statement, and below whatever else stands on its last line."""
    end = node.end_lineno or node.lineno
    for other in tree.body:
        if other.lineno <= end:
            end = max(end, other.end_lineno or other.lineno)
    return _end_of_line(source, end)


def _end_of_line(source: SourceText, line: int) -> int:
    return source.line_starts[line] if line < len(source.line_starts) else len(source.text)


def _newline(source: SourceText) -> str:
    found = LINE_END.search(source.text)
    return found[0] if found else "\n"


def _future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _root(node: ast.Import | ast.ImportFrom) -> str:
    return _module(node).partition(".")[0]


def _module(node: ast.Import | ast.ImportFrom) -> str:
    """The absolute module that an import statement names first; empty for a relative one."""
    if isinstance(node, ast.Import):
        return node.names[0].name
    return (node.module or "") if not node.level else ""

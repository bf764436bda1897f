"""An import of what is gone, with every use of it: ``from jax import tree_map -> from jax.tree_util import tree_map``.

All outdated names of a statement are mended at once, in one of four ways: the statement gets another module; a name
moves to a statement of its own; a name whose uses are all rewritten, or that has none, goes away.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit, Fix
from jaxlint.facts.queries.outdated import Outdated
from jaxlint.facts.queries.references import Imported, Reference, imports, references
from jaxlint.facts.queries.view import View, seen_in
from jaxlint.jaxapi import Removal, has, removed
from jaxlint.rewrite.form import beside, filled, site
from jaxlint.rewrite.modern_use import choose, latest, newest_need, supported
from jaxlint.rewrite.moved_call import keywords
from jaxlint.rewrite.statement import drop, following_line, only_name, remaining


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one imported name: ``line`` imports it anew (None: not at all), ``edits`` change its uses."""

    imported: Imported
    module: str | None = None
    item: str = ""
    edits: tuple[Edit, ...] = ()
    uses: tuple[str, ...] = ()
    since: str | None = None

    def __str__(self) -> str:
        return f"from {self.module} import {self.item}"


def modern_import(ctx: View, found: Outdated) -> Fix | Decline | None:
    """The fix of an import statement."""
    assert isinstance(found.by, Imported)
    statement = found.by.statement
    move = _move(ctx, found.by, found.row)
    if isinstance(move, Decline):
        return move
    if isinstance(statement, cst.Import):
        return _plain(ctx, found, move)
    moves = [move]
    for other in imports(ctx.tracer.project, ctx.module):
        if other.statement is statement and other.alias is not found.by.alias:
            row = removed(other.name)
            again = _move(ctx, other, row) if row is not None else None
            if isinstance(again, Move):
                moves.append(again)
    return _from(ctx, statement, moves)


# --- one name ----------------------------------------------------------------------------------------------------


def _move(ctx: View, imported: Imported, row: Removal) -> Move | Decline:
    if imported.alias is None:
        choice = choose(ctx, row, imported.name)
        star = Decline(row.note or "it is not known which names it brings")
        return Move(imported, choice.name, "*", since=choice.since) if choice is not None else star
    if imported.name != row.name and not row.replacements:
        return _unused(ctx, imported, row)
    if row.form is not None:
        return _rewritten(ctx, imported, row)
    choice = choose(ctx, row, imported.name, imported.name.rpartition(".")[2])
    if choice is None:
        return _unused(ctx, imported, row)
    module, _, last = choice.name.rpartition(".")
    if not module:
        return Decline(f"use `import {choice.name}`")
    edits = _calls(ctx, imported, choice.name)
    if isinstance(edits, Decline):
        return edits
    if imported.alias.asname is not None:
        item = f"{last} as {imported.local}"
    elif last == imported.local:
        item = last
    elif (renamed := _renamed(ctx, imported, last)) is not None:
        return Move(imported, module, last, (*edits, *renamed), since=choice.since)
    else:
        item = f"{last} as {imported.local}"
    return Move(imported, module, item, edits, since=choice.since)


def _uses(ctx: View, imported: Imported) -> list[Reference]:
    """The uses of an imported name in the module."""
    project, module = ctx.tracer.project, ctx.module
    every = (use for chunk in module.chunks for use in references(project, module, chunk))
    return [use for use in every if use.by.alias is imported.alias]


def _public(ctx: View, imported: Imported) -> bool:
    """True for a name that others may import from this module."""
    if ctx.module.path.endswith("__init__.py") or re.search(rf"['\"]{imported.local}['\"]", ctx.module.source.text):
        return True
    others = (module for module in ctx.tracer.project.modules if module is not ctx.module)
    last = ctx.module.name.rpartition(".")[2]
    return any(
        each.attribute == imported.local and each.module.rpartition(".")[2] in (last, "") and not each.star
        for other in others
        for each in other.index.imports
    )


def _unused(ctx: View, imported: Imported, row: Removal) -> Move | Decline:
    """An import that nothing uses can go."""
    if _public(ctx, imported) or _uses(ctx, imported) or _occurs(ctx, imported.local, imported):
        return Decline(row.note or "there is no replacement")
    return Move(imported)


def _occurs(ctx: View, name: str, besides: Imported) -> int:
    """How often a word stands in the module, the import statement itself not counted."""
    start, end = besides.chunk.span(besides.statement)
    text = ctx.module.source.text
    return len(re.findall(rf"(?<![.\w]){name}\b", text[:start] + text[end:]))


def _renamed(ctx: View, imported: Imported, name: str) -> tuple[Edit, ...] | None:
    """Uses under the new name, if that is free in the whole module and the old one is the module's own affair."""
    if _public(ctx, imported) or _occurs(ctx, name, imported) or hasattr(builtins, name):
        return None
    uses = _uses(ctx, imported)
    if _occurs(ctx, imported.local, imported) != len(uses):
        return None
    return tuple(Edit(*use.chunk.span(root_of(use.node)), name) for use in uses)


def root_of(node: cst.BaseExpression) -> cst.BaseExpression:
    """``jax`` of ``jax.tree.map``"""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


def _calls(ctx: View, imported: Imported, new: str) -> tuple[Edit, ...] | Decline:
    edits: list[Edit] = []
    for use in _uses(ctx, imported):
        changed = keywords(seen_in(ctx, use.chunk), use.node, imported.name, new)
        if isinstance(changed, Decline):
            return changed
        edits += changed
    return tuple(edits)


def _rewritten(ctx: View, imported: Imported, row: Removal) -> Move | Decline:
    """Every use in its new form, so that the import can go. Inner uses first: outer ones take them along.

    Uses of the statement's other names of this sort are rewritten in the same go, as they may be within each other.
    """
    group = _alike(ctx, imported)
    if any(_public(ctx, each) for each in group):
        return Decline(row.note or "other modules may import it from here")
    every = [(use, each) for each in group for use in _uses(ctx, each)]
    if len(every) < sum(_occurs(ctx, each.local, each) for each in group):
        return Decline(row.note or "it is not known where it is used")
    edits: list[Edit] = []
    names: list[str] = []
    needs: list[str] = []
    for use, each in sorted(every, key=lambda pair: -pair[0].chunk.span(pair[0].node)[0]):
        there, its = seen_in(ctx, use.chunk), removed(each.name)
        assert its is not None and its.form is not None
        at = site(there, use.node)
        text = filled(there, its.form, at, _Quote(there, edits))
        if isinstance(text, Decline):
            return Decline(f"{its.note}; {text.reason}" if its.note else text.reason)
        start, end = there.span(at.place(its.form))
        edits = [edit for edit in edits if not start <= edit.start < end]
        edits.append(Edit(start, end, beside(there, at.place(its.form), text)))
        names += text.uses
        needs += [since] if (since := newest_need(its, text)) is not None else []
    return Move(imported, edits=tuple(edits), uses=tuple(dict.fromkeys(names)), since=latest(needs))


def _alike(ctx: View, imported: Imported) -> list[Imported]:
    """The names of an import statement that are rewritten with all their uses."""
    others = (each for each in imports(ctx.tracer.project, ctx.module) if each.statement is imported.statement)
    return [each for each in others if (row := removed(each.name)) is not None and row.form is not None]


@dataclass(frozen=True, slots=True)
class _Quote:
    """Quotes nodes as they are after some edits."""

    ctx: View
    edits: list[Edit]

    def __call__(self, node: cst.CSTNode) -> str:
        start, end = self.ctx.span(node)
        text = self.ctx.chunk.source.text[start:end]
        for edit in sorted(self.edits, key=lambda edit: -edit.start):
            if start <= edit.start and edit.end <= end:
                text = text[: edit.start - start] + edit.text + text[edit.end - start :]
        return text


# --- the statement -----------------------------------------------------------------------------------------------


def _plain(ctx: View, found: Outdated, move: Move) -> Fix | Decline:
    """``import jax.linear_util as lu  ->  import jax.extend.linear_util as lu``"""
    assert isinstance(found.by, Imported) and found.by.alias is not None
    statement = found.by.statement
    assert isinstance(statement, cst.Import)
    if move.module is None:
        gone = drop(ctx, statement)
        if len(statement.names) > 1 or gone is None:
            return Decline("write a statement for each module")
        return _fix(ctx, [move], (gone,), "Drop the import")
    name = f"{move.module}.{move.item.partition(' as ')[0]}"
    return _fix(ctx, [move], (Edit(*ctx.span(found.by.alias.name), name),), f"Import `{name}`")


def _from(ctx: View, statement: cst.ImportFrom, moves: list[Move]) -> Fix | Decline:
    aliases = [move.imported.alias for move in moves]
    kept = [] if isinstance(statement.names, cst.ImportStar) else [a for a in statement.names if a not in aliases]
    lines = list(dict.fromkeys(_lines(moves)))
    message = " and ".join(f"`{line}`" for line in lines) or "Drop the import"
    modules = {move.module for move in moves}
    same = all(move.module and move.item.split(" ")[0] == _last(move.imported.name) for move in moves)
    if not kept and len(modules) == 1 and (same or isinstance(statement.names, cst.ImportStar)):
        assert statement.module is not None
        start = ctx.span(statement)[0] + len("from ")
        end = ctx.span(statement.module)[1]
        return _fix(ctx, moves, (Edit(start, end, str(moves[0].module)),), message)
    if not only_name(ctx, statement):
        return Decline("the statement shares its line with others")
    indent = ctx.indent(statement)
    if kept:
        cut = remaining(ctx, statement, [alias for alias in aliases if alias is not None])
        if cut is None:
            return Decline("a comment stands between the names")
        at = following_line(ctx, statement)
        added = "".join(f"{indent}{line}\n" for line in lines)
        return _fix(ctx, moves, (*cut, *((Edit(at, at, added),) if added else ())), message)
    if "#" in ctx.code(statement):
        return Decline("a comment stands between the names")
    if lines:
        return _fix(ctx, moves, (Edit(*ctx.span(statement), f"\n{indent}".join(lines)),), message)
    gone = drop(ctx, statement)
    return _fix(ctx, moves, (gone,), message) if gone is not None else Decline("a comment would be lost")


def _lines(moves: list[Move]) -> Iterator[str]:
    """One import for each module, in the order of the old names."""
    by_module: dict[str, list[str]] = {}
    for move in moves:
        if move.module is not None:
            by_module.setdefault(move.module, []).append(move.item)
    for module, items in by_module.items():
        yield f"from {module} import {', '.join(dict.fromkeys(items))}"


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _fix(ctx: View, moves: list[Move], edits: tuple[Edit, ...], message: str) -> Fix:
    every = (*edits, *(edit for move in moves for edit in move.edits))
    uses = tuple(dict.fromkeys(name for move in moves for name in move.uses))
    since = latest([move.since for move in moves if move.since is not None])
    safe: Applicability = "safe" if has(ctx.target_jax, since) else "unsafe"
    return Fix(supported(ctx, message, since), tuple(dict.fromkeys(every)), safe, uses)

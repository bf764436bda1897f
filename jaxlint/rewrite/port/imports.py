"""Imports that a port leaves without use."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.project import Project
from jaxlint.facts.queries.references import Imported, imports, references
from jaxlint.facts.queries.view import View, seen_in
from jaxlint.rewrite.statement import drop, remaining
from jaxlint.source import Module

_PORTED = ("numpy", "scipy", "numba", "math")


def without_uses(project: Project, module: Module, ctx: View, before: frozenset[str]) -> Iterator[Edit]:
    """The cuts of imports of NumPy and its kin that nothing uses any more. ``before``: the names that had uses."""
    used = {use.by.alias for chunk in module.chunks for use in references(project, module, chunk)}
    statements: dict[cst.CSTNode, list[Imported]] = {}
    for each in imports(project, module):
        statements.setdefault(each.statement, []).append(each)
    for statement, listed in statements.items():
        gone = [each for each in listed if each.alias not in used and each.local in before and _alone(module, each)]
        if not gone:
            continue
        view = seen_in(ctx, gone[0].chunk)
        if len(gone) == len(listed):
            cut = drop(view, statement)
            yield from (cut,) if cut is not None else ()
        elif isinstance(statement, cst.ImportFrom):
            yield from remaining(view, statement, [each.alias for each in gone if each.alias is not None]) or ()


def used_names(project: Project, module: Module) -> frozenset[str]:
    """The names of imports of NumPy and its kin that a module uses."""
    return frozenset(
        use.by.local
        for chunk in module.chunks
        for use in references(project, module, chunk)
        if use.by.name.partition(".")[0] in _PORTED
    )


def _alone(module: Module, each: Imported) -> bool:
    """True if the word stands nowhere else, not even in a string: `__all__` may name it."""
    start, end = each.chunk.span(each.statement)
    text = module.source.text
    return re.search(rf"(?<![.\w]){re.escape(each.local)}\b", text[:start] + text[end:]) is None

"""Where a module refers to API that is gone or going, by its imports alone. Most modules are cleared by their index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.project import Project
from jaxlint.facts.queries.compat import compatible
from jaxlint.facts.queries.references import Imported, Reference, imports, mentioned, references
from jaxlint.jaxapi import Removal, removed
from jaxlint.source import Module

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class Outdated:
    """``name`` is what is referred to at ``node``, or imported there; ``row`` says what became of it."""

    row: Removal
    name: str
    node: cst.CSTNode
    by: Imported | Reference


def outdated(ctx: View) -> Iterator[Outdated]:
    """What of the chunk is outdated, but for code that asks first what the installed library has."""
    project = ctx.tracer.project
    if not _suspect(ctx.module):
        return
    for each in imports(project, ctx.module):
        if each.chunk is ctx.chunk and (row := _row(project, each.name)) is not None:
            node = each.alias if each.alias is not None else each.statement
            if not compatible(ctx, node):
                yield Outdated(row, each.name, node, each)
    patched = _patched(project, ctx.module)
    for use in references(project, ctx.module, ctx.chunk):
        row = _row(project, use.name)
        if row is None or row.name in patched or f"{use.origin}.".startswith(f"{row.name}."):
            continue  # of these, the import is to blame
        part = use.at(row.name)
        if not compatible(ctx, part):
            yield Outdated(row, row.name, part, use)


def _suspect(module: Module) -> bool:
    found: bool | None = module.__dict__.get("_suspect")
    if found is None:
        found = module.__dict__["_suspect"] = any(removed(name) is not None for name in mentioned(module))
    return found


def _patched(project: Project, module: Module) -> set[str]:
    """The attributes of libraries that a module stores to."""
    found: set[str] | None = module.__dict__.get("_patched")
    if found is None:
        uses = (use for chunk in module.chunks for use in references(project, module, chunk))
        found = module.__dict__["_patched"] = {use.name for use in uses if use.stored}
    return found


def _row(project: Project, name: str) -> Removal | None:
    """The row of a name, unless the project is the library itself."""
    package = name.partition(".")[0]
    if project.get(package) is not None or project.is_package(package):
        return None
    return removed(name)

"""Slices with a name, put where the name is read: `cols = col[p[i] : p[i + 1]]` is no value of lax.

::

    cols = col[p[i] : p[i + 1]]
    y[i] = np.sum(x[cols])          ->      y[i] = np.sum(x[col[p[i] : p[i + 1]]])

What is around the slice then says whether it can be masked, counted, or neither.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit, Fix
from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.polynomial import difference
from jaxlint.rewrite.slices.bounds import Loops
from jaxlint.rewrite.uses import bindings


def named_slices(ctx: View) -> Fix | None:
    """The edits that put such slices of a function where they are read."""
    edits: list[Edit] = []
    for node in ctx.nodes():
        match node:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Subscript() as value)
                ]
            ):
                if _changes(ctx, node, value):
                    edits += _moved(ctx, node, name, value)
    return Fix("Take the slice where it is read", tuple(edits), "unsafe") if edits else None


def _changes(ctx: View, statement: cst.SimpleStatementLine, value: cst.Subscript) -> bool:
    """True for a slice whose length a loop decides."""
    loops = Loops(ctx, statement)
    for element in value.slice:
        part = element.slice
        if isinstance(part, cst.Slice) and (loops.moves(part.lower) or loops.moves(part.upper)):
            if part.lower is None or part.upper is None:
                return True
            size = difference(ctx, part.upper, part.lower)
            return size is None or loops.moves(cst.parse_expression(size))
    return False


def _moved(ctx: View, statement: cst.SimpleStatementLine, name: str, value: cst.Subscript) -> Iterator[Edit]:
    """The name's reads, and the line that bound it; nothing if what it shows may be another then."""
    loop = next((above for above in ctx.ancestors(statement) if isinstance(above, cst.For | cst.While)), None)
    if loop is None or len(bindings(ctx, name)) != 1 or _comments(statement):
        return
    reads = [node for node in ctx.nodes() if isinstance(node, cst.Name) and node.value == name]
    reads = [node for node in reads if not isinstance(ctx.parent(node), cst.AssignTarget)]
    inside = set(own_nodes(loop.body))
    end = ctx.span(statement)[1]
    shown = {part.value for part in own_nodes(value) if isinstance(part, cst.Name)}
    if not reads or any(node not in inside or ctx.span(node)[0] < end for node in reads) or shown & set(_stored(loop)):
        return
    text = ctx.chunk.source.text
    yield Edit(text.rfind("\n", 0, ctx.span(statement)[0]) + 1, text.index("\n", end) + 1, "")
    for node in reads:
        yield Edit(*ctx.span(node), ctx.code(value))


def _comments(statement: cst.SimpleStatementLine) -> bool:
    return statement.trailing_whitespace.comment is not None or any(
        line.comment is not None for line in statement.leading_lines
    )


def _stored(loop: cst.For | cst.While) -> Iterator[str]:
    """The variables that the body of a loop binds or stores into."""
    for node in own_nodes(loop.body):
        targets: list[cst.BaseExpression] = []
        match node:
            case cst.Assign(targets=several):
                targets = [one.target for one in several]
            case cst.AugAssign(target=target) | cst.AnnAssign(target=target) | cst.For(target=target):
                targets = [target]
        for each in targets:
            yield from bound_names(each)
            base = each
            while isinstance(base, cst.Subscript | cst.Attribute):
                base = base.value
            if isinstance(base, cst.Name):
                yield base.value

"""Import statements as text: the line below one, its names less some of them, and nothing left of it."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.queries.view import View


def only_name(ctx: View, statement: cst.CSTNode) -> bool:
    """True for a statement that has its lines for itself."""
    line = ctx.parent(statement)
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def following_line(ctx: View, statement: cst.CSTNode) -> int:
    """The start of the line below a statement."""
    text = ctx.chunk.source.text
    end = ctx.span(statement)[1]
    newline = text.find("\n", end)
    return len(text) if newline < 0 else newline + 1


def remaining(ctx: View, statement: cst.ImportFrom, gone: list[cst.ImportAlias]) -> tuple[Edit, ...] | None:
    """The edits that take names out of an import; None where a comment would go with them."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = list(statement.names)
    edits: list[Edit] = []
    last = max(i for i, alias in enumerate(names) if alias not in gone)
    for i, alias in enumerate(names):
        if alias in gone and i < last:
            edits.append(Edit(ctx.span(alias)[0], ctx.span(names[i + 1])[0], ""))
    if last + 1 < len(names):
        edits.append(Edit(ctx.span(names[last])[1], ctx.span(names[-1])[1], ""))
    text = ctx.chunk.source.text
    return None if any("#" in text[edit.start : edit.end] for edit in edits) else tuple(edits)


def drop(ctx: View, statement: cst.CSTNode) -> Edit | None:
    """The edit that removes a statement with its line; `pass` where a block needs one, a comment stays. None: the line
    holds other statements."""
    if not only_name(ctx, statement):
        return None
    line = ctx.parent(statement)
    block = ctx.parent(line) if line is not None else None
    if isinstance(block, cst.IndentedBlock) and len(block.body) == 1:
        return Edit(*ctx.span(statement), "pass")
    text = ctx.chunk.source.text
    start, end = ctx.span(statement)
    comment = text.find("#", end, following_line(ctx, statement))
    if comment >= 0:
        return Edit(start, comment, "")
    return Edit(text.rfind("\n", 0, start) + 1, following_line(ctx, statement), "")

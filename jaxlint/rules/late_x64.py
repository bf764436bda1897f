"""x64 is enabled after arrays were made, or after JAX has looked.  Page: rules/late_x64.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Library
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule
from jaxlint.source import Chunk


@rule("JAX814", since="0.1", fix="unsafe")
def late_x64(ctx: View, node: cst.Call | cst.Assign) -> Iterator[Finding]:
    if isinstance(node, cst.Assign):
        if _sets_variable(ctx, node) and (line := _jax_imported(ctx, node)) is not None:
            advice = 'set it above the import, or call `jax.config.update("jax_enable_x64", True)`'
            message = f"JAX read JAX_ENABLE_X64 when it was imported, in line {line}: this has no effect; {advice}"
            yield Finding(node, message, Decline("the import must come after it"))
        return
    made = _made_before(ctx, node) if ctx.boundary is None and _enables(ctx, node) else None
    if made is not None:
        chunk, before, narrow = made
        message = f"x64 is enabled too late for {_name(chunk, before)}, which is {narrow} by now; do it before"
        yield Finding(node, message, _moved(ctx, node, chunk, before))


def _enables(ctx: View, node: cst.Call) -> bool:
    values = [ctx.value(argument.value) for argument in node.args]
    return ctx.name(node.func) == "jax.config.update" and values == [Const("jax_enable_x64"), Const(True)]


def _made_before(ctx: View, node: cst.Call) -> tuple[Chunk, cst.Call, str] | None:
    """The first array above whose type x64 would have changed."""
    chunks = [chunk for chunk in ctx.module.chunks if chunk.start < ctx.chunk.start] if ctx.function is None else []
    for chunk in (*chunks, ctx.chunk):
        for inner in ctx.nodes() if ctx.function is not None else own_nodes(chunk.tree):
            value = ctx.value(inner) if isinstance(inner, cst.Call) and inner is not node else None
            dtype = value.dtype if isinstance(value, Array) else None
            wide = dtype is not None and dtype.name != dtype.wide
            if dtype is not None and wide and isinstance(inner, cst.Call) and _is_above(chunk, inner, ctx, node):
                return chunk, inner, dtype.name
    return None


def _is_above(chunk: Chunk, inner: cst.Call, ctx: View, node: cst.Call) -> bool:
    return chunk.span(inner)[0] < ctx.span(node)[0]


def _name(chunk: Chunk, made: cst.Call) -> str:
    for inner in own_nodes(chunk.tree):
        match inner:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if value is made:
                return f"`{name}`"
    return f"the array of line {chunk.line(made)}"


def _moved(ctx: View, node: cst.Call, chunk: Chunk, before: cst.Call) -> Fix | Decline:
    """The statement in front of the one that makes the first array."""
    statement, text = ctx.statement(node), ctx.chunk.source.text
    if ctx.function is not None or statement not in ctx.chunk.tree.body:
        return Decline("the order within a block is for the author to change")
    if getattr(statement, "leading_lines", ()) and any(line.comment for line in statement.leading_lines):  # type: ignore[attr-defined]
        return Decline("there is a comment above it")
    start = ctx.span(statement)[0]
    end = text.find("\n", ctx.span(statement)[1]) + 1
    if not end:
        return Decline("it is the last line")
    target = next(start for start, stop in map(chunk.span, chunk.tree.body) if stop > chunk.span(before)[0])
    moved = (Edit(target, target, text[start:end]), Edit(start, end, ""))
    return Fix("Enable x64 before the first array is made", moved, "unsafe")


def _sets_variable(ctx: View, node: cst.Assign) -> bool:
    match node.targets:
        case [
            cst.AssignTarget(target=cst.Subscript(value=base, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]))
        ]:
            return ctx.value(base) == Library("os.environ") and ctx.value(key) == Const("JAX_ENABLE_X64")
    return False


def _jax_imported(ctx: View, node: cst.Assign) -> int | None:
    """The line above in which the module imports JAX."""
    lines = [
        item.line for item in ctx.module.index.imports if item.scope is None and item.target.partition(".")[0] == "jax"
    ]
    first = min(lines, default=None)
    return first if first is not None and first < ctx.line(node) else None

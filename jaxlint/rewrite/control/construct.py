"""Which statements are rewritten together, and the fix that puts the new text in their place."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, repair
from jaxlint.facts.model.definitions import own_nodes, scope_of
from jaxlint.facts.model.values import Function
from jaxlint.facts.queries.trips import trips
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import exits, flow, vector
from jaxlint.rewrite.control.bound import bound_before
from jaxlint.rewrite.control.effects import Unnamed
from jaxlint.rewrite.control.exits import Settling
from jaxlint.rewrite.control.forecast import SHORT, Forecast, forecast
from jaxlint.rewrite.control.guards import split
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, opens
from jaxlint.rewrite.control.model import Block, Branch, Declined, Loop, Statement, While
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.prepare import prepared
from jaxlint.rewrite.control.read import read
from jaxlint.rewrite.control.slices import of_one_length
from jaxlint.rewrite.control.slots import localised
from jaxlint.rewrite.control.stores import added_aside, stored_once

COMPOUND = (cst.If, cst.For, cst.While, cst.Match)


def rewrite(ctx: View, node: cst.CSTNode, *, raises: bool = True) -> Fix | Decline:
    """The statement that a branch or loop is part of, written with lax.

    ``raises``: as it stands, the code can only raise in a trace, so that its rewrite is a repair.
    """
    if ctx.function is None:
        return Decline("only what is in a function is rewritten")
    if _calls_itself(ctx):
        return Decline(f"`{ctx.function.name}` calls itself; lax traces both sides of a branch, which would never end")
    try:
        return _in_one_go(ctx, node) or _first_step(ctx, node) or _rewritten(ctx, node, raises=raises)
    except Unnamed as reason:
        return localised(ctx, _outermost(ctx, node)[0]) or Decline(str(reason))
    except Declined as reason:
        return Decline(str(reason))


def in_arrays(ctx: View, loop: cst.For) -> Fix | Decline:
    """A loop as expressions of whole arrays, or why its turns must come one by one."""
    try:
        return _vectorised(ctx, loop)
    except Declined as reason:
        return Decline(str(reason))


def _in_one_go(ctx: View, node: cst.CSTNode) -> Fix | None:
    """The first loop in the statement around a node whose turns do not need each other, as array expressions.

    One above it, that gives what the statement reads, comes first: more is known of a sum than of a loop.
    """
    around = [above for above in (node, *_within_function(ctx, node)) if isinstance(above, COMPOUND)]
    if not around:
        return None
    top, start = around[-1], ctx.span(around[-1])[0]
    reads = flow.reads(top)
    loops = sorted((part for part in ctx.nodes() if isinstance(part, cst.For)), key=lambda loop: ctx.span(loop)[0])
    for loop in loops:
        inside = any(above is top for above in (loop, *ctx.ancestors(loop)))
        if inside or (ctx.span(loop)[1] <= start and not reads.isdisjoint(scope_of(loop.body).bound)):
            try:
                return _vectorised(ctx, loop)
            except Declined:
                continue
    return None


def _first_step(ctx: View, node: cst.CSTNode) -> Fix | None:
    """What had better change before lax runs a loop: slices of varying length, and how often arrays are stored into."""
    top, block, view = _outermost(ctx, node)
    if (fix := of_one_length(view, top)) is not None:
        return fix
    loops = [statement for statement in flow.statements(block) if isinstance(statement, Loop | While)]
    inner = [statement for loop in loops for statement in flow.statements(loop.body)]
    return next((fix for statement in inner if (fix := _one_store(view, statement)) is not None), None)


def _one_store(view: Forecast, statement: Statement) -> Fix | None:
    match statement:
        case Branch(test=test) if view.dynamic(test):
            return stored_once(view, statement)
        case Loop(node=node) if node in view.lowered:
            return added_aside(view, statement)
    return None


def _vectorised(ctx: View, loop: cst.For) -> Fix:
    """A loop whose turns do not need each other, as array expressions. Raises ``Declined``."""
    turns = trips(ctx, loop.iter)
    if turns is not None and turns.count is not None and turns.count <= SHORT:
        raise Declined("a few turns may stay")
    (block,) = read(ctx, [loop])
    assert isinstance(block, Loop)
    found = vector.written(ctx, block)
    dropped = [line for node in found.dropped if (line := _whole_line(ctx, *ctx.span(node))) is not None]
    edit = _edit(ctx, [loop], found.lines)
    return Fix("Write it with whole arrays", (*dropped, edit), "unsafe", found.uses)


def _calls_itself(ctx: View) -> bool:
    """True for a function that uses itself: what ends the recursion in Python does not end a trace."""
    assert ctx.function is not None
    values = (
        ctx.value(node) for node in own_nodes(ctx.function.node.body) if isinstance(node, cst.Name | cst.Attribute)
    )
    return any(isinstance(value, Function) and value.definition is ctx.function for value in values)


def _rewritten(ctx: View, node: cst.CSTNode, *, raises: bool) -> Fix:
    first, block, view = _outermost(ctx, node)
    statements = [first]
    if _returns(view, block):
        statements = _to_the_end(ctx, first)
        first = statements[0]
        block = read(ctx, statements)
        view = forecast(ctx, block, view.lowered)
    bound = bound_before(ctx, first)
    names, lowered = fresh(ctx), view.lowered
    settled = Settling(names, lambda loop: loop.node not in lowered, view.dynamic).function(split(view, block), bound)
    view, uses = prepared(view, settled)
    view.made = flow.made(settled)
    low = Lowering(view, names, dict.fromkeys(uses))
    lines = low.lines(settled, Here(ctx.live_after(statements[-1]) or frozenset(), bound))
    edit = _edit(ctx, statements, lines)
    return Fix(
        _message(low),
        (*_blank_line(ctx, statements[0], lines), edit, *_elsewhere(low, edit)),
        repair(ctx) if raises else "unsafe",
        tuple(low.uses),
    )


def _elsewhere(low: Lowering, edit: Edit) -> list[Edit]:
    """What changes outside of the statements that are written anew."""
    found = [other for other in low.ctx.edits if other.start < edit.start or edit.end < other.end]
    for node in low.dropped:
        start, end = low.ctx.span(node)
        if end <= edit.start and (line := _whole_line(low.ctx, start, end)) is not None:
            found.append(line)
    return found


def _whole_line(ctx: View, start: int, end: int) -> Edit | None:
    """The removal of a line that holds one statement and nothing else."""
    text = ctx.chunk.source.text
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    alone = last >= 0 and not text[first:start].strip() and not text[end:last].strip()
    return Edit(first, last + 1, "") if alone else None


def _message(low: Lowering) -> str:
    names = [f"`{low.ctx.spell(name)}`" for name in low.uses if name.startswith("jax.lax.")]
    return f"Write it with {' and '.join(names) or '`jnp.where`'}"


def _outermost(ctx: View, node: cst.CSTNode) -> tuple[cst.CSTNode, Block, Forecast]:
    """The outermost statement around a node that lax must run, with its block."""
    around = [above for above in (node, *_within_function(ctx, node)) if isinstance(above, COMPOUND)]
    roots = [node] if isinstance(node, cst.For | cst.While) else []
    failure: Declined | None = None
    for statement in reversed(around):
        if _is_elif(ctx, statement):
            continue
        try:
            block = read(ctx, [statement])
        except Declined as declined:
            failure = declined
            continue
        view = forecast(ctx, block, roots)
        if statement in view.lowered or any(_asks(view, top) for top in block):
            return statement, block, view
    raise failure or Declined("no tracer decides here")


def _asks(view: Forecast, statement: Statement) -> bool:
    """True for a branch that a tracer decides, itself or by one of its `elif`."""
    if not isinstance(statement, Branch):
        return False
    others = statement.orelse if isinstance(getattr(statement.node, "orelse", None), cst.If) else ()
    return view.dynamic(statement.test) or any(_asks(view, other) for other in others)


def _within_function(ctx: View, node: cst.CSTNode) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for above in ctx.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            break
        found.append(above)
    return found


def _is_elif(ctx: View, node: cst.CSTNode) -> bool:
    parent = ctx.parent(node)
    return isinstance(parent, cst.If) and parent.orelse is node


def _returns(view: Forecast, block: Block) -> bool:
    """True if what lax will run holds a ``return``."""
    for statement in flow.statements(block):
        match statement:
            case Branch() if view.dynamic(statement.test):
                if any(exit.kind == "return" for exit in exits.own_exits((statement,))):
                    return True
            case Loop() | While() if statement.node in view.lowered:
                if any(exit.kind == "return" for exit in exits.own_exits((statement,))):
                    return True
    return False


def _to_the_end(ctx: View, first: cst.CSTNode) -> list[cst.CSTNode]:
    """A statement, with an `if` around it that is known while tracing, and those that follow, to the function's end."""
    assert ctx.function is not None
    for above in ctx.ancestors(first):
        if above is ctx.function.node.body:
            break
        if isinstance(above, cst.If):
            first = above
        elif not isinstance(above, cst.IndentedBlock | cst.Else):
            raise Declined("it returns from within another statement")
    parent = ctx.parent(first)
    if not isinstance(parent, cst.IndentedBlock):
        raise Declined("it returns from within another statement")
    body: list[cst.CSTNode] = list(parent.body)
    return body[next(i for i, item in enumerate(body) if item is first) :]


def _edit(ctx: View, statements: Sequence[cst.CSTNode], lines: Lines) -> Edit:
    """The new lines in place of statements. The comments above the first one stay where they are."""
    text, (start, end) = ctx.chunk.source.text, (ctx.span(statements[0])[0], _end(ctx, statements[-1]))
    indent = ctx.indent(statements[0])
    above = sum(line.comment is not None for line in getattr(statements[0], "leading_lines", ()))
    lines = lines[above:]
    if opens(lines) and not above and not text[: start - len(indent)].rstrip(" ").endswith((":\n", "\n\n")):
        start, lines = start - len(indent), ["", *lines]
    return Edit(start, end, "\n".join([lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]))


def _blank_line(ctx: View, first: cst.CSTNode, lines: Lines) -> list[Edit]:
    """Sets apart a function that now stands below the comments above a statement."""
    comments = [line for line in getattr(first, "leading_lines", ()) if line.comment is not None]
    if not comments or not opens(lines[len(comments) :]):
        return []
    text = ctx.chunk.source.text
    start = text.rfind("\n", 0, ctx.span(first)[0]) + 1
    while (above := text[:start].rstrip("\n").rpartition("\n")[2]).lstrip().startswith("#"):
        start = text.rfind(above, 0, start)
    before = text[:start].rstrip(" ")
    return [] if before.endswith((":\n", "\n\n")) else [Edit(start, start, "\n")]


def _end(ctx: View, node: cst.CSTNode) -> int:
    """The end of a statement's last line that holds a word of it, or a comment that belongs to it."""
    text = ctx.chunk.source.text
    end = ctx.span(node)[1]
    line = text.find("\n", end)
    rest = text[end : line if line >= 0 else len(text)]
    end = end + len(rest.rstrip()) if rest.strip().startswith("#") else end
    for comment in _last_comments(node):
        end = text.find(comment, end) + len(comment)
    return end


def _last_comments(node: cst.CSTNode) -> list[str]:
    """The comments below a block's last statement, which the new text holds as well."""
    found: list[str] = []
    inner = getattr(node, "orelse", None) or node
    if inner is not node and isinstance(inner, cst.If | cst.Else):
        return _last_comments(inner)
    body = getattr(node, "body", None)
    if isinstance(body, cst.IndentedBlock):
        found += _last_comments(body.body[-1]) if isinstance(body.body[-1], cst.BaseCompoundStatement) else []
        found += [line.comment.value for line in body.footer if line.comment is not None]
    return found

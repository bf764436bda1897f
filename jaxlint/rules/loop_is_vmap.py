"""Equal calls on the rows of a jax array, one dispatch each, stacked again.  Page: rules/loop_is_vmap.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.trips import trips, works
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.mapping import STACKS, mapped
from jaxlint.rules import rule


@rule("JAX408", since="0.1", level="warning", fix="unsafe")
def loop_is_vmap(ctx: View, node: cst.Call, *, limit: int = 16) -> Iterator[Finding]:
    if ctx.boundary is not None or any(ctx.contexts()) or ctx.name(node.func) not in STACKS or not node.args:
        return
    source = node.args[0].value
    if isinstance(source, cst.ListComp | cst.GeneratorExp):
        if source.for_in.ifs or source.for_in.inner_for_in is not None or not works(ctx, source.elt):
            return
        if _is_over_rows(ctx, source.for_in.target, source.for_in.iter, source.elt, limit):
            yield Finding(source, _message(ctx, source.for_in.iter), mapped(ctx, node, source))
    elif isinstance(source, cst.Name):
        yield from _collected(ctx, source.value, limit)


def _message(ctx: View, source: cst.BaseExpression) -> str:
    turns = trips(ctx, source)
    each = f"for each {turns.each}" if turns and turns.each else "in each turn"
    return f"the same operations are dispatched {each} and stacked again; `jax.vmap` runs them once, on all"


def _collected(ctx: View, name: str, limit: int) -> Iterator[Finding]:
    """``for x in xs: out.append(f(x))`` with nothing else carried from turn to turn."""
    for loop in ctx.nodes():
        match loop:
            case cst.For(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Expr(value=call)])])):
                if _appends(call, name) and works(ctx, call):
                    element = call.args[0].value  # type: ignore[attr-defined]
                    if _is_over_rows(ctx, loop.target, loop.iter, element, limit):
                        yield Finding(loop.iter, _message(ctx, loop.iter), _decline())


def _decline() -> Fix | Decline:
    return Decline("the list may be used elsewhere")


def _appends(call: cst.BaseExpression, name: str) -> bool:
    match call:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=target), attr=cst.Name(value="append")), args=[_]):
            return target == name
    return False


def _is_over_rows(
    ctx: View, target: cst.BaseExpression, source: cst.BaseExpression, element: cst.BaseExpression, limit: int
) -> bool:
    """True for `for x in xs` of what is surely a jax array, and for `xs[i]` with `i` in a range over its rows."""
    if not isinstance(ctx.value(element), Array) or not isinstance(target, cst.Name):
        return False
    turns = trips(ctx, source)
    if turns is None or (turns.count is not None and turns.count < limit):
        return False
    if ctx.jax_array(source):
        return True
    return any(
        isinstance(part, cst.Subscript) and ctx.jax_array(part.value) and _is_index(part, target.value)
        for part in own_nodes(element)
    )


def _is_index(node: cst.Subscript, name: str) -> bool:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Name(value=index)))]:
            return index == name
    return False

"""A long Python loop in a trace: the program holds its body once for every turn.  Page: rules/unrolled_loop.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.queries.trips import Trips, of_while, trips, works
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import rewrite
from jaxlint.rewrite.control.comprehensions import collected
from jaxlint.rewrite.text import call
from jaxlint.rules import rule


@rule("JAX406", since="0.1", level="warning", fix="unsafe")
def unrolled_loop(
    ctx: View,
    node: cst.For | cst.While | cst.ListComp | cst.GeneratorExp | cst.SetComp | cst.DictComp | cst.Call,
    *,
    limit: int = 32,
) -> Iterator[Finding]:
    staging = ctx.boundary.staging if ctx.boundary is not None else None
    if isinstance(node, cst.GeneratorExp | cst.ListComp) and _is_tested(ctx, node):
        return
    if staging is None or not _is_long(ctx, node, limit) or _in_long_loop(ctx, node, limit):
        return
    turns = _turns(ctx, node)
    assert turns is not None
    message = (
        f"this loop is unrolled: its body is traced {turns.words}, in a program that grows with it "
        f"({staging.why.message}); `lax.scan` or `lax.fori_loop` traces it once"
    )
    yield Finding(_place(node), message, _fix(ctx, node), staging.why)


def _is_long(ctx: View, node: cst.CSTNode, limit: int) -> bool:
    """True for a loop whose turns do jax work and are many; an axis is long unless every caller's is short."""
    turns = _turns(ctx, node)
    if turns is None or not (turns.rows or _works(ctx, node)):
        return False
    if turns.count is not None:
        return turns.count >= limit
    known = [found.count for view in ctx.contexts() if (found := _turns(view, node)) and found.count is not None]
    return not known or max(known) >= limit


def _turns(ctx: View, node: cst.CSTNode) -> Trips | None:
    match node:
        case cst.For(iter=source) | cst.ListComp(for_in=cst.CompFor(iter=source)):
            return trips(ctx, source)
        case cst.GeneratorExp() | cst.SetComp() | cst.DictComp():
            return trips(ctx, node.for_in.iter)
        case cst.While():
            return of_while(ctx, node)
        case cst.Call() if ctx.name(node.func) in ("builtins.sum", "functools.reduce", "builtins.map") and node.args:
            source = node.args[0 if ctx.name(node.func) == "builtins.sum" else -1].value
            comprehended = isinstance(source, cst.GeneratorExp | cst.ListComp)
            return trips(ctx, source) if ctx.jax_array(source) and not comprehended else None
    return None


def _works(ctx: View, node: cst.CSTNode) -> bool:
    match node:
        case cst.For() | cst.While():
            return works(ctx, node.body)
        case cst.DictComp():
            return works(ctx, node.key, node.value)
        case cst.Call():
            return True
    return works(ctx, node.elt)  # type: ignore[attr-defined]


def _is_tested(ctx: View, node: cst.CSTNode) -> bool:
    """True for what a builtin tests item by item, which fails on tracers."""
    call = next(ctx.ancestors(next(ctx.ancestors(node), node)), None)
    names = ("builtins.any", "builtins.all", "builtins.min", "builtins.max", "builtins.sorted")
    return isinstance(call, cst.Call) and ctx.name(call.func) in names


def _in_long_loop(ctx: View, node: cst.CSTNode, limit: int) -> bool:
    """True inside of a loop that is reported itself."""
    loops = (cst.For, cst.While, cst.ListComp, cst.GeneratorExp, cst.SetComp, cst.DictComp)
    for above in ctx.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(above, loops) and _is_long(ctx, above, limit):
            return True
    return False


def _place(node: cst.CSTNode) -> cst.CSTNode:
    """The line that says how often."""
    match node:
        case cst.For(iter=source):
            return source
        case cst.While(test=test):
            return test
    return node


def _fix(ctx: View, node: cst.CSTNode) -> Fix | Decline:
    match node:
        case cst.For() | cst.While():
            return rewrite(ctx, node, raises=False)
        case cst.ListComp() | cst.GeneratorExp() | cst.SetComp() | cst.DictComp():
            return collected(ctx, node)
        case cst.Call(args=[argument]) if ctx.name(node.func) == "builtins.sum":
            text = call(ctx, "jax.numpy.sum", ctx.code(argument.value), "axis=0")
            return Fix("Sum with `jnp.sum`", (replace(ctx, node, text.text),), "unsafe", text.uses)
    return Decline("the function is called with one item after the other: `jax.vmap` or `lax.scan` calls it once")

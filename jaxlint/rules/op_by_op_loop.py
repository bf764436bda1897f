"""A loop on the host that dispatches a chain of operations one by one.  Page: rules/op_by_op_loop.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.queries.carried import carries
from jaxlint.facts.queries.dispatches import calls, dispatched, inside
from jaxlint.facts.queries.syncs import few_items
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.jit_function import jit_function
from jaxlint.rules import rule


@rule("JAX609", since="0.1", level="hint", fix="unsafe")
def op_by_op_loop(ctx: View, node: cst.For | cst.While, *, limit: int = 6) -> Iterator[Finding]:
    if ctx.boundary is not None or any(ctx.contexts()) or not carries(ctx, node):
        return
    if isinstance(node, cst.For) and few_items(ctx.value(node.iter), node.iter):
        return
    count = dispatched(ctx, node.body)
    if count >= limit:
        message = (
            f"each turn dispatches {count} operations one by one; `jax.jit` of the step compiles them into one "
            "program, which is dispatched once"
        )
        yield Finding(node.iter if isinstance(node, cst.For) else node.test, message, _fix(ctx, node))


def _fix(ctx: View, loop: cst.For | cst.While) -> Fix | Decline:
    """``@jax.jit`` for the one function that does the work."""
    steps = {ctx.value(call.func) for call in calls(ctx, loop.body) if inside(ctx, call) > 1}
    return jit_function(ctx, steps.pop()) if len(steps) == 1 else Decline("the step is no function of its own")

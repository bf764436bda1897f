"""A loop on the host that dispatches a chain of operations one by one.  Page: rules/op_by_op_loop.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import Function
from jaxlint.facts.queries.anew import meets_arrays_only
from jaxlint.facts.queries.carried import carries
from jaxlint.facts.queries.dispatches import calls, dispatched, inside
from jaxlint.facts.queries.syncs import few_items
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.mapping import is_traceable
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
    """``@jax.jit`` for the one function that does the work, where all that it does is arithmetic with arrays."""
    steps = {ctx.value(call.func) for call in calls(ctx, loop.body) if inside(ctx, call) > 1}
    step = steps.pop() if len(steps) == 1 else None
    if not isinstance(step, Function):
        return Decline("the step is no function of its own")
    definition = step.definition
    if not isinstance(definition.node, cst.FunctionDef) or definition.cls is not None or definition.node.decorators:
        return Decline(f"`{definition.name}` is no plain function")
    arrays = all(meets_arrays_only(ctx, definition, parameter.name) for parameter in definition.parameters)
    if definition.chunk.source.path != ctx.chunk.source.path or not arrays or not is_traceable(ctx, step):
        return Decline(f"`{definition.name}` may need values, or have effects")
    start = definition.chunk.span(definition.node)[0]
    jit = ctx.spell("jax.jit")
    return Fix(f"Jit `{definition.name}`", (Edit(start, start, f"@{jit}\n"),), "unsafe", ("jax.jit",))

"""`lax.scan` and its like outside of jit, with a body that each call makes anew.  Page: rules/fresh_loop_body.md"""

from collections.abc import Iterator

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.model.events import Recompiled
from jaxlint.facts.model.values import Function
from jaxlint.facts.queries.anew import could_be_arguments, is_measured, made, turn_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.jit_function import jit_function
from jaxlint.rules import rule


@rule("JAX702", since="0.1", level="warning", fix="unsafe")
def fresh_loop_body(ctx: View, event: Recompiled) -> Iterator[Finding]:
    if event.run.making.place.node is not ctx.node or not event.name.startswith("jax.lax."):
        return
    if not could_be_arguments(ctx, event.differing) or is_measured(event.loop):
        return
    around = f"`{ctx.function.name}`" if ctx.function is not None else "a function"
    what = made(event.run.callee) if event.name != "jax.lax.map" else "a function that it wraps anew"
    message = (
        f"`{event.name}` runs outside of jit, with {what} in {turn_of(ctx, event.loop)}, so that it is compiled each "
        f"time; jit {around}, or give it a function that is made once"
    )
    yield Finding(ctx.node, message, _fix(ctx, event))


def _fix(ctx: View, event: Recompiled) -> Fix | Decline:
    """``@jax.jit`` for the function that the loop calls."""
    if ctx.function is None or any(above is event.loop.node for above in ctx.ancestors(ctx.node)):
        return Decline("the loop is in the same function: what a turn does needs a function of its own")
    return jit_function(ctx, Function(ctx.function, ctx.frame))

"""`jax.jit` of a function that each turn of a loop makes anew.  Page: rules/jit_in_loop.md"""

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.events import Recompiled
from jaxlint.facts.queries.anew import could_be_arguments, is_measured, made, turn_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.hoist import hoist
from jaxlint.rules import rule


@rule("JAX701", since="0.1", level="warning", fix="unsafe")
def jit_in_loop(ctx: View, event: Recompiled) -> Iterator[Finding]:
    if event.run.making.place.node is not ctx.node or not event.name.startswith("jax.jit"):
        return
    if not could_be_arguments(ctx, event.differing) or is_measured(event.loop):
        return
    new = made(event.run.callee)
    what = f"`{event.name}` gets {new} in {turn_of(ctx, event.loop)}, so that it traces and compiles each time"
    names = " and ".join(dict.fromkeys(f"`{part.name}`" for part in event.differing))
    advice = f"jit the function once and pass {names} as an argument" if names else "make it once, outside"
    yield Finding(ctx.node, f"{what}; {advice}", hoist(ctx, event.run.callee, event.loop.node))

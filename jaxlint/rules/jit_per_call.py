"""`jax.jit` of a function that each call of the function around makes anew.  Page: rules/jit_per_call.md"""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.edits import Finding
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.events import Compiled, Recompiled
from jaxlint.facts.model.values import Transformed
from jaxlint.facts.queries.anew import made
from jaxlint.facts.queries.fresh import is_fresh, used_once
from jaxlint.facts.queries.programs import runs_once
from jaxlint.facts.queries.syncs import times
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.hoist import hoist
from jaxlint.rules import rule


@rule("JAX711", since="0.1", level="hint", fix="unsafe")
def jit_per_call(ctx: View, event: Compiled) -> Iterator[Finding]:
    callee = event.run.callee
    if ctx.function is None or not isinstance(callee, Transformed) or event.name != "jax.jit":
        return
    if ctx.boundary is not None or any(ctx.contexts()) or any(ctx.events(ctx.node, Recompiled)):
        return
    if not is_fresh(ctx, callee.function) or not used_once(ctx) or runs_once(ctx, ctx.function):
        return
    if any(map(times, own_nodes(ctx.function.node.body))):
        return
    message = (
        f"`jax.jit` gets {made(callee)} in each call of `{ctx.function.name}`, runs it once and forgets it, so that "
        "each call traces and compiles; jit it once, where the module or the object is made"
    )
    yield Finding(ctx.node, message, hoist(ctx, callee))

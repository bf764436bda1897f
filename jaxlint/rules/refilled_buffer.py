"""A NumPy buffer that is filled again while the device may be reading it.  Page: rules/refilled_buffer.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.events import RefilledBuffer
from jaxlint.facts.queries.syncs import waits
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX608", since="0.1", fix="safe")
def refilled_buffer(ctx: View, event: RefilledBuffer) -> Iterator[Finding]:
    body = ctx.function.node.body if ctx.function is not None else ctx.chunk.tree
    call, target = event.transfer.node, ctx.node
    if not isinstance(call, cst.Call) or not isinstance(target, cst.Subscript) or any(map(waits, own_nodes(body))):
        return
    buffer = ctx.code(target.value)
    message = (
        f"`{buffer}` is written into, but `{ctx.code(call.func)}` in line {event.transfer.line} hands its memory over "
        "without a copy: the device reads it later, or keeps using it, and may see the new contents; hand over a copy"
    )
    yield Finding(target, message, _fix(ctx, call, buffer))


def _fix(ctx: View, call: cst.Call, buffer: str) -> Fix | Decline:
    """``jnp.asarray(buf)`` -> ``jnp.array(buf)``, ``device_put(buf)`` -> ``device_put(buf.copy())``"""
    if ctx.name(call.func) == "jax.numpy.asarray":
        array = ctx.spell("jax.numpy.array")
        return Fix("Copy the buffer", (Edit(*ctx.span(call.func), array),), "safe", ("jax.numpy.array",))
    place = ctx.span(call.args[0].value)[1]
    return Fix("Copy the buffer", (Edit(place, place, ".copy()"),), "safe")

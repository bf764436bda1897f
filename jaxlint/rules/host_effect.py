"""A clock, file, environment variable or iterator that a trace reads once, for good.  Page: rules/host_effect.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import HostEffect
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_CONSEQUENCES = {
    "time": "the compiled function keeps that time; measure around the call, after `jax.block_until_ready`",
    "environment": "the compiled function keeps the value; read it outside and pass it as an argument",
    "io": "it does not happen when the compiled function runs; do it outside, or in `jax.experimental.io_callback`",
    "iterator": "the compiled function keeps that item; call `next` outside and pass the item as an argument",
}


@rule("JAX207", since="0.1")
def host_effect(ctx: View, event: HostEffect) -> Iterator[Finding]:
    program, node = event.boundary.program, ctx.node
    consequence = _CONSEQUENCES.get(event.category)
    if consequence is None or program is None or (event.category == "environment" and not _matters(ctx, node)):
        return
    name = f"`{ctx.code(node)}`" if len(ctx.code(node)) < 60 else f"`{event.name}`"
    message = f"{name} is evaluated once, while `{event.boundary.function}` is traced: {consequence}"
    yield Finding(node, message, why=program.why)


def _matters(ctx: View, node: cst.CSTNode) -> bool:
    """An environment variable is a setting, fixed for the process, unless it is a number or the program sets it."""
    if any(isinstance(above, cst.Call) and ctx.name(above.func) in _NUMBERS for above in ctx.ancestors(node)):
        return True
    key = _variable(node)
    return key is not None and key in ctx.tracer.environment


_NUMBERS = ("builtins.float", "builtins.int", "jax.numpy.float32", "jax.numpy.asarray", "jax.numpy.array")


def _variable(node: cst.CSTNode) -> str | None:
    """The name of the variable that ``os.environ[...]`` or ``os.getenv(...)`` reads, if it is a literal."""
    match node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as text))]):
            pass
        case cst.Call(args=[cst.Arg(value=cst.SimpleString() as text), *_]):
            pass
        case _:
            return None
    return str(text.evaluated_value)

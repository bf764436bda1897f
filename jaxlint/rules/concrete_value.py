"""A Python number asked of a tracer: ``float(x)``, ``x.item()``, ``math.sqrt(x)``.  Page: rules/concrete_value.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import HostCall
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.as_array import as_array
from jaxlint.rewrite.destination import destinations
from jaxlint.rules import rule

NEED_A_VALUE = frozenset(f"builtins.{name}" for name in ("complex", "float")) | {
    "jax.Array.tolist",
    "jax.Array.__float__",
    "jax.Array.__complex__",
    "jax.Array.__array__",
}
"""Conversions that fail on every tracer."""
NEED_THE_PRIMAL = frozenset(f"builtins.{name}" for name in ("bin", "bool", "chr", "hex", "int", "oct")) | {
    "operator.index",
    "operator.truth",
    "jax.Array.item",
    "jax.Array.__int__",
    "jax.Array.__bool__",
    "jax.Array.__index__",
}
"""Conversions that work under eager `jax.grad`, where the primal is known: they cut the gradient, if anything."""


@rule("JAX601", since="0.1", fix="safe")
def concrete_value(ctx: View, event: HostCall) -> Iterator[Finding]:
    node, why = ctx.node, event.traced.why
    always = event.name in NEED_A_VALUE or event.name.startswith("math.")
    if not always and event.name not in NEED_THE_PRIMAL:
        return
    if ctx.failing(node) or not isinstance(node, cst.Call):
        return
    fix = as_array(ctx, node, event)
    if always or event.traced.level == "full":
        yield Finding(node, f"{_called(event)} needs a concrete value, but {why}", fix, why)
    elif _cuts(ctx, node, event):
        message = f"{_called(event)} gives a constant, which cuts the gradient without a word; {why}"
        yield Finding(node, message, fix, why)


def _cuts(ctx: View, node: cst.Call, event: HostCall) -> bool:
    """True if the result of the differentiated function depends on the number in a way that has a derivative."""
    if event.name not in ("builtins.int", "jax.Array.item") or kind_of(event.argument) in ("int", "bool"):
        return False
    return bool(destinations(ctx, node) & {"returned", "array"})


def _called(event: HostCall) -> str:
    module, _, name = event.name.rpartition(".")
    match module:
        case "jax.Array":
            return f"`.{name}()`"
        case "builtins":
            return f"`{name}()`"
    return f"`{event.name}`"

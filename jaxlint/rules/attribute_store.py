"""A store to an attribute of a jax array: `x.shape = …`.  Page: rules/attribute_store.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.jaxapi import array_attribute
from jaxlint.rewrite.rebind import rebind
from jaxlint.rewrite.store import extent
from jaxlint.rules import rule

_METHODS = {"shape": "reshape", "dtype": "view"}
_ADVICE = {
    "real": "put the parts together with `jax.lax.complex(…, {x}.imag)`",
    "imag": "put the parts together with `jax.lax.complex({x}.real, …)`",
    "flat": "update `{x}.ravel()` and reshape the result",
}


@rule("JAX106", since="0.1", fix="safe")
def attribute_store(ctx: View, node: cst.Assign | cst.AugAssign) -> Iterator[Finding]:
    targets = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
    for target in targets:
        if isinstance(target, cst.Attribute) and _is_property(ctx, target) and not expects_failure(ctx, node):
            array, name = target.value, target.attr.value
            message = (
                f"`{ctx.code(target)}` cannot be assigned: `{ctx.code(array)}` is a jax array, whose `{name}` is fixed"
            )
            yield Finding(target, message, _as_method(ctx, node, target), ctx.abstract(array))


def _is_property(ctx: View, target: cst.Attribute) -> bool:
    return array_attribute(target.attr.value) is not None and ctx.jax_array(target.value)


def _as_method(ctx: View, node: cst.Assign | cst.AugAssign, target: cst.Attribute) -> Fix | Decline:
    """``x.shape = s``  ->  ``x = x.reshape(s)``"""
    array, name = ctx.code(target.value), target.attr.value
    if name not in _METHODS:
        return Decline(_ADVICE.get(name, "bind `{x}` to a new array").format(x=array))
    if isinstance(node, cst.AugAssign) or len(node.targets) != 1:
        return Decline(f"bind `{array}` to `{array}.{_METHODS[name]}(…)` in a statement of its own")
    bound = rebind(ctx, target.value, node)
    if isinstance(bound, Decline):
        return bound
    start, end = ctx.span(target)[0], extent(ctx, node.value)[0]
    if "#" in ctx.chunk.source.text[start:end]:
        return Decline("there is a comment inside the target")
    close = extent(ctx, node.value)[1]
    edits = (
        *bound.edits,
        Edit(start, end, f"{bound.before}{array}.{_METHODS[name]}("),
        Edit(close, close, f"){bound.after}"),
    )
    message = f"Bind `{array}` to a reshaped array" if name == "shape" else f"Bind `{array}` to a view"
    return Fix(message + (f"; {bound.note}" if bound.note else ""), edits, bound.applicability, bound.uses)

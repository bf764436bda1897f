"""A slice whose bounds are traced.  Page: rules/traced_slice.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array, HostArray, Many, Member, Ref, Tree, Tuple, any_tracing
from jaxlint.facts.model.why import Why
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.contexts import python_number
from jaxlint.rewrite.polynomial import difference
from jaxlint.rules import rule

DYNAMIC_SLICE = "jax.lax.dynamic_slice_in_dim"


@rule("JAX503", since="0.1", fix="unsafe")
def traced_slice(ctx: View, node: cst.Subscript) -> Iterator[Finding]:
    if not _is_sliced(ctx, node) or _is_stored(ctx, node) or ctx.caught(node):
        return
    for axis, element in enumerate(node.slice):
        if isinstance(element.slice, cst.Slice) and (why := _traced_bound(ctx, element.slice)):
            message = f"a slice needs static bounds, but {why}; `lax.dynamic_slice_in_dim` takes a traced start"
            yield Finding(node, message, _fix(ctx, node, axis), why)
            return


def _is_sliced(ctx: View, node: cst.Subscript) -> bool:
    """True for what certainly takes no traced bounds: arrays and sequences, but not the references of a kernel."""
    base = ctx.value(node.value)
    if isinstance(base, Ref):
        return base.kind == "list"
    return isinstance(base, Array | Tree | HostArray | Tuple | Many) or _is_at(ctx, node)


def _is_at(ctx: View, node: cst.Subscript) -> bool:
    base = ctx.value(node.value)
    return isinstance(base, Member) and base.name == "at" and isinstance(base.base, Array | Tree)


def _is_stored(ctx: View, node: cst.Subscript) -> bool:
    """True for the target of an assignment, which fails for another reason."""
    parent = ctx.parent(node)
    return isinstance(parent, cst.AssignTarget | cst.Del) or (
        isinstance(parent, cst.AugAssign | cst.AnnAssign) and parent.target is node
    )


def _traced_bound(ctx: View, bounds: cst.Slice) -> Why | None:
    for bound in (bounds.lower, bounds.upper, bounds.step):
        proof = any_tracing([ctx.value(bound)]) if bound is not None else None
        if proof is not None and proof.level == "full":
            return proof.why
    return None


def _fix(ctx: View, node: cst.Subscript, axis: int) -> Fix | Decline:
    """``x[i * n : (i + 1) * n]`` -> ``lax.dynamic_slice_in_dim(x, i * n, n)``"""
    bounds = node.slice[axis].slice
    assert isinstance(bounds, cst.Slice)
    if _is_at(ctx, node):
        return Decline(
            "an update of a slice becomes `lax.dynamic_update_slice_in_dim`, whose update must have its shape"
        )
    if not ctx.jax_array(node.value):
        return Decline(f"`{ctx.code(node.value)}` is perhaps no jax array")
    if bounds.lower is None or bounds.upper is None or bounds.step is not None:
        return Decline("the length of the slice depends on values: keep the whole axis and mask it")
    if any(not _is_full(element) for number, element in enumerate(node.slice) if number != axis):
        return Decline("other axes are indexed too")
    length = difference(ctx, bounds.upper, bounds.lower)
    if length is None:
        return Decline(f"`{ctx.code(bounds.upper)}` less `{ctx.code(bounds.lower)}` is not sure to be constant")
    if python_number(ctx, bounds.lower):
        return Decline(f"`{ctx.code(bounds.lower)}` is a number in another call: its slice may be shorter, at the end")
    arguments = [ctx.code(node.value), ctx.code(bounds.lower), length, *([f"axis={axis}"] if axis else [])]
    text = f"{ctx.spell(DYNAMIC_SLICE)}({', '.join(arguments)})"
    return Fix("Slice with `lax.dynamic_slice_in_dim`", (replace(ctx, node, text),), "unsafe", (DYNAMIC_SLICE,))


def _is_full(element: cst.SubscriptElement) -> bool:
    return (
        isinstance(element.slice, cst.Slice)
        and element.slice.lower is None
        and element.slice.upper is None
        and (element.slice.step is None)
    )

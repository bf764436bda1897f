"""A NumPy or SciPy function replaced by JAX's: ``np.exp(x) -> jnp.exp(x)``, ``act=np.tanh -> act=jnp.tanh``."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, repair, replace
from jaxlint.facts.model.events import HostCall
from jaxlint.facts.model.values import Many, Ref, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Signature, array_attribute, jax_equivalent, signature

ASARRAY = "jax.numpy.asarray"
_REFUSED = ("out", "order", "subok", "like", "where", "casting")
"""What JAX's namesakes do not take, or take and refuse."""
_SEQUENCES = frozenset(
    f"jax.numpy.{name}"
    for name in """array asarray stack concatenate hstack vstack dstack column_stack block append ix_ meshgrid
    broadcast_arrays shape ndim size linalg.multi_dot select piecewise choose""".split()  # noqa: SIM905
)
"""Functions of JAX that take a list of arrays."""


def as_jax_function(ctx: View, node: cst.Call, event: HostCall) -> Fix | Decline:
    """The fix that calls JAX's function, where that takes these arguments."""
    if event.name.startswith("numpy.ndarray."):
        return _method(ctx, node, event)
    equivalent = jax_equivalent(event.name)
    if equivalent is None:
        return Decline(f"JAX has no `{event.name}`")
    reference = _reference(ctx, node, event.name)
    if reference is None:
        return Decline(f"`{event.name}` gets here as a value: pass `{ctx.spell(equivalent)}` instead")
    edits: tuple[Edit, ...] = (replace(ctx, reference, ctx.spell(equivalent)),)
    uses: tuple[str, ...] = (equivalent,)
    if reference is node.func:
        if reason := _misfit(ctx, node, signature(equivalent), equivalent):
            return Decline(reason)
        if wrapped := _wrapped(ctx, node, equivalent):
            edits, uses = (*edits, *wrapped), (equivalent, ASARRAY)
    return Fix(f"Use `{ctx.spell(equivalent)}`", edits, repair(ctx) if reference is node.func else "unsafe", uses)


def _reference(ctx: View, node: cst.Call, name: str) -> cst.BaseExpression | None:
    """The expression that names the function: the callee, an argument of a call such as `tree.map`, or a default."""
    if ctx.name(node.func) != name:
        named = [arg.value for arg in node.args if ctx.name(arg.value) == name and _spells(ctx, arg.value)]
        return named[0] if len(named) == 1 else None
    if _spells(ctx, node.func):
        return node.func
    parameters = ctx.function.parameters if ctx.function is not None else ()
    for parameter in parameters:
        match node.func, parameter.default:
            case cst.Name(value=called), cst.Attribute(attr=cst.Name(value=last)) if called == parameter.name:
                return parameter.default if name.endswith(f".{last}") else None
    return None


def _spells(ctx: View, node: cst.BaseExpression) -> bool:
    """True for an attribute of a module, or a name that the module itself binds, by an import."""
    match node:
        case cst.Attribute(value=value):
            return ctx.name(value) is not None
        case cst.Name(value=name):
            frame = ctx.frame
            while frame is not None and frame.definition is not None:
                if name in frame.scope.bound:
                    return False
                frame = frame.closure  # type: ignore[assignment]
            return True
    return False


def _misfit(ctx: View, node: cst.Call, called: Signature | None, name: str) -> str | None:
    """Why JAX's function does not take the arguments of this call."""
    if called is None and len(node.args) == 1 and node.args[0].keyword is None:
        return None
    if called is None or any(arg.star for arg in node.args):
        return f"the arguments may not fit `{name}`"
    positional = sum(arg.keyword is None for arg in node.args)
    keywords = [arg.keyword.value for arg in node.args if arg.keyword is not None]
    for keyword in keywords:
        if keyword in _REFUSED or (keyword not in called.params and called.keywords is None):
            return f"`{name}` does not take `{keyword}=` as NumPy does"
    if positional > len(called.positional) and called.variadic is None:
        return f"`{name}` takes fewer arguments"
    return None


def _wrapped(ctx: View, node: cst.Call, name: str) -> tuple[Edit, ...]:
    """Lists and tuples as arrays, for the functions that do not take them."""
    if name in _SEQUENCES or not node.args:
        return ()
    first = node.args[0].value
    if not _is_sequence(ctx.value(first)):
        return ()
    return (replace(ctx, first, f"{ctx.spell(ASARRAY)}({ctx.code(first)})"),)


def _is_sequence(value: Value) -> bool:
    return isinstance(value, Tuple | Many) or (isinstance(value, Ref) and value.kind == "list")


def _method(ctx: View, node: cst.Call, event: HostCall) -> Fix | Decline:
    """``table.dot(x) -> jnp.asarray(table).dot(x)``"""
    name = event.name.rpartition(".")[2]
    if not isinstance(node.func, cst.Attribute) or array_attribute(name) not in ("method", "bool method", "int method"):
        return Decline(f"jax arrays have no method `{name}` that could take its place")
    base = node.func.value
    edit = replace(ctx, base, f"{ctx.spell(ASARRAY)}({ctx.code(base)})")
    return Fix("Make it a jax array", (edit,), repair(ctx), (ASARRAY,))

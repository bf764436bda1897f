"""A number that jnp computes from static ones: in a trace it becomes a tracer for nothing.

``jnp.prod(jnp.array(x.shape))``  ->  ``math.prod(x.shape)``
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.values import Array, Const, Many, Static, Tuple, Value
from jaxlint.facts.queries.view import View

_WRAPPERS = ("jax.numpy.array", "jax.numpy.asarray")
_REDUCTIONS = {"prod": "math.prod", "sum": "sum", "max": "max", "min": "min"}
_SCALARS = {"ceil": "math.ceil", "floor": "math.floor", "abs": "abs"}
_INEXACT = ("sqrt", "log2", "log", "power", "round", "maximum", "minimum")


def static_origin(ctx: View, node: cst.BaseExpression) -> cst.Call | None:
    """The jnp call on static numbers alone that an argument is, or that the name in it was bound to."""
    match node:
        case cst.Call():
            return node if _is_static_number(ctx, node) else None
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            found = [static_origin(ctx, element.value) for element in elements]
            return next(filter(None, found), None)
        case cst.Name(value=name):
            bound = ctx.binding(name)
            return static_origin(ctx, bound) if bound is not None else None
    return None


def _is_static_number(ctx: View, node: cst.Call) -> bool:
    name = ctx.name(node.func) or ""
    module, _, short = name.rpartition(".")
    known = short in _REDUCTIONS or short in _SCALARS or short in _INEXACT
    return module == "jax.numpy" and known and bool(node.args) and all(_is_static(ctx, arg.value) for arg in node.args)


def _is_static(ctx: View, node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and ctx.name(node.func) in _WRAPPERS:
        return all(_is_static(ctx, argument.value) for argument in node.args[:1])
    if isinstance(node, cst.Tuple | cst.List):
        return all(_is_static(ctx, element.value) for element in node.elements)
    if isinstance(node, cst.Name) and node.value in ctx.frame.arguments:  # a number here, perhaps an array elsewhere
        return False
    return _is_number(ctx.value(node))


def _is_number(value: Value) -> bool:
    match value:
        case Const(value=int() | float()) | Static(kind="int" | "float"):
            return True
        case Tuple(items=items):
            return all(map(_is_number, items))
        case Many(item=item):
            return _is_number(item)
    return False


def in_python(ctx: View, node: cst.Call) -> Fix | Decline:
    """The same number by Python's own functions."""
    short = (ctx.name(node.func) or "").rpartition(".")[2]
    name = _REDUCTIONS.get(short) or _SCALARS.get(short)
    if name is None or len(node.args) != 1:
        return Decline(f"`{ctx.code(node.func)}` on Python numbers: use `math` or NumPy")
    argument = node.args[0].value
    while isinstance(argument, cst.Call) and ctx.name(argument.func) in _WRAPPERS and len(argument.args) == 1:
        argument = argument.args[0].value
    if isinstance(ctx.value(argument), Array):
        return Decline("the argument is an array")
    canonical = name if "." in name else f"builtins.{name}"
    spelled = ctx.spell(name) if "." in name else name
    uses = (canonical,) if "." in name else ()
    return Fix(f"Use `{name}`", (replace(ctx, node, f"{spelled}({ctx.code(argument)})"),), "safe", uses)

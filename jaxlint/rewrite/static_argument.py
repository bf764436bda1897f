"""A parameter that a jitted function needs as a Python value, made static.

::

    @jax.jit            ->  @partial(jax.jit, static_argnames=("n",))
    jax.jit(f)          ->  jax.jit(f, static_argnames=("n",))
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.values import any_tracing
from jaxlint.facts.model.why import Place
from jaxlint.facts.queries.view import View

_JIT = "jax.jit"
_UNSAFE = "each new value compiles anew, and callers must pass a hashable one"


def make_static(ctx: View, node: cst.BaseExpression) -> Fix | Decline:
    """Declare the parameter that an expression is, where the innermost trace jits this very function."""
    if isinstance(node, cst.Tuple | cst.List):
        traced = [element.value for element in node.elements if any_tracing([ctx.value(element.value)])]
        return make_static(ctx, traced[0]) if traced else Decline("no item of it is sure to be traced")
    function, boundary = ctx.function, ctx.boundary
    if not isinstance(node, cst.Name) or function is None or node.value not in {p.name for p in function.parameters}:
        return Decline(f"`{ctx.code(node)}` is computed from traced values: only a parameter can be made static")
    if boundary is None or boundary.name != _JIT or not _is_jitted_here(ctx, boundary.why.place):
        return Decline(f"`{node.value}` does not come straight from a caller of `jax.jit`")
    return _declare(ctx, node.value, boundary.why.place)


def _is_jitted_here(ctx: View, place: Place) -> bool:
    """True where the transform was applied to this function itself, in this file."""
    function = ctx.function
    if function is None or place.path != ctx.chunk.source.path:
        return False
    if isinstance(place.node, cst.Decorator):
        return isinstance(function.node, cst.FunctionDef) and place.node in function.node.decorators
    return isinstance(place.node, cst.Call) and ctx.frame.caller is not None and ctx.frame.caller.definition is None


def _declare(ctx: View, name: str, place: Place) -> Fix | Decline:
    target = place.node.decorator if isinstance(place.node, cst.Decorator) else place.node
    message = f"Make `{name}` static: {_UNSAFE}"
    if not isinstance(target, cst.Call):
        start, end = place.chunk.span(target)
        text = f'{ctx.spell("functools.partial")}({ctx.code(target)}, static_argnames=("{name}",))'
        return Fix(message, (Edit(start, end, text),), "unsafe", ("functools.partial",))
    for argument in target.args:
        if argument.keyword is not None and argument.keyword.value == "static_argnames":
            return _extended(ctx, name, argument.value, place, message)
        if argument.star or (argument.keyword is not None and argument.keyword.value == "static_argnums"):
            return Decline("the transform already declares static arguments in a way that this fix does not extend")
    end = place.chunk.span(target.args[-1])[1] if target.args else place.chunk.span(target)[1] - 1
    text = f'static_argnames=("{name}",)'
    return Fix(message, (Edit(end, end, f", {text}" if target.args else text),), "unsafe")


def _extended(ctx: View, name: str, value: cst.BaseExpression, place: Place, message: str) -> Fix | Decline:
    """``"n"`` -> ``("n", "m")``"""
    match value:
        case cst.SimpleString():
            old = [ctx.code(value)]
        case cst.Tuple(elements=elements) | cst.List(elements=elements) if elements:
            old = [ctx.code(element.value) for element in elements]
        case _:
            return Decline("the static arguments are not written out")
    opening, closing = "[]" if isinstance(value, cst.List) else "()"
    items = ", ".join([*old, f'"{name}"'])
    start, end = place.chunk.span(value)
    bare = isinstance(value, cst.Tuple) and bool(value.lpar)  # its parentheses stay
    return Fix(message, (Edit(start, end, items if bare else f"{opening}{items}{closing}"),), "unsafe")

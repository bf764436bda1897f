"""A parameter that a jitted function needs as a Python value, made static.

::

    @jax.jit            ->  @partial(jax.jit, static_argnames=("n",))
    jax.jit(f)          ->  jax.jit(f, static_argnames=("n",))
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, replace
from jaxlint.facts.model.events import UnfitArgument
from jaxlint.facts.model.values import Ref, any_tracing
from jaxlint.facts.model.why import Place
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import parameter_names

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


def declare_static(ctx: View, event: UnfitArgument) -> Fix | Decline:
    """Declare the parameter that got what cannot be traced."""
    place = event.callee.place
    if place.path != ctx.chunk.source.path or not isinstance(place.node, cst.Decorator | cst.Call):
        return Decline("the function is put under `jax.jit` in another file")
    if " with " in event.what:
        return Decline(f"`{event.name}` holds arrays as well: take out what is none")
    if event.name not in parameter_names(event.callee.function):
        return Decline(f"`{event.name}` is no parameter of its own")
    return _declare(ctx, event.name, place, event.position)


def static_receiver(ctx: View, event: UnfitArgument) -> Fix | Decline:
    """``@jax.jit`` of a method -> ``@partial(jax.jit, static_argnums=0)``, where the instance never changes."""
    cls = event.value.cls if isinstance(event.value, Ref) else None
    if cls is None or not isinstance(ctx.node, cst.Decorator):
        return Decline("the method is not decorated with `jax.jit`")
    if cls.rebound or "__eq__" in cls.methods or cls.node.decorators:
        return Decline(f"`{cls.name}` compares or changes after `__init__`: register it as a pytree")
    message = f"Make `{event.name}` static: each instance compiles anew, and its attributes are constants"
    target = ctx.node.decorator
    if isinstance(target, cst.Call):
        return _declare(ctx, event.name, ctx.place(ctx.node), None)
    text = f"{ctx.spell('functools.partial')}({ctx.code(target)}, static_argnums=0)"
    return Fix(message, (replace(ctx, target, text),), "unsafe", ("functools.partial",))


def _declare(ctx: View, name: str, place: Place, position: int | None = None) -> Fix | Decline:
    target = place.node.decorator if isinstance(place.node, cst.Decorator) else place.node
    message = f"Make `{name}` static: {_UNSAFE}"
    if not isinstance(target, cst.Call):
        start, end = place.chunk.span(target)
        text = f'{ctx.spell("functools.partial")}({_code(place, target)}, static_argnames=("{name}",))'
        return Fix(message, (Edit(start, end, text),), "unsafe", ("functools.partial",))
    for argument in target.args:
        if argument.keyword is not None and argument.keyword.value == "static_argnames":
            return _extended(f'"{name}"', argument.value, place, message)
        if argument.keyword is not None and argument.keyword.value == "static_argnums" and position is not None:
            return _extended(str(position), argument.value, place, message)
        if argument.star or (argument.keyword is not None and argument.keyword.value == "static_argnums"):
            return Decline("the transform already declares static arguments in a way that this fix does not extend")
    end = place.chunk.span(target.args[-1])[1] if target.args else place.chunk.span(target)[1] - 1
    text = f'static_argnames=("{name}",)'
    return Fix(message, (Edit(end, end, f", {text}" if target.args else text),), "unsafe")


def _extended(item: str, value: cst.BaseExpression, place: Place, message: str) -> Fix | Decline:
    """``"n"`` -> ``("n", "m")``, ``1`` -> ``(1, 2)``"""
    match value:
        case cst.SimpleString() | cst.Integer():
            old = [_code(place, value)]
        case cst.Tuple(elements=elements) | cst.List(elements=elements) if elements:
            old = [_code(place, element.value) for element in elements]
        case _:
            return Decline("the static arguments are not written out")
    opening, closing = "[]" if isinstance(value, cst.List) else "()"
    items = ", ".join([*old, item])
    start, end = place.chunk.span(value)
    bare = isinstance(value, cst.Tuple) and bool(value.lpar)  # its parentheses stay
    return Fix(message, (Edit(start, end, items if bare else f"{opening}{items}{closing}"),), "unsafe")


def _code(place: Place, node: cst.CSTNode) -> str:
    start, end = place.chunk.span(node)
    return place.chunk.source.text[start:end]

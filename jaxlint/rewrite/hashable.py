"""A static argument that has a hash: ``f(x, [1, 2])`` -> ``f(x, (1, 2))``; or one that is traced after all."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, replace
from jaxlint.facts.model.events import UnfitArgument
from jaxlint.facts.model.values import Array, Function, Transformed
from jaxlint.facts.queries.anew import meets_arrays_only
from jaxlint.facts.queries.passed import option_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.insertion import after


def as_hashable(ctx: View, event: UnfitArgument, node: cst.BaseExpression | None) -> Fix | Decline:
    """Pass a tuple for a list that is written out; trace what is an array."""
    if isinstance(event.value, Array):
        return let_trace(ctx, event.callee, event.name, event.position)
    match node:
        case cst.List(elements=elements) if not any(isinstance(element.value, cst.List) for element in elements):
            start, end = ctx.span(node)
            items = ctx.chunk.source.text[start + 1 : end - 1]
            comma = "," if len(elements) == 1 and not isinstance(elements[0].comma, cst.Comma) else ""
            return Fix("Pass a tuple, which has a hash", (replace(ctx, node, f"({items}{comma})"),), "unsafe")
        case cst.Call(func=func, args=[_]) if ctx.name(func) == "builtins.list":
            return Fix("Pass a tuple, which has a hash", (replace(ctx, func, "tuple"),), "unsafe")
    return Decline("what it is made of, and who else uses it, is not seen here")


def let_trace(ctx: View, callee: Transformed, name: str, position: int) -> Fix | Decline:
    """Take a parameter off the list of static arguments."""
    definition = callee.function.definition if isinstance(callee.function, Function) else None
    if callee.place.path != ctx.chunk.source.path or not meets_arrays_only(ctx, definition, name):
        return Decline(f"what the function does with `{name}` may need a value while tracing")
    for option, wanted in (("static_argnums", position), ("static_argnames", name)):
        value = option_of(callee.place.node, option)
        if value is not None:
            return _without(callee, name, option, value, wanted)
    return Decline("the static arguments are not written out")


def _without(
    callee: Transformed, name: str, option: str, value: cst.BaseExpression, wanted: int | str
) -> Fix | Decline:
    chunk, node, message = callee.place.chunk, callee.place.node, f"Let `{name}` be traced"
    text = chunk.source.text
    items = [element.value for element in value.elements] if isinstance(value, cst.Tuple | cst.List) else [value]
    kept = [item for item in items if getattr(item, "evaluated_value", None) != wanted]
    if len(kept) == len(items):
        return Decline("the static arguments are not written out")
    if kept:
        written = [text[slice(*chunk.span(item))] for item in kept]
        new = written[0] if len(kept) == 1 else f"({', '.join(written)})"
        start, end = chunk.span(value)
        start, end = start - len(value.lpar), after(chunk, value)
        return Fix(message, (Edit(start, end, new),), "unsafe")
    call = node.decorator if isinstance(node, cst.Decorator) else node
    assert isinstance(call, cst.Call)
    number = next(n for n, a in enumerate(call.args) if a.keyword is not None and a.keyword.value == option)
    if number == 0 or (isinstance(node, cst.Decorator) and len(call.args) == 2):
        return Decline(f"`{option}` can go, which this fix leaves to you")
    start = after(chunk, call.args[number - 1].value)
    return Fix(message, (Edit(start, after(chunk, value), ""),), "unsafe")

"""`in_axes` that fit the arguments: a number, or an array without axes, is passed whole.

``jax.vmap(f)(xs, 2.0)``  ->  ``jax.vmap(f, in_axes=(0, None))(xs, 2.0)``
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.events import MisfitAxes
from jaxlint.facts.model.values import Array, Const, Static, Value
from jaxlint.facts.queries.passed import argument_of
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.insertion import new_argument

_SHARED = "which argument is shared by all rows is not clear"


def fit_axes(ctx: View, event: MisfitAxes) -> Fix | Decline:
    """None for what has no axis to be mapped along."""
    place = event.callee.place
    if not isinstance(place.node, cst.Call) or place.path != ctx.chunk.source.path:
        return Decline("the function is put under `jax.vmap` elsewhere")
    if event.kind not in ("length", "axis") or not all(map(_is_scalar, event.values)) or not event.values:
        return Decline(_SHARED)
    given = len(ctx.node.args) if isinstance(ctx.node, cst.Call) else 0
    axes = argument_of(place.node, "in_axes") or argument_of(place.node, 1)
    if event.kind == "length":
        return _longer(event, axes)
    number = event.numbers[0]
    if axes is None or isinstance(axes, cst.Integer):
        entry = "0" if axes is None else axes.value
        text = ", ".join("None" if position == number else entry for position in range(given))
        return _replaced(event, axes, f"({text})")
    if isinstance(axes, cst.Tuple | cst.List) and number < len(axes.elements):
        start, end = place.chunk.span(axes.elements[number].value)
        return _fix(Edit(start, end, "None"))
    return Decline(_SHARED)


def _is_scalar(value: Value) -> bool:
    return isinstance(value, Const | Static) or (isinstance(value, Array) and value.ndim == 0)


def _longer(event: MisfitAxes, axes: cst.BaseExpression | None) -> Fix | Decline:
    if not isinstance(axes, cst.Tuple) or not axes.elements or event.numbers[0] > event.numbers[1]:
        return Decline("the axes are not written out")
    chunk = event.callee.place.chunk
    _, end = chunk.span(axes.elements[-1].value)
    comma = isinstance(axes.elements[-1].comma, cst.Comma)
    stop = chunk.source.text.index(",", end) + 1 if comma else end
    return _fix(Edit(end, stop, ", None" * (event.numbers[1] - event.numbers[0])))


def _replaced(event: MisfitAxes, axes: cst.BaseExpression | None, text: str) -> Fix:
    place = event.callee.place
    if axes is not None:
        return _fix(Edit(*place.chunk.span(axes), text))
    assert isinstance(place.node, cst.Call)
    where, new = new_argument(place.chunk, place.node, f"in_axes={text}")
    return _fix(Edit(where, where, new))


def _fix(edit: Edit) -> Fix:
    return Fix("Pass what has no axis whole", (edit,), "safe")

"""Notes calls of functions under `jax.vmap` whose `in_axes` do not fit the arguments."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.events import MisfitAxes
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import NONE, Array, Const, Transformed, Tuple, Value
from jaxlint.facts.trace import access


def note_axes(frame: Frame, callee: Transformed, args: Arguments, node: cst.CSTNode) -> None:
    """A mapped function is called."""
    if callee.name != "jax.vmap" or not args.exact or node is callee.place.node:
        return
    axes = callee.options.get("in_axes", Const(0))
    every: list[Value] = [axes] * len(args.positional)
    items = access.exact_items(frame, axes) if not isinstance(axes, Const) else every
    if items is None:
        return
    event = _misfit(callee, items, args)
    if event is not None:
        frame.tracer.record(frame, node, event)


def _misfit(callee: Transformed, axes: list[Value], args: Arguments) -> MisfitAxes | None:
    given = len(args.positional)
    if len(axes) != given:
        return MisfitAxes("length", callee, (len(axes), given), tuple(args.positional[len(axes) :]))
    if given and not args.keywords and all(axis == NONE for axis in axes) and "axis_size" not in callee.options:
        return MisfitAxes("none", callee, (), ())
    sizes: dict[int, int] = {}
    for number, (axis, value) in enumerate(zip(axes, args.positional, strict=True)):
        if isinstance(axis, Const) and type(axis.value) is int:
            ndim, size = _extent(value, axis.value)
            if ndim is not None and not -ndim <= axis.value < ndim:
                return MisfitAxes("axis", callee, (number, axis.value, ndim), (value,))
            if size is not None:
                sizes[number] = size
    if len(set(sizes.values())) > 1:
        return MisfitAxes("sizes", callee, tuple(part for pair in sizes.items() for part in pair), ())
    return None


def _extent(value: Value, axis: int) -> tuple[int | None, int | None]:
    """How many axes an argument has, and its length along one; None where not known."""
    if isinstance(value, Tuple):
        value = value.items[0] if value.items else value
    match value:
        case Const(value=int() | float()):
            return 0, None
        case Array(ndim=int() as ndim, dims=dims):
            known = dims is not None and len(dims) == ndim and -ndim <= axis < ndim
            return ndim, dims[axis] if known and dims is not None else None
    return None, None

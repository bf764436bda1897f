"""Results that have the structure of an argument: gradients, and trees that ``jax.tree.map`` makes."""

from __future__ import annotations

from collections.abc import Callable

from jaxlint.facts import access, boundary
from jaxlint.facts.arguments import Arguments
from jaxlint.facts.frames import Frame
from jaxlint.facts.values import (
    NONE,
    Array,
    Const,
    HostArray,
    Key,
    Many,
    Ref,
    Static,
    Transformed,
    Tree,
    Tuple,
    Unknown,
    Value,
    tracing,
)
from jaxlint.facts.why import Traced
from jaxlint.jaxapi import Transform


def map_leaves(frame: Frame, tree: Value, change: Callable[[Value], Value]) -> Value | None:
    """A tree with each leaf changed; None where the structure is not known."""
    match tree:
        case Tuple(items=items):
            found = [map_leaves(frame, item, change) for item in items]
            return Tuple(tuple(item if item is not None else Unknown("tree") for item in found))
        case Many(item=item, source=None):
            each = map_leaves(frame, item, change)
            return Many(each) if each is not None else None
        case Ref() if (static := boundary.static_fields(frame, tree)) is not None:
            return boundary.rebuilt(
                frame, tree, static, lambda item: map_leaves(frame, item, change) or Unknown("tree")
            )
        case Const(value=None):
            return tree
        case Array() | HostArray() | Key() | Const() | Static():
            return change(tree)
    return None


def gradient(frame: Frame, callee: Transformed, result: Value, args: Arguments) -> Value:
    """What ``grad(f)(...)`` and ``value_and_grad(f)(...)`` return; ``result``: what f returns."""
    row = callee.transform
    slopes = _by_argument(frame, callee, args)
    if row.result != ("grad",):
        return Tuple((result, slopes))
    aux = callee.options.get(row.has_aux, Const(False)) if row.has_aux is not None else Const(False)
    if aux == Const(False):
        return Tree(result.traced) if isinstance(result, Tree) and isinstance(slopes, Unknown) else slopes
    pair = isinstance(result, Tuple) and len(result.items) == 2
    return Tuple((slopes, result.items[1] if pair else Unknown("aux"))) if aux == Const(True) else Unknown("gradient")  # type: ignore[union-attr]


def _by_argument(frame: Frame, callee: Transformed, args: Arguments) -> Value:
    """One gradient, or a tuple of them for several ``argnums``."""
    row = callee.transform
    wanted = callee.options.get(row.argnums, Const(0)) if row.argnums is not None else Const(0)
    several = access.exact_items(frame, wanted)
    slopes = [_slope(frame, row, args, number) for number in (several if several is not None else [wanted])]
    return slopes[0] if several is None else Tuple(tuple(slopes))


def _slope(frame: Frame, row: Transform, args: Arguments, number: Value) -> Value:
    """The gradient by one argument: of its structure, every leaf a jax array."""
    position = number.value if isinstance(number, Const) and isinstance(number.value, int) else len(args.positional)
    if not -len(args.positional) <= position < len(args.positional):
        return Unknown("gradient")
    operand = args.positional[position]
    if isinstance(operand, Tree):
        return Tree(operand.traced)
    single = isinstance(operand, Array | Const | Static | HostArray)
    if not single and not row.name.endswith("grad"):
        return Unknown("gradient")

    def leaf(value: Value) -> Value:
        shape = (value.ndim, value.dims) if isinstance(value, Array) and row.name.endswith("grad") else (None, None)
        if row.filtered and not isinstance(value, Array | HostArray):
            return NONE
        return Array(tracing(value) or frame.staged, "float", *shape)

    found = map_leaves(frame, operand, leaf)
    return found if found is not None else Unknown("gradient")


def mapped(frame: Frame, tree: Value, leaf: Array) -> Value | None:
    """What ``jax.tree.map`` makes of a tree whose leaves all become arrays like ``leaf``; None if that is not known."""
    return map_leaves(frame, tree, lambda old: Array(_proof(frame, leaf, old)))


def _proof(frame: Frame, leaf: Array, old: Value) -> Traced | None:
    """Under eager ``vmap`` and ``grad`` one leaf may be a tracer, and another not."""
    return frame.staged or (leaf.traced if tracing(old) is not None else None)


__all__ = ["gradient", "map_leaves", "mapped"]

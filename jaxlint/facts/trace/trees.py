"""Pytrees: their leaves, and results that have the structure of an argument: gradients, what ``jax.tree.map`` makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.state import summary
from jaxlint.facts.model.values import (
    NONE,
    Array,
    Const,
    HostArray,
    Key,
    Keys,
    Many,
    Ref,
    Static,
    Transformed,
    Tree,
    Tuple,
    Unknown,
    Value,
    identity,
    tracing,
)
from jaxlint.facts.model.why import strongest
from jaxlint.facts.trace import access, boundary
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
        case Array() | HostArray() | Key() | Const() | Static() | Tree():
            return change(tree)
    return None


def leaf(frame: Frame, tree: Value, number: int) -> Value:
    """A leaf of a tree; different numbers give different leaves."""
    match tree:
        case Tree(traced=traced):
            part = frame.state.part(identity(tree), ("leaf", number), Unknown)
            return Tree(traced, part) if isinstance(part, Unknown) else part
        case Unknown() | Keys():  # a list of keys is followed as an array of them
            return frame.state.part(tree, ("leaf", number), Unknown)
        case Tuple() | Many() | Ref() if found := list(_leaves(frame, tree)):
            if len(found) > SAMPLES:
                return access.another(frame, summary(found), ("leaf", number))
            one = found[number % len(found)]
            return leaf(frame, one, number) if isinstance(one, Tree | Unknown) else one
        case Array() | HostArray() | Const() | Static():
            return tree
        case Tuple() | Many() | Ref():
            return Unknown("leaf")  # of a tree without leaves
    return access.another(frame, tree, ("leaf", number))


SAMPLES = 2
"""How many leaves of a tree are looked at one by one."""


def _leaves(frame: Frame, tree: Value) -> Iterator[Value]:
    match tree:
        case Tuple(items=items):
            for item in items:
                yield from _leaves(frame, item)
        case Many(item=item, source=None):
            yield from _leaves(frame, item)
        case Ref() if (static := boundary.static_fields(frame, tree)) is not None:
            for name, item in frame.state.contents(tree).items():
                if name not in static:
                    yield from _leaves(frame, item)
        case Const(value=None):
            return
        case _:
            yield tree


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
    single = isinstance(operand, Array | Const | Static | HostArray)
    if not single and not isinstance(operand, Tree) and not row.name.endswith("grad"):
        return Unknown("gradient")

    def slope(value: Value) -> Value:
        if isinstance(value, Tree):
            return Tree(value.traced)
        shape = (value.ndim, value.dims) if isinstance(value, Array) and row.name.endswith("grad") else (None, None)
        if row.filtered and not isinstance(value, Array | HostArray):
            return NONE
        return Array(tracing(value) or frame.staged, "float", *shape)

    found = map_leaves(frame, operand, slope)
    return found if found is not None else Unknown("gradient")


def mapped(frame: Frame, tree: Value, result: Array) -> Value | None:
    """What ``jax.tree.map`` makes of a tree, by ``result``, what it makes of some leaves; None if that is not known.

    A function that gives arrays for arrays may leave a number as it is, and the other way round.
    """
    sorts: set[bool] = set()

    def note(old: Value) -> Value:
        sorts.add(_is_number(old))
        return old

    def change(old: Value) -> Value:
        proof = strongest(frame.staged, result.traced if tracing(old) is not None else None)
        if _is_number(old) and len(sorts) > 1:
            return Unknown("leaf")
        if isinstance(old, Tree):
            return Tree(proof) if proof is not None else Unknown("tree")
        return Array(proof)

    return map_leaves(frame, tree, change) if map_leaves(frame, tree, note) is not None else None


def _is_number(leaf: Value) -> bool:
    return isinstance(leaf, Const | Static)

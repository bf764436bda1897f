"""What the index of a store selects, and how it is written for ``.at[]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import libcst as cst

from jaxlint.edits import Edit, replace
from jaxlint.facts.model.values import Array, Const, Either, HostArray, Many, Ref, Static, Tree, Tuple, Value
from jaxlint.facts.queries.view import View
from jaxlint.source import walk

Sort = Literal["scalar", "slice", "distinct", "array", "mask", "traced mask", "open"]
"""scalar: an integer. slice: a range of places, each once. distinct: a list of different constants. array: of integers,
some perhaps repeated. mask: of booleans with known values. open: not known."""


ARRAY = "jax.numpy.array"


def sorts(ctx: View, target: cst.Subscript) -> list[Sort]:
    """The sort of each of a subscript's indices."""
    return [_sort(ctx, element.slice) for element in target.slice]


def _sort(ctx: View, element: cst.BaseSlice) -> Sort:
    if not isinstance(element, cst.Index) or ctx.code(element.value) in ("None", "..."):
        return "slice"
    if _is_loop_variable(ctx, element.value):
        return "scalar"
    value = ctx.value(element.value)
    if isinstance(value, Tree) and isinstance(element.value, cst.Name) and "mask" in element.value.value.lower():
        return "traced mask"
    options = value.options if isinstance(value, Either) else (value,)
    found = {_sort_of_value(ctx, element.value, option) for option in options}
    return found.pop() if len(found) == 1 else "open"


def _sort_of_value(ctx: View, node: cst.BaseExpression, value: Value) -> Sort:
    match value:
        case Const(value=bool()):
            return "open"
        case Const(value=int()) | Static():
            return "scalar"
        case Const():
            return "slice"
        case Array(kind="bool"):
            return "traced mask" if ctx.traced(node) else "mask"
        case Array(ndim=0) | HostArray(scalar=True):
            return "scalar"
        case Array(ndim=int()):
            return "array"
        case HostArray(kind="bool"):
            return "mask"
        case HostArray():
            return "array"
        case Ref(kind="list"):
            return "distinct" if _is_distinct(node) else "array"
        case Tuple(items=items):
            inner = {_sort_of_value(ctx, node, item) for item in items}
            return inner.pop() if len(inner) == 1 else "open"
    return "open"


def _is_loop_variable(ctx: View, node: cst.BaseExpression) -> bool:
    """True for ``i`` in ``for i in ...:``, which people use for one place at a time."""
    if not isinstance(node, cst.Name) or isinstance(ctx.value(node), Array | HostArray):
        return False
    loops = (above.target for above in ctx.ancestors(node) if isinstance(above, cst.For))
    return any(name.value == node.value for target in loops for name in _names(target))


def _names(target: cst.BaseExpression) -> Iterator[cst.Name]:
    if isinstance(target, cst.Name):
        yield target
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _names(element.value)


def _is_distinct(node: cst.BaseExpression) -> bool:
    if not isinstance(node, cst.List):
        return False
    texts = [element.value.value for element in node.elements if isinstance(element.value, cst.Integer)]
    return len(set(texts)) == len(texts) == len(node.elements)


def written(ctx: View, target: cst.Subscript) -> tuple[str, tuple[str, ...]]:
    """The text between the brackets, lists made arrays, and the library names that it uses.

    JAX refuses ``x[[0, 1]]``, since a list is a slow way to say it.
    """
    lists = [element for element in target.slice if _is_list(ctx, element.slice)]
    if not lists:
        start, end = ctx.span(target.lbracket)[1], ctx.span(target.rbracket)[0]
        return ctx.chunk.source.text[start:end].strip(), ()
    texts = [
        f"{ctx.spell(ARRAY)}({ctx.code(element.slice)})" if element in lists else ctx.code(element.slice)
        for element in target.slice
    ]
    return ", ".join(texts), (ARRAY,)


def read_by_lists(ctx: View, value: cst.BaseExpression) -> tuple[Edit, ...]:
    """The edits that make arrays of the lists by which a stored value indexes jax arrays: ``x[[1, 0]]``."""
    subscripts = (node for node in walk(value) if isinstance(node, cst.Subscript) and ctx.jax_array(node.value))
    lists = [part.slice for node in subscripts for part in node.slice if _is_list(ctx, part.slice)]
    return tuple(replace(ctx, item, f"{ctx.spell(ARRAY)}({ctx.code(item)})") for item in lists)


def _is_list(ctx: View, element: cst.BaseSlice) -> bool:
    if not isinstance(element, cst.Index):
        return False
    value = ctx.value(element.value)
    return (isinstance(value, Ref) and value.kind == "list") or (isinstance(value, Many) and value.count is not None)

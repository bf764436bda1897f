"""``x[mask] = v``  ->  ``x = jnp.where(mask, v, x)`` where the mask is traced: ``.at[mask]`` would raise there.

The value must be the same for all places (a scalar), or be computed elementwise from arrays under the same mask:
``x[m] = 2 * y[m]``  ->  ``x = jnp.where(m, 2 * y, x)``.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.model.values import Array, Const, HostArray, Static
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.rebind import Rebind
from jaxlint.rewrite.uses import bindings, origins
from jaxlint.source import walk

WHERE = "jax.numpy.where"
EXPAND = "jax.numpy.expand_dims"


def as_where(
    ctx: View, target: cst.Subscript, array: cst.BaseExpression, bound: Rebind, statement: cst.Assign | cst.AugAssign
) -> Fix | Decline:
    """The statement that chooses between the new value and the old array, place by place."""
    mask = _mask(target)
    if mask is None or target.value is not array:
        return Decline(
            "a traced mask beside other indices has no counterpart: build a mask of the array's shape for `jnp.where`"
        )
    start, end = ctx.span(statement)
    if "#" in ctx.chunk.source.text[start:end]:
        return Decline("there is a comment inside the statement")
    value = _unmasked(ctx, mask, statement.value, _compared(ctx, mask, statement))
    if isinstance(value, Decline):
        return value
    base = ctx.code(array)
    if isinstance(statement, cst.AugAssign):
        operator = ctx.code(statement.operator).strip().removesuffix("=")
        plain = ctx.grouped(statement.value) == ctx.code(statement.value)
        value = f"{base} {operator} {value if plain else f'({value})'}"
    note, test = _shape_note(ctx, mask, array, statement), ctx.code(mask)
    uses = (WHERE, *bound.uses)
    if note and ctx.tracer.project.ported:
        note, test, uses = "", _widened(ctx, mask, array), (*uses, EXPAND)
    text = f"{bound.before}{ctx.spell(WHERE)}({test}, {value}, {base}){bound.after}"
    notes = [each for each in (bound.note, note) if each]
    message = f"Choose between the new value and `{base}` with `{ctx.spell(WHERE)}`" + "".join(f"; {n}" for n in notes)
    edits = (*bound.edits, Edit(start, end, text))
    return Fix(message, edits, "unsafe" if notes else "safe", uses)


def _widened(ctx: View, mask: cst.BaseExpression, array: cst.BaseExpression) -> str:
    """A mask of the first axes of an array, with the axes that it lacks."""
    shown, masked = ctx.value(array), ctx.value(mask)
    if isinstance(shown, Array) and isinstance(masked, Array) and shown.ndim is not None and masked.ndim is not None:
        more = shown.ndim - masked.ndim
        return f"{_operand(ctx, mask)}[..., {', '.join(['None'] * more)}]" if more > 0 else ctx.code(mask)
    axes = f"range({ctx.spell('jax.numpy.ndim')}({ctx.code(mask)}), {ctx.code(array)}.ndim)"
    return f"{ctx.spell(EXPAND)}({ctx.code(mask)}, tuple({axes}))"


def _operand(ctx: View, node: cst.BaseExpression) -> str:
    text = ctx.code(node)
    return text if isinstance(node, cst.Name | cst.Attribute | cst.Subscript | cst.Call) else f"({text})"


def _mask(target: cst.Subscript) -> cst.BaseExpression | None:
    match target.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=mask), comma=cst.MaybeSentinel())]:
            return mask
    return None


def _compared(ctx: View, mask: cst.BaseExpression, statement: cst.CSTNode) -> frozenset[str]:
    """The variables that a mask compares an array with. What fits the whole array and, in the masked value, the places
    where the mask is true, is a number."""
    sources = [mask]
    if isinstance(mask, cst.Name):
        sources = [source for _, source, direct in origins(ctx, mask.value, statement)[1] if direct]
    found = [
        {each.value for each in (source.left, source.comparisons[0].comparator) if isinstance(each, cst.Name)}
        if isinstance(source, cst.Comparison) and len(source.comparisons) == 1
        else set[str]()
        for source in sources
    ]
    return frozenset[str]() if not found else frozenset(set.intersection(*found))


def _unmasked(ctx: View, mask: cst.BaseExpression, value: cst.BaseExpression, numbers: frozenset[str]) -> str | Decline:
    """The value's text for every place, the mask taken away."""
    if _is_scalar(ctx, value) or (isinstance(value, cst.Name) and value.value in numbers):
        return ctx.code(value)
    start = ctx.span(value)[0]
    text, cuts = ctx.code(value), []
    for node in walk(value):
        if isinstance(node, cst.Subscript) and (inner := _mask(node)) is not None and ctx.code(inner) == ctx.code(mask):
            cuts.append((ctx.span(node.value)[1] - start, ctx.span(node)[1] - start, ""))
        elif isinstance(node, cst.Subscript) and (element := _beside(ctx, mask, node)) is not None:
            cuts.append((ctx.span(element)[0] - start, ctx.span(element)[1] - start, ":"))
    if not _is_elementwise(ctx, mask, value, numbers):
        return Decline(
            f"`{text}` may hold one value for each place where `{ctx.code(mask)}` is true; their number is not known "
            "while tracing: give `jnp.where` a value for every place"
        )
    for begin, end, instead in sorted(cuts, reverse=True):
        text = text[:begin] + instead + text[end:]
    return text


def _beside(ctx: View, mask: cst.BaseExpression, node: cst.Subscript) -> cst.BaseExpression | None:
    """The mask of ``x[mask, k]``, where ``k`` is a number."""
    masks: list[cst.BaseExpression] = []
    others: list[cst.BaseExpression] = []
    for element in node.slice:
        if not isinstance(element.slice, cst.Index):
            return None
        same = ctx.code(element.slice.value) == ctx.code(mask)
        (masks if same else others).append(element.slice.value)
    single = getattr(ctx.value(mask), "ndim", None) == 1
    return masks[0] if single and len(masks) == 1 and others and all(_is_scalar(ctx, each) for each in others) else None


def _is_scalar(ctx: View, node: cst.BaseExpression) -> bool:
    match ctx.value(node):
        case Const(value=bool() | int() | float() | complex()) | Static() | Array(ndim=0) | HostArray(scalar=True):
            return True
    return False


def _is_elementwise(ctx: View, mask: cst.BaseExpression, node: cst.BaseExpression, numbers: frozenset[str]) -> bool:
    """True for operators on scalars and on arrays under the same mask."""
    if _is_scalar(ctx, node) or (isinstance(node, cst.Name) and node.value in numbers):
        return True
    match node:
        case cst.Subscript():
            inner = _mask(node)
            if inner is None:
                return _beside(ctx, mask, node) is not None
            return ctx.code(inner) == ctx.code(mask) or _gathers(ctx, mask, node.value, inner, numbers)
        case cst.UnaryOperation(expression=inner):
            return _is_elementwise(ctx, mask, inner, numbers)
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            plain = not isinstance(operator, cst.MatrixMultiply)
            return plain and _is_elementwise(ctx, mask, left, numbers) and _is_elementwise(ctx, mask, right, numbers)
        case cst.Call(func=function, args=args):
            return ctx.name(function) in ELEMENTWISE and all(
                _is_elementwise(ctx, mask, arg.value, numbers) for arg in args
            )
    return False


def _gathers(
    ctx: View, mask: cst.BaseExpression, array: cst.BaseExpression, places: cst.BaseExpression, numbers: frozenset[str]
) -> bool:
    """True for ``x[where[mask]]``, the items of an array at masked places."""
    plain = isinstance(array, cst.Name) and ctx.jax_array(array) and not _is_scalar(ctx, places)
    return plain and _is_elementwise(ctx, mask, places, numbers)


_NAMES = """
    abs absolute add arccos arcsin arctan arctan2 cbrt ceil clip conj cos cosh divide exp exp2 expm1 floor hypot
    isfinite isinf isnan log log10 log1p log2 logical_and logical_not logical_or maximum minimum multiply negative
    power reciprocal round sign sin sinh sqrt square subtract tan tanh where
"""
ELEMENTWISE = frozenset(f"jax.numpy.{name}" for name in _NAMES.split())
"""Functions that give at each place what they would give there alone."""


def is_like(ctx: View, node: cst.BaseExpression, base: str) -> bool:
    """True for what is computed elementwise from an array, and so has its shape."""
    if ctx.code(node) == base:
        return True
    match node:
        case cst.UnaryOperation(expression=inner):
            return is_like(ctx, inner, base)
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            plain = not isinstance(operator, cst.MatrixMultiply)
            return plain and (is_like(ctx, left, base) or is_like(ctx, right, base))
        case cst.Comparison(left=left, comparisons=[item]):
            return is_like(ctx, left, base) or is_like(ctx, item.comparator, base)
        case cst.Call(func=function, args=args) if ctx.name(function) in ELEMENTWISE:
            return any(is_like(ctx, arg.value, base) for arg in args)
    return False


_LIKE = frozenset(f"jax.numpy.{name}" for name in ("zeros_like", "ones_like", "empty_like", "full_like", "copy"))


def _models(ctx: View, array: cst.BaseExpression) -> Iterator[str]:
    """``x`` of ``y = x.copy()`` and ``y = jnp.zeros_like(x)``: what certainly has the shape that a variable has."""
    bound = bindings(ctx, array.value) if isinstance(array, cst.Name) and ctx.function is not None else []
    for _, source in bound:
        match source:
            case cst.Call(func=cst.Attribute(value=cst.Name(value=model), attr=cst.Name(value="copy" | "astype"))):
                pass
            case cst.Call(func=func, args=[cst.Arg(value=cst.Name(value=model)), *_]) if ctx.name(func) in _LIKE:
                pass
            case _:
                continue
        others = [other for _, other in bound if other is not source]
        if not bindings(ctx, model) and not others:
            yield model


def _shape_note(ctx: View, mask: cst.BaseExpression, array: cst.BaseExpression, statement: cst.CSTNode) -> str:
    """A warning unless the mask certainly has the array's shape; NumPy also takes one with fewer axes."""
    base = ctx.code(array)
    sources = [mask]
    if isinstance(mask, cst.Name):
        sources = [source for _, source, direct in origins(ctx, mask.value, statement)[1] if direct]
    if sources and all(any(is_like(ctx, source, name) for name in (base, *_models(ctx, array))) for source in sources):
        return ""
    shown, masked = ctx.value(array), ctx.value(mask)
    if isinstance(shown, Array) and isinstance(masked, Array) and shown.ndim is not None and shown.ndim == masked.ndim:
        return ""
    return f"`{ctx.code(mask)}` must have as many axes as `{base}`"

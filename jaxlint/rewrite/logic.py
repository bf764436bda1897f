"""Python's logic as array logic: `a and b` -> `a & b`, `not a` -> `~a`, `a <= b < c` -> `(a <= b) & (b < c)`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Either
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.contexts import python_number
from jaxlint.rewrite.elementwise import hazard
from jaxlint.rewrite.text import Attempt, Text, call, infix, quoted

_REPEATABLE = (cst.Name, cst.Attribute, cst.Integer, cst.Float)
_MAX_MEMBERS = 4
_SHORT = 16


def array_logic(ctx: View, node: cst.BaseExpression) -> Attempt:
    """A condition on tracers, written so that none is asked for its truth."""
    match node:
        case cst.BooleanOperation():
            return _both(ctx, node)
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _negation(ctx, inner)
        case cst.Comparison() if len(node.comparisons) > 1:
            return _chain(ctx, node)
        case cst.Comparison() if isinstance(node.comparisons[0].operator, cst.In | cst.NotIn):
            return _membership(ctx, node)
    if ":=" in ctx.code(node):
        return Decline(f"`{ctx.code(node)}` also binds a name")
    return quoted(ctx, node)


def _both(ctx: View, node: cst.BooleanOperation) -> Attempt:
    operands = list(_operands(node, type(node.operator)))
    for operand in operands[:-1]:
        if undecidable(ctx, operand) is None:
            return Decline(f"`{ctx.code(operand)}` is known while tracing and may protect what follows it")
    texts: list[Text] = []
    for operand in operands:
        text = array_logic(ctx, operand)
        if isinstance(text, Decline):
            return text
        texts.append(text)
    conjunction = isinstance(node.operator, cst.And)
    if all(is_mask(ctx, operand) for operand in operands):
        return infix("&" if conjunction else "|", *texts)
    return reduce(lambda a, b: call(ctx, f"jax.numpy.logical_{'and' if conjunction else 'or'}", a, b), texts)


def _operands(node: cst.BaseExpression, operator: type[cst.CSTNode]) -> Iterator[cst.BaseExpression]:
    """``a and b and c``, flat."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, operator):
        yield from _operands(node.left, operator)
        yield from _operands(node.right, operator)
    else:
        yield node


def _negation(ctx: View, inner: cst.BaseExpression) -> Attempt:
    text = array_logic(ctx, inner)
    if isinstance(text, Decline):
        return text
    if is_mask(ctx, inner) and not _is_python_bool(ctx, inner):
        return Text(f"~{text.grouped}", False, text.uses)
    return call(ctx, "jax.numpy.logical_not", text)


def _is_python_bool(ctx: View, node: cst.BaseExpression) -> bool:
    """True where ``~`` would be that of an int in some call: ``~True`` is -2."""
    return python_number(ctx, node) or any(
        isinstance(part, cst.Comparison | cst.BooleanOperation) and python_number(ctx, part) for part in own_nodes(node)
    )


def _chain(ctx: View, node: cst.Comparison) -> Attempt:
    """``a <= b < c``; what stands in the middle is written twice, so it must be a plain name or number."""
    left, links = node.left, []
    for item in node.comparisons:
        if isinstance(item.operator, cst.In | cst.NotIn | cst.Is | cst.IsNot):
            return Decline("the chain mixes comparisons with `in` or `is`")
        if item is not node.comparisons[-1] and not (_repeatable(item.comparator) or _is_short(ctx, item.comparator)):
            return Decline(f"`{ctx.code(item.comparator)}` would be evaluated twice: give it a name first")
        operator = cst.Module(()).code_for_node(item.operator).strip()
        links.append(infix(operator, _side(ctx, left), _side(ctx, item.comparator)))
        left = item.comparator
    return infix("&", *links)


def _side(ctx: View, node: cst.BaseExpression) -> Text:
    """One side of a comparison, which arithmetic binds more tightly than."""
    text = quoted(ctx, node)
    return Text(text.text, text.atomic or isinstance(node, cst.BinaryOperation), text.uses)


def _membership(ctx: View, node: cst.Comparison) -> Attempt:
    """``x in (0, 1)`` -> ``(x == 0) | (x == 1)``; ``v in x`` -> ``jnp.any(x == v)``"""
    (item,) = node.comparisons
    sought = quoted(ctx, node.left)
    negated = isinstance(item.operator, cst.NotIn)
    if isinstance(ctx.value(item.comparator), Array):
        found = call(ctx, "jax.numpy.any", infix("==", quoted(ctx, item.comparator), sought))
        return Text(f"~{found.text}", False, found.uses) if negated else found
    if not isinstance(item.comparator, cst.Tuple | cst.List) or not _repeatable(node.left):
        return Decline("`in` compares with one item after the other; `jnp.isin` compares arrays")
    members = [element.value for element in item.comparator.elements]
    if not 0 < len(members) <= _MAX_MEMBERS or any(isinstance(m, cst.StarredElement) for m in members):
        return Decline("too many comparisons; `jnp.isin` takes an array of them")
    links = [infix("!=" if negated else "==", sought, quoted(ctx, member)) for member in members]
    return infix("&" if negated else "|", *links)


def _is_short(ctx: View, node: cst.BaseExpression) -> bool:
    """True for an expression that may well be written, and computed, twice."""
    return len(ctx.code(node)) <= _SHORT and hazard(ctx, node) is None


def _repeatable(node: cst.BaseExpression) -> bool:
    match node:
        case cst.UnaryOperation(expression=inner):
            return _repeatable(inner)
        case cst.Subscript(value=cst.Name(), slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return isinstance(key, cst.SimpleString | cst.Integer | cst.Name)
    return isinstance(node, _REPEATABLE)


def is_mask(ctx: View, node: cst.BaseExpression) -> bool:
    """True for what is certainly of bool elements, so that ``&`` and ``~`` are logic and no bit arithmetic."""
    match node:
        case cst.BooleanOperation(left=left, right=right):
            return is_mask(ctx, left) and is_mask(ctx, right)
        case cst.UnaryOperation(operator=cst.Not()) | cst.Comparison():
            return True
    value = ctx.value(node)
    options = value.options if isinstance(value, Either) else (value,)
    return all(kind_of(option) == "bool" and not isinstance(option, Const) for option in options)

"""Stores of one item under a condition -> stores of a chosen value, which lax does in place.

::

    if x + 1 < w:
        image[y, x + 1] += e     ->     image[y, x + 1] += jnp.where(x + 1 < w, e, 0)

A `lax.cond` with an array in its arms copies it in each turn. Where the condition guards an index, nothing is added:
what is out of range is dropped, and what is negative and counts from the end gets a zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit, Fix
from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.vector.lengths import Lengths
from jaxlint.rewrite.masked import ELEMENTWISE
from jaxlint.rewrite.slices.bounds import Loops
from jaxlint.rewrite.slices.spans import Reader, Stuck, Widened

_PLAIN = ELEMENTWISE | {"builtins.abs", "builtins.min", "builtins.max"}
WHERE = "jax.numpy.where"

Guarded = tuple[cst.SimpleStatementLine, tuple[str, ...]]


def chosen_values(ctx: View, node: cst.If) -> Fix | None:
    """The outermost `if` in a loop as stores without a condition; None if it holds anything else."""
    if not _is_outermost(ctx, node) or "#" in ctx.code(node):
        return None
    if isinstance(node.body, cst.IndentedBlock) and _skips(node.body):
        return _skipped(ctx, node)
    found = list(_leaves(ctx, node, ()))
    if not found or any(leaf is None for leaf in found):
        return None
    leaves = [leaf for leaf in found if leaf is not None]
    stored = {name for statement, _ in leaves for name in _array(statement)}
    tests = [part for part in own_nodes(node) if isinstance(part, cst.If)]
    if any(isinstance(part, cst.Name) and part.value in stored for test in tests for part in own_nodes(test.test)):
        return None
    lines = [text for statement, guards in leaves if (text := _written(ctx, statement, guards)) is not None]
    if len(lines) < len(leaves):
        return None
    start, end = ctx.span(node)
    return Fix("Choose what is stored", (Edit(start, end, f"\n{ctx.indent(node)}".join(lines)),), "unsafe", (WHERE,))


def _skips(body: cst.IndentedBlock) -> bool:
    return (
        len(body.body) == 1
        and isinstance(body.body[0], cst.SimpleStatementLine)
        and isinstance(body.body[0].body[0], cst.Continue)
    )


def _skipped(ctx: View, node: cst.If) -> Fix | None:
    """``if t: continue`` before the last statement of a loop, a store: that of the old value if the test is true."""
    block = ctx.parent(node)
    assert isinstance(block, cst.IndentedBlock)
    rest = block.body[next(place for place, each in enumerate(block.body) if each is node) + 1 :]
    if not isinstance(ctx.parent(block), cst.For) or len(rest) != 1 or not _is_comparison(node.test):
        return None
    (last,) = rest
    if not isinstance(last, cst.SimpleStatementLine) or len(last.body) != 1:
        return None
    if not isinstance(last.body[0], cst.AugAssign | cst.Assign):
        return None
    start, end = ctx.span(node)[0], ctx.span(last)[1]
    names = {part.value for part in own_nodes(node.test) if isinstance(part, cst.Name)}
    if "#" in ctx.chunk.source.text[start:end] or names & set(_array(last)):
        return None
    text = _written(ctx, last, (ctx.code(node.test),), reverse=True)
    return Fix("Choose what is stored", (Edit(start, end, text),), "unsafe", (WHERE,)) if text is not None else None


def _is_comparison(test: cst.BaseExpression) -> bool:
    match test:
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=operator)]):
            return not isinstance(operator, cst.In | cst.NotIn | cst.Is | cst.IsNot)
    return False


def _is_outermost(ctx: View, node: cst.If) -> bool:
    """True for an `if` in a loop that is no part of another one."""
    if node.orelse is not None or not isinstance(ctx.parent(node), cst.IndentedBlock):
        return False
    for above in ctx.ancestors(node):
        if isinstance(above, cst.For | cst.While):
            return bool(Loops(ctx, node).moving) and not isinstance(ctx.parent(node), cst.If)
        if isinstance(above, cst.If):
            return False
    return False


def _leaves(ctx: View, node: cst.If, guards: tuple[str, ...]) -> Iterator[Guarded | None]:
    """The stores below a condition, each with all conditions that it is under; None for anything else."""
    inner = (*guards, ctx.code(node.test))
    if not _is_comparison(node.test) or node.orelse is not None or not isinstance(node.body, cst.IndentedBlock):
        yield None
        return
    for statement in node.body.body:
        match statement:
            case cst.If():
                yield from _leaves(ctx, statement, inner)
            case cst.SimpleStatementLine(body=[cst.AugAssign() | cst.Assign(targets=[_])]):
                yield statement, inner
            case _:
                yield None


def _array(statement: cst.SimpleStatementLine) -> Iterator[str]:
    (node,) = statement.body
    target = node.target if isinstance(node, cst.AugAssign) else node.targets[0].target  # type: ignore[attr-defined]
    yield from bound_names(target)
    if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
        yield target.value.value


def _written(
    ctx: View, statement: cst.SimpleStatementLine, guards: tuple[str, ...], *, reverse: bool = False
) -> str | None:
    """The store of a value that is chosen (``reverse``: where the test is false); None if it is not of one item, or
    the value does more than compute."""
    reader = Reader(ctx, Loops(ctx, statement), Widened(ctx))
    (node,) = statement.body
    target = node.target if isinstance(node, cst.AugAssign) else node.targets[0].target  # type: ignore[attr-defined]
    value: cst.BaseExpression = node.value  # type: ignore[attr-defined]
    if not isinstance(target, cst.Subscript) or not isinstance(target.value, cst.Name):
        return None
    try:
        plain = all(isinstance(each.slice, cst.Index) and reader.rank(each.slice.value) == 0 for each in target.slice)
        if not plain or reader.rank(target.value) != len(target.slice) or not _is_plain(ctx, value):
            return None
    except Stuck:
        return None
    test = guards[0] if len(guards) == 1 else " & ".join(f"({guard})" for guard in guards)
    place, where = ctx.code(target), ctx.spell(WHERE)
    if isinstance(node, cst.AugAssign):
        if not isinstance(node.operator, cst.AddAssign | cst.SubtractAssign):
            return None
        pair = f"0, {ctx.code(value)}" if reverse else f"{ctx.code(value)}, 0"
        return f"{place} {ctx.code(node.operator).strip()} {where}({test}, {pair})"
    if Lengths(ctx).kind(target.value.value) != "float":
        return None
    pair = f"{place}, {ctx.code(value)}" if reverse else f"{ctx.code(value)}, {place}"
    return f"{place} = {where}({test}, {pair})"


def _is_plain(ctx: View, value: cst.BaseExpression) -> bool:
    """True for arithmetic on items, which costs nothing."""
    for part in own_nodes(value):
        match part:
            case cst.Call(func=function):
                if ctx.name(function) not in _PLAIN:
                    return False
            case cst.IfExp() | cst.Lambda() | cst.BaseComp() | cst.BooleanOperation() | cst.NamedExpr():
                return False
            case cst.BinaryOperation(operator=cst.MatrixMultiply()) | cst.Slice():
                return False
    return True

"""Where a function has no finite derivative, and whether a condition keeps a value away from there."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Const
from jaxlint.facts.queries.passed import passed
from jaxlint.facts.queries.view import View

Points = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Singularity:
    """``node`` computes something of ``operand`` that has no finite derivative at ``points``; ``neutral`` is a place
    where it has. ``operands``: the other parts of the expression that it differentiates. ``rooted``: it is a root,
    which is zero at zero; ``whole``: it is of all elements together (a norm); ``constant``: the point is that they are
    all equal."""

    node: cst.BaseExpression
    operand: cst.BaseExpression
    points: Points
    neutral: str
    what: str
    operands: tuple[cst.BaseExpression, ...] = ()
    rooted: bool = False
    whole: bool = False
    constant: bool = False


_FUNCTIONS: dict[str, tuple[Points, str]] = {
    "sqrt": ((0.0, -1.0), "1.0"),
    "rsqrt": ((0.0, -1.0), "1.0"),
    "log": ((0.0,), "1.0"),
    "log2": ((0.0,), "1.0"),
    "log10": ((0.0,), "1.0"),
    "log1p": ((-1.0,), "0.0"),
    "reciprocal": ((0.0,), "1.0"),
    "arccos": ((1.0, -1.0, 2.0), "0.0"),
    "acos": ((1.0, -1.0, 2.0), "0.0"),
    "arcsin": ((1.0, -1.0, 2.0), "0.0"),
    "asin": ((1.0, -1.0, 2.0), "0.0"),
    "arctanh": ((1.0, -1.0), "0.0"),
    "atanh": ((1.0, -1.0), "0.0"),
    "arccosh": ((1.0, 0.0), "2.0"),
    "acosh": ((1.0, 0.0), "2.0"),
    "cbrt": ((0.0,), "1.0"),
}
_AREAS = ("jax.numpy.", "jax.lax.")


def singularity(ctx: View, node: cst.CSTNode, *, reductions: bool = False) -> Singularity | None:
    """What an expression has no derivative at: of a root, a logarithm, a division, a power; a norm is a reduction."""
    match node:
        case cst.Call():
            return _of_call(ctx, node) or (_of_norm(ctx, node) if reductions else None)
        case cst.BinaryOperation(operator=cst.Divide(), left=left, right=right):
            return Singularity(node, right, (0.0,), "1.0", "the division", (left,))
        case cst.BinaryOperation(operator=cst.Power(), left=left, right=right):
            return _of_power(node, left, ctx.value(right))
    return None


def _of_call(ctx: View, node: cst.Call) -> Singularity | None:
    name, call = ctx.name(node.func) or "", passed(ctx, node)
    area = next((area for area in _AREAS if name.startswith(area)), None)
    if call is None or area is None or not node.args:
        return None
    short, first = name.removeprefix(area), node.args[0].value
    if short in _FUNCTIONS and len(node.args) == 1:
        points, neutral = _FUNCTIONS[short]
        return Singularity(node, first, points, neutral, f"`{ctx.code(node.func)}`", rooted=short in ("sqrt", "cbrt"))
    match short, node.args:
        case ("divide" | "true_divide" | "div", [_, cst.Arg(value=right)]):
            return Singularity(node, right, (0.0,), "1.0", "the division", (first,))
        case ("power" | "pow" | "float_power", [_, cst.Arg(value=right)]):
            return _of_power(node, first, ctx.value(right))
    return None


def _of_power(node: cst.BaseExpression, base: cst.BaseExpression, exponent: object) -> Singularity | None:
    match exponent:
        case Const(value=int() | float() as power) if power < 1 and power != 0:
            points = (0.0,) if power == int(power) else (0.0, -1.0)
            return Singularity(node, base, points, "1.0", "the power", rooted=power > 0)
    return None


def _of_norm(ctx: View, node: cst.Call) -> Singularity | None:
    name = ctx.name(node.func)
    if name not in ("jax.numpy.linalg.norm", "jax.numpy.std") or not node.args or node.args[0].keyword is not None:
        return None
    options = {argument.keyword.value for argument in node.args[1:] if argument.keyword is not None}
    if (len(node.args) > 1 and not options) or options - {"axis", "keepdims"}:
        return None
    what, operand = f"`{ctx.code(node.func)}`", node.args[0].value
    if name == "jax.numpy.std":
        return Singularity(node, operand, (), "", what, whole=True, constant=True) if not options else None
    return Singularity(node, operand, (0.0,), "", what, rooted="axis" in options, whole="axis" not in options)


def choices(ctx: View, node: cst.Call) -> tuple[cst.BaseExpression, cst.BaseExpression, cst.BaseExpression] | None:
    """Condition and both values of ``jnp.where(condition, x, y)`` and ``lax.select``."""
    if ctx.name(node.func) not in ("jax.numpy.where", "jax.lax.select") or len(node.args) != 3:
        return None
    if any(argument.keyword is not None or argument.star for argument in node.args):
        return None
    first, second, third = (argument.value for argument in node.args)
    return first, second, third


def computed(ctx: View, node: cst.BaseExpression, depth: int = 3) -> Iterator[cst.CSTNode]:
    """The nodes of an expression, and those of the variables in it that are bound once, from what does not change."""
    for inner in (node, *own_nodes(node)):
        yield inner
        value = ctx.binding(inner.value) if isinstance(inner, cst.Name) and depth else None
        if value is not None and steady(ctx, value):
            yield from computed(ctx, value, depth - 1)


def steady(ctx: View, node: cst.BaseExpression) -> bool:
    """True for an expression of variables that have one value in the whole function."""
    function = ctx.function
    if function is None:
        return False
    names = {inner.value for inner in (node, *own_nodes(node)) if isinstance(inner, cst.Name)}
    mine = names & function.scope.bound
    rebound = mine & ctx.frame.arguments.keys() & ctx.tracer.once(_stored, function.node.body)
    return not rebound and all(name in ctx.frame.arguments or ctx.binding(name) is not None for name in mine)


def _stored(body: cst.CSTNode) -> frozenset[str]:
    """The names in what a body assigns to."""
    stores = cst.AssignTarget | cst.AugAssign | cst.For | cst.NamedExpr
    targets = [node.target for node in own_nodes(body) if isinstance(node, stores)]
    inside = (inner for target in targets for inner in (target, *own_nodes(target)))
    return frozenset(inner.value for inner in inside if isinstance(inner, cst.Name))


_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
}


def outcome(ctx: View, test: cst.BaseExpression, subject: str, point: float) -> float | bool | None:
    """What a condition (or a part of it) comes to where the expression that is spelled ``subject`` has a value."""
    if ctx.code(test) == subject:
        return point
    match test:
        case cst.Name(value=name) if (bound := ctx.binding(name)) is not None and steady(ctx, bound):
            return outcome(ctx, bound, subject, point)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=op, comparator=right)]):
            a, b = outcome(ctx, left, subject, point), outcome(ctx, right, subject, point)
            return _COMPARE[type(op)](a, b) if a is not None and b is not None and type(op) in _COMPARE else None
        case cst.UnaryOperation(operator=cst.BitInvert() | cst.Not(), expression=inner):
            found = outcome(ctx, inner, subject, point)
            return not found if found is not None else None
        case cst.BinaryOperation(operator=cst.BitAnd() | cst.BitOr() as joint, left=left, right=right):
            return _joined(isinstance(joint, cst.BitAnd), *(outcome(ctx, s, subject, point) for s in (left, right)))
        case cst.Call():
            return _of_function(ctx, test, subject, point)
    value = ctx.value(test)
    return value.value if isinstance(value, Const) and isinstance(value.value, bool | int | float) else None


def _joined(both: bool, *sides: float | bool | None) -> bool | None:
    if any(side is not None and bool(side) is not both for side in sides):
        return not both
    return both if None not in sides else None


def _of_function(ctx: View, test: cst.Call, subject: str, point: float) -> float | bool | None:
    short = (ctx.name(test.func) or "").rpartition(".")[2]
    operands = [outcome(ctx, argument.value, subject, point) for argument in test.args]
    comparisons = {"greater": ">", "less": "<"}
    match short, operands:
        case (("abs" | "absolute" | "fabs"), [float() | int() as value]):
            return abs(value)
        case "isclose", [float() | int() as a, float() | int() as b, *_]:
            return abs(a - b) < 1e-5
        case ("logical_not", [value]) if value is not None:
            return not value
        case (("logical_and" | "logical_or"), [_, _]):
            return _joined(short == "logical_and", *operands)
        case (("greater" | "less"), [float() | int() as a, float() | int() as b]):
            return a > b if comparisons[short] == ">" else a < b
    return None

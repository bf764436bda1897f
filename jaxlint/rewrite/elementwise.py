"""Which expressions may be evaluated for nothing: elementwise, cheap, without effects, and finite wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from jaxlint.facts.model.values import Array, Const, HostArray, Static, Tree
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.masked import ELEMENTWISE

_NUMPY = (
    "abs", "absolute", "negative", "positive", "add", "subtract", "multiply", "square", "sign", "sin", "cos",
    "tanh", "sinc", "maximum", "minimum", "clip", "where", "floor", "ceil", "round", "trunc", "heaviside",
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or",
    "logical_not", "logical_xor", "isnan", "isinf", "isfinite", "real", "imag", "conj", "conjugate",
    "zeros_like", "ones_like", "full_like", "nan_to_num", "fabs", "float32", "float64", "int32", "int64",
    "asarray", "array", "bool_",
)  # fmt: skip
_NN = ("relu", "relu6", "sigmoid", "soft_sign", "hard_tanh", "leaky_relu", "hard_sigmoid")
_PARTIAL = ("jax.numpy.log", "jax.numpy.log2", "jax.numpy.log10", "jax.numpy.sqrt", "jax.numpy.reciprocal")
"""Functions of one argument that are fine at 1."""
_ELEMENTWISE = frozenset((*(f"jax.numpy.{name}" for name in _NUMPY), *(f"jax.nn.{name}" for name in _NN)))
_OPERATORS = (cst.Add, cst.Subtract, cst.Multiply, cst.BitAnd, cst.BitOr, cst.BitXor)


Known = Callable[[cst.BaseExpression], bool]


def _nothing(node: cst.BaseExpression) -> bool:
    return False


def hazard(ctx: View, node: cst.BaseExpression, known: Known = _nothing) -> str | None:
    """Why an expression had better not be evaluated where a condition rules it out; None if it may be.

    ``known``: True for parts of which it is known that they may be.
    """
    if known(node):
        return None
    match node:
        case cst.Integer() | cst.Float():
            return None
        case cst.Name() | cst.Attribute():
            return None if _is_number(ctx, node) else f"`{ctx.code(node)}` is perhaps no array"
        case cst.UnaryOperation(operator=cst.Minus() | cst.Plus() | cst.BitInvert(), expression=inner):
            return hazard(ctx, inner, known)
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            if not isinstance(operator, _OPERATORS) and not _is_harmless(operator, right):
                return f"`{ctx.code(node)}` may not be finite where the condition rules it out, which spoils gradients"
            return hazard(ctx, left, known) or hazard(ctx, right, known)
        case cst.Comparison(left=left, comparisons=[item]):
            return hazard(ctx, left, known) or hazard(ctx, item.comparator, known)
        case cst.Subscript(value=cst.Name() | cst.Attribute() as base) if ctx.jax_array(base):
            return next(filter(None, (_hazard_of_index(ctx, element.slice, known) for element in node.slice)), None)
        case cst.Call(func=function, args=arguments) if ctx.name(function) in _ELEMENTWISE:
            return next(filter(None, (hazard(ctx, argument.value, known) for argument in arguments)), None)
    return f"`{ctx.code(node)}` is not sure to be cheap and harmless where the condition rules it out"


def _hazard_of_index(ctx: View, element: cst.BaseSlice, known: Known) -> str | None:
    """A read out of range gives some item, and no gradient where the condition rules it out."""
    if isinstance(element, cst.Index) and kind_of(ctx.value(element.value)) != "bool":
        return hazard(ctx, element.value, known)
    return "a part of an array is not sure to be cheap"


def _is_number(ctx: View, node: cst.BaseExpression) -> bool:
    match ctx.value(node):
        case Array() | HostArray() | Static(kind="int" | "float" | "bool"):
            return True
        case Const(value=bool() | int() | float() | complex()):
            return True
        case Tree():
            return ctx.jax_array(node)
    return False


def _is_harmless(operator: cst.BaseBinaryOp, right: cst.BaseExpression) -> bool:
    """``x ** 2``, ``x / 2``: a constant that keeps every finite number finite."""
    if not isinstance(right, cst.Integer | cst.Float):
        return False
    if isinstance(operator, cst.Power):
        return isinstance(right, cst.Integer)
    return isinstance(operator, cst.Divide | cst.FloorDivide | cst.Modulo) and right.evaluated_value != 0


def is_elementwise(ctx: View, function: cst.BaseExpression) -> bool:
    """True for a function that gives at each place what it would give there alone."""
    return ctx.name(function) in _ELEMENTWISE | ELEMENTWISE


def guarded(ctx: View, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The one operand of an expression that must not be any number, though the rest is harmless: ``n`` of ``x / n``."""
    risky = list(_risky(ctx, node))
    if len(risky) == 1 and risky[0] is not None and hazard(ctx, risky[0]) is None:
        return risky[0]
    return None


def _risky(ctx: View, node: cst.BaseExpression) -> Iterator[cst.BaseExpression | None]:
    """The divisors, and the arguments of logarithms and roots; None for what is not understood."""
    if hazard(ctx, node) is None:
        return
    match node:
        case cst.UnaryOperation(operator=cst.Minus() | cst.Plus(), expression=inner):
            yield from _risky(ctx, inner)
        case cst.BinaryOperation(operator=operator, left=left, right=right):
            yield from _risky(ctx, left)
            if isinstance(operator, cst.Divide) and not _is_harmless(operator, right):
                yield right
            elif isinstance(operator, _OPERATORS) or _is_harmless(operator, right):
                yield from _risky(ctx, right)
            else:
                yield None
        case cst.Call(func=function, args=[cst.Arg(value=value, keyword=None, star="")]) if (
            ctx.name(function) in _PARTIAL
        ):
            yield value
        case _:
            yield None


def operands(ctx: View, node: cst.BaseExpression) -> Iterator[str]:
    """The text of each array that an elementwise expression combines: names and attributes, not constants."""
    match node:
        case cst.Name() | cst.Attribute():
            if not isinstance(ctx.value(node), Const | Static):
                yield ctx.code(node)
        case cst.UnaryOperation(expression=inner):
            yield from operands(ctx, inner)
        case cst.BinaryOperation(left=left, right=right):
            yield from operands(ctx, left)
            yield from operands(ctx, right)
        case cst.Comparison(left=left, comparisons=comparisons):
            yield from operands(ctx, left)
            for item in comparisons:
                yield from operands(ctx, item.comparator)
        case cst.BooleanOperation(left=left, right=right):
            yield from operands(ctx, left)
            yield from operands(ctx, right)
        case cst.Call(args=arguments) if ctx.name(node.func) in _ELEMENTWISE:
            for argument in arguments:
                yield from operands(ctx, argument.value)
        case cst.NamedExpr(target=cst.Name(value=name), value=value):
            yield name
            yield from operands(ctx, value)
        case cst.Integer() | cst.Float():
            return
        case _:
            yield f"({ctx.code(node)})"

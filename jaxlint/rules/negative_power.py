"""An array of integers raised to a negative power.  Page: rules/negative_power.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array, Const
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX815", since="0.1", fix="safe")
def negative_power(ctx: View, node: cst.BinaryOperation) -> Iterator[Finding]:
    base, power = ctx.value(node.left), ctx.value(node.right)
    if not isinstance(node.operator, cst.Power) or not isinstance(base, Array) or ctx.caught(node):
        return
    integers = base.dtype is not None and base.dtype.is_integer
    if integers and isinstance(power, Const) and type(power.value) is int and power.value < 0:
        message = (
            f"`{ctx.code(node.left)}` holds integers, which JAX raises to no negative power; write {power.value}.0"
        )
        yield Finding(node, message, _with_float(ctx, node.right))


def _with_float(ctx: View, power: cst.BaseExpression) -> Fix | Decline:
    """``n ** -1``  ->  ``n ** -1.0``"""
    if isinstance(power, cst.UnaryOperation) and isinstance(power.expression, cst.Integer):
        return Fix("Raise to a float", (replace(ctx, power.expression, f"{power.expression.value}.0"),))
    return Decline("the power is computed elsewhere")

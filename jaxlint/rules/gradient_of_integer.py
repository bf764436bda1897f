"""`jax.grad` by an integer, or by an argument that is passed by keyword.  Page: rules/gradient_of_integer.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.events import RefusedInput
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX805", since="0.1", fix="safe")
def gradient_of_integer(ctx: View, event: RefusedInput) -> Iterator[Finding]:
    node, name = ctx.node, event.transform
    if not isinstance(node, cst.Call):
        return
    argument = _argument(node, event.number)
    if event.dtype is None:
        message = f"`{name}` differentiates by argument {event.number}, which is passed by keyword; pass it by position"
        yield Finding(node, message, Decline("the order of the parameters is the caller's"))
        return
    what = f"`{ctx.code(argument)}{event.path}`" if argument is not None else f"argument {event.number}{event.path}"
    message = f"`{name}` needs floats to differentiate by, but {what} is {event.dtype.name}; make it a float"
    yield Finding(argument or node, message, _as_float(ctx, argument))


def _argument(node: cst.Call, number: int) -> cst.BaseExpression | None:
    plain = [argument.value for argument in node.args if argument.keyword is None and not argument.star]
    starred = any(argument.star for argument in node.args)
    return plain[number] if not starred and -len(plain) <= number < len(plain) else None


def _as_float(ctx: View, argument: cst.BaseExpression | None) -> Fix | Decline:
    """``grad(f)(3)``  ->  ``grad(f)(3.0)``"""
    number = argument.expression if isinstance(argument, cst.UnaryOperation) else argument
    if isinstance(number, cst.Integer) and number.value.isdigit():
        return Fix("Pass a float", (replace(ctx, number, f"{number.value}.0"),))
    return Decline("where it should become a float is for the author to say")

"""Which library function a call reaches, and which of its arguments is which parameter."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Array, Member
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import Function, array_attribute, function

Bound = dict[str, tuple[cst.BaseExpression, ...]]


@dataclass(frozen=True, slots=True)
class Passed:
    """``jnp.sum(x, axis=1)``, or ``x.sum(axis=1)``: the same function, with the same arguments by parameter."""

    function: Function
    arguments: Bound

    @property
    def short(self) -> str:
        return self.function.name.rpartition(".")[2]

    def single(self, parameter: str) -> cst.BaseExpression | None:
        """The one expression that is passed for a parameter."""
        found = self.arguments.get(parameter, ())
        return found[0] if len(found) == 1 else None


def passed(ctx: View, node: cst.Call) -> Passed | None:
    """The call of a known library function, None for other calls and those that unpack ``*args``."""
    if any(argument.star for argument in node.args):
        return None
    found = _method(ctx, node)
    receiver: tuple[cst.BaseExpression, ...] = ()
    if found is not None and isinstance(node.func, cst.Attribute):
        receiver = (node.func.value,)
    else:
        name = ctx.name(node.func)
        found = function(name) if name is not None else None
    return Passed(found, _bound(found, receiver, node)) if found is not None else None


def _method(ctx: View, node: cst.Call) -> Function | None:
    """The function of `jax.numpy` that a method of an array stands for."""
    match ctx.value(node.func):
        case Member(base=Array(), name=name) if str(array_attribute(name)).endswith("method"):
            return function(f"jax.numpy.{name}")
    return None


def _bound(called: Function, receiver: tuple[cst.BaseExpression, ...], node: cst.Call) -> Bound:
    positional = [*receiver, *(argument.value for argument in node.args if argument.keyword is None)]
    bound: Bound = {argument.keyword.value: (argument.value,) for argument in node.args if argument.keyword is not None}
    if receiver and called.name == "jax.numpy.reshape" and len(positional) > 1:
        bound["shape"] = tuple(positional[1:])
    elif called.signature is not None:
        for number, value in enumerate(positional):
            if (name := called.signature.parameter(number)) is not None:
                bound[name] = (*bound.get(name, ()), value) if name == called.signature.variadic else (value,)
    return bound


def argument_of(node: cst.Call, position: int | str) -> cst.BaseExpression | None:
    """The expression that a call passes by position or keyword; None if it is not written out."""
    if isinstance(position, str):
        return next((a.value for a in node.args if a.keyword is not None and a.keyword.value == position), None)
    if position < 0 or any(argument.star for argument in node.args[: position + 1]):
        return None
    positional = [argument.value for argument in node.args if argument.keyword is None]
    return positional[position] if position < len(positional) else None


def option_of(node: cst.CSTNode, option: str) -> cst.BaseExpression | None:
    """The expression given for an option, in a call or in a decorator's call."""
    call = node.decorator if isinstance(node, cst.Decorator) else node
    return argument_of(call, option) if isinstance(call, cst.Call) else None

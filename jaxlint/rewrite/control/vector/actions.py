"""What the small statements of a turn do: they store into an array, bind a variable, or add to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.at_update import METHODS
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.model import Declined, Plain, Statement
from jaxlint.rewrite.control.vector.lengths import updated
from jaxlint.rewrite.store import plan, refusal, stored_array

EXTREMES = {"jax.numpy.maximum": "jax.numpy.max", "jax.numpy.minimum": "jax.numpy.min"}


@dataclass(frozen=True, slots=True)
class Store:
    """``array[…] = value``, or ``+=`` and the like by a method of ``.at``."""

    array: str
    target: cst.Subscript
    method: str
    value: cst.BaseExpression
    sign: str = ""
    """A minus before what is added."""


@dataclass(frozen=True, slots=True)
class Local:
    """A variable of a turn."""

    name: str
    value: cst.BaseExpression


@dataclass(frozen=True, slots=True)
class Gain:
    """``name += value``: the operator, and what it adds."""

    name: str
    symbol: str
    value: cst.BaseExpression


Action = Store | Gain | Local


def action(ctx: View, statement: Statement) -> Action | None:
    """What a small statement does."""
    if not isinstance(statement, Plain):
        return None
    match statement.node:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
            if updated(value) == name:
                return _updated(name, value)
            return _gained(ctx, name, value) or Local(name, value)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=name)) as target)]):
            assert isinstance(statement.node, cst.Assign)
            if stored_array(ctx, target) is not None:
                return Store(name, target, "set", statement.node.value)
        case cst.AugAssign(target=cst.Subscript(value=cst.Name(value=name)) as target, operator=operator):
            method = METHODS.get(type(operator))
            if stored_array(ctx, target) is not None and method is not None:
                sign = "-" if isinstance(operator, cst.SubtractAssign) else ""
                return Store(name, target, method, statement.node.value, sign)
        case cst.AugAssign(target=cst.Name(value=name), operator=operator, value=value):
            return Gain(name, ctx.code(operator).strip().removesuffix("="), value)
    return None


def actions(ctx: View, statement: Statement) -> Iterator[Action]:
    """What a statement and those in it do."""
    for inner in flow.statements((statement,)):
        if (found := action(ctx, inner)) is not None:
            yield found


def check_plan(ctx: View, store: Store, node: cst.CSTNode) -> None:
    """Raise ``Declined`` if an array cannot be bound anew, or would lose what is stored."""
    if isinstance(node, cst.Assign) and not isinstance(node.targets[0].target, cst.Subscript):
        return
    found = plan(ctx, store.target, node)
    if isinstance(found, Decline):
        raise Declined(found.reason)
    if found.bound.before != f"{store.array} = " or found.bound.after or found.bound.edits or found.bound.note:
        raise Declined(f"`{store.array}` has another name, which would keep the old values")
    if (reason := refusal(ctx, found, store.value)) is not None:
        raise Declined(reason.reason)


def zeros_above(ctx: View, loop: cst.For) -> list[tuple[cst.CSTNode, str, cst.Integer | cst.Float]]:
    """The lines ``name = 0`` just above a loop."""
    block = getattr(ctx.parent(loop), "body", ())
    found: list[tuple[cst.CSTNode, str, cst.Integer | cst.Float]] = []
    for line in reversed(block[: next(number for number, item in enumerate(block) if item is loop)]):
        match line:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value=name))],
                        value=cst.Integer() | cst.Float() as zero,
                    ) as assign
                ],
                trailing_whitespace=cst.TrailingWhitespace(comment=None),
            ):
                if zero.evaluated_value == 0:
                    found.append((assign, name, zero))
            case _:
                break
    return found


def _updated(name: str, value: cst.BaseExpression) -> Store | None:
    """``x.at[i].set(v)``"""
    match value:
        case cst.Call(
            func=cst.Attribute(value=cst.Subscript() as place, attr=cst.Name(value=method)),
            args=[cst.Arg(value=stored, keyword=None, star="")],
        ) if method in ("set", "add", "multiply", "divide", "power", "min", "max"):
            return Store(name, place, method, stored)
    return None


def _gained(ctx: View, name: str, value: cst.BaseExpression) -> Gain | None:
    """``s = s + v``, ``s = v * s``, ``s = jnp.maximum(s, v)``"""
    match value:
        case cst.BinaryOperation(
            operator=cst.Add() | cst.Multiply() | cst.BitOr() | cst.BitAnd() as operator, left=left, right=right
        ):
            symbol = ctx.code(operator)
            if _is_name(left, name):
                return Gain(name, symbol, right)
            if _is_name(right, name):
                return Gain(name, symbol, left)
        case cst.BinaryOperation(operator=cst.Subtract(), left=cst.Name(value=left), right=right) if left == name:
            return Gain(name, "-", right)
        case cst.Call(func=function, args=[cst.Arg(value=first, keyword=None), cst.Arg(value=second, keyword=None)]):
            called = ctx.name(function)
            if called in EXTREMES:
                if _is_name(first, name):
                    return Gain(name, str(called), second)
                if _is_name(second, name):
                    return Gain(name, str(called), first)
    return None


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name

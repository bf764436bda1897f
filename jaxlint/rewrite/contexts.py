"""A rewrite must hold in every context of its function: what is an array in one call may be a list in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as changed

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import (
    Class,
    Const,
    Either,
    Function,
    Many,
    Partial,
    Ref,
    Static,
    Transformed,
    Tuple,
    Unknown,
    Value,
)
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.arithmetic import kind_of


def holding(ctx: View, finding: Finding) -> Finding:
    """The finding, its fix declined where another call of the function has what the new text cannot take."""
    if not isinstance(finding.fix, Fix) or not any(ctx.others()):
        return finding
    for node in _rewritten(ctx, finding.fix.edits):
        here = ctx.value(node)
        for other in ctx.others():
            there = other.frame.values.get(node)
            if there is not None and (_is_array(ctx, node) or _is_container(here)) and (what := _unlike(here, there)):
                reason = f"`{ctx.code(node)}` is {what} in another call of `{_name(ctx)}`"
                return changed(finding, fix=Decline(reason))
    return finding


def python_number(ctx: View, node: cst.BaseExpression) -> bool:
    """True for what is a Python number, which has no methods of arrays, in this or another call of the function."""
    values = [ctx.value(node), *(other.value(node) for other in ctx.others())]
    return any(isinstance(option, Const | Static) for value in values for option in _options(value))


def same_kind(ctx: View, node: cst.BaseExpression, kind: str | None) -> bool:
    """True if an expression is of a kind in every other call that evaluates it."""
    return all(kind_of(value) == kind for value in _elsewhere(ctx, node))


def scalar_elsewhere(ctx: View, node: cst.BaseExpression) -> bool:
    """True if an expression has no axes in any other call that evaluates it."""
    return all(getattr(value, "ndim", None) == 0 or getattr(value, "scalar", False) for value in _elsewhere(ctx, node))


def same_object(ctx: View, node: cst.BaseExpression) -> bool:
    """True if an expression is the object that was made at one place, whoever calls."""
    here = ctx.value(node)
    return all(
        isinstance(here, Ref) and isinstance(there, Ref) and here.place == there.place
        for there in _elsewhere(ctx, node)
    )


def _elsewhere(ctx: View, node: cst.BaseExpression) -> Iterator[Value]:
    """What is known of an expression in the other calls that evaluate it."""
    for other in ctx.others():
        value = other.frame.values.get(node)
        if value is not None and not isinstance(value, Unknown):
            yield value


def _rewritten(ctx: View, edits: tuple[Edit, ...]) -> Iterator[cst.BaseExpression]:
    """The expressions of the function that edits replace; of a call whose function is replaced, the arguments too."""
    ranges = [(edit.start, edit.end) for edit in edits if edit.start < edit.end]
    expressions = [node for node in ctx.nodes() if isinstance(node, cst.BaseExpression)]
    ranges += [ctx.span(node) for node in expressions if isinstance(node, cst.Call) and ctx.span(node.func) in ranges]
    for node in expressions:
        start, end = ctx.span(node)
        if any(first <= start and end <= last for first, last in ranges):
            yield node


def _name(ctx: View) -> str:
    node = ctx.function.node if ctx.function is not None else None
    return node.name.value if isinstance(node, cst.FunctionDef) else "lambda"


def _is_array(ctx: View, node: cst.BaseExpression) -> bool:
    return ctx.jax_array(node) or ctx.traced(node) is not None


def _is_container(value: Value) -> bool:
    return isinstance(value, Ref | Tuple | Many)


def _unlike(here: Value, there: Value) -> str | None:
    """What a value is that cannot stand where another one does: a number can, for an array, and a tuple for a list."""
    for option in _options(there):
        what = _told(option)
        if what is not None and not (_is_container(here) and _sort(here) == _sort(option)):
            return what
    return None


def _sort(value: Value) -> str:
    return value.kind if isinstance(value, Ref) and value.kind != "list" else "sequence"


def _told(value: Value) -> str | None:
    match value:
        case Const(value=None):
            return "None"
        case Const(value=constant) if not isinstance(constant, bool | int | float | complex):
            return f"a {type(constant).__name__}"
        case Static(kind="str"):
            return "a str"
        case Tuple():
            return "a tuple"
        case Many():
            return "an iterable"
        case Ref(kind=kind):
            return f"an {kind}" if kind == "object" else f"a {kind}"
        case Function() | Partial() | Transformed() | Class():
            return "a function"
    return None


def _options(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, Either) else (value,)

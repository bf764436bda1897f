"""A format that needs a number, given a tracer: ``f"{x:.3f}"``, ``"%f" % x``.  Page: rules/traced_format.md"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import host_effect
from jaxlint.rules import rule

Formatted = tuple[cst.BaseExpression, str]
"""An expression and the format that it is shown in."""

_CONVERSION = re.compile(r"%(?P<key>\(.*?\))?[#0\- +]*[\d*]*(?:\.[\d*]+)?[hlL]?(?P<type>[a-zA-Z%])")
_ALWAYS_FAIL = "eEfFgG"
"""Conversions that need a float; those to an integer (`%d`) work where the primal is known."""


@rule("JAX602", since="0.1")
def traced_format(ctx: View, node: cst.FormattedStringExpression | cst.BinaryOperation | cst.Call) -> Iterator[Finding]:
    for expression, spec in _formatted(ctx, node):
        proof = ctx.tracers(expression)
        if proof is None or ctx.failing(node) or (proof.level == "full" and _printed(ctx, node)):
            continue
        if proof.level == "grad" and spec[0] == "%" and spec[-1] not in _ALWAYS_FAIL:
            continue
        field = "{}" if spec[0] == "%" else f"{{:{spec}}}"
        advice = f'`jax.debug.print("{field}", …)` formats the value when there is one'
        message = f"the format `{spec}` needs a number, but {proof.why}; {advice}"
        yield Finding(expression, message, why=proof.why)
        return


def _formatted(ctx: View, node: cst.CSTNode) -> Iterator[Formatted]:
    match node:
        case cst.FormattedStringExpression(expression=expression, conversion=None, format_spec=spec) if spec:
            yield expression, "".join(ctx.code(part) for part in spec)
        case cst.BinaryOperation(operator=cst.Modulo(), left=cst.SimpleString() as text, right=right):
            yield from _percent(str(text.evaluated_value), right)
        case cst.Call(func=cst.Attribute(value=cst.SimpleString() as text, attr=cst.Name("format")), args=args):
            yield from _fields(str(text.evaluated_value), args)
        case cst.Call(func=func, args=[first, cst.Arg(value=cst.SimpleString() as spec)]):
            if ctx.name(func) == "builtins.format" and spec.evaluated_value:
                yield first.value, str(spec.evaluated_value)


def _percent(text: str, right: cst.BaseExpression) -> Iterator[Formatted]:
    """The operands of ``text % right`` that are not converted by `%s`, `%r` or `%a`."""
    conversions = [match for match in _CONVERSION.finditer(text) if match["type"] != "%"]
    if any(match["key"] or "*" in match[0] for match in conversions):
        return
    operands = [element.value for element in right.elements] if isinstance(right, cst.Tuple) else [right]
    if len(operands) != len(conversions):
        return
    for operand, match in zip(operands, conversions, strict=True):
        if match["type"] not in "sra":
            yield operand, match[0]


def _fields(text: str, args: object) -> Iterator[Formatted]:
    """The arguments of ``text.format(...)`` that a field with a format shows."""
    assert isinstance(args, tuple | list)
    positional = [arg.value for arg in args if arg.keyword is None and not arg.star]
    named = {arg.keyword.value: arg.value for arg in args if arg.keyword is not None}
    if any(arg.star for arg in args):
        return
    try:
        fields = [field for field in Formatter().parse(text) if field[1] is not None]
    except ValueError:
        return
    for number, (_, name, spec, conversion) in enumerate(fields):
        operand = named.get(str(name))
        if operand is None and (name == "" or str(name).isdecimal()):
            position = number if name == "" else int(str(name))
            operand = positional[position] if position < len(positional) else None
        if operand is not None and spec and not conversion:
            yield operand, spec


def _printed(ctx: View, node: cst.CSTNode) -> bool:
    """True in a call of `print` or a logger, for which there is a rule of its own."""
    names = (ctx.name(above.func) for above in ctx.ancestors(node) if isinstance(above, cst.Call))
    return any(name is not None and host_effect(name) in ("print", "log") for name in names)

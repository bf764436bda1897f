"""The arguments of a call as texts: found by parameter name, and taken out."""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import signature


def argument(ctx: View, call: cst.Call, parameter: str, position: int | None = None) -> cst.Arg | None:
    """The argument that a parameter gets; its position is looked up for a known function."""
    if any(arg.star for arg in call.args):
        return None
    if position is None:
        declared = signature(ctx.name(call.func) or "")
        names = declared.positional if declared is not None else ()
        position = names.index(parameter) if parameter in names else None
    for number, arg in enumerate(call.args):
        if (arg.keyword is None and number == position) or (arg.keyword is not None and arg.keyword.value == parameter):
            return arg
    return None


def without(ctx: View, call: cst.Call, removed: cst.Arg) -> Edit:
    """Take an argument out, with the comma before it (after it, for the first)."""
    number = next(i for i, arg in enumerate(call.args) if arg is removed)
    start, end = ctx.span(removed)
    if number:
        return Edit(ctx.span(call.args[number - 1])[1], end, "")
    if len(call.args) > 1:
        return Edit(start, ctx.span(call.args[1])[0], "")
    return Edit(start, end, "")

"""``lambda x: g * x``  ->  ``lambda x, g=g: g * x``"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.view import View


def bind_defaults(ctx: View, node: cst.FunctionDef | cst.Lambda, names: Sequence[str]) -> Fix | Decline:
    """Bind the present values of variables as defaults of a function."""
    params = node.params
    if params.star_kwarg is not None:
        return Decline("a default cannot follow `**` arguments")
    bound = ", ".join(f"{name}={name}" for name in names)
    star = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
    listed = [*params.posonly_params, *params.params, *star, *params.kwonly_params]
    if listed and params.posonly_params and listed[-1] is params.posonly_params[-1]:
        return Decline("its parameters are positional-only")
    if listed:
        place, text = _end(ctx, listed[-1]), f", {bound}"
    elif isinstance(node, cst.Lambda):
        place, text = ctx.span(node)[0] + len("lambda"), f" {bound}"
    else:
        place, text = _opening(ctx, node), bound
    return Fix(f"Bind {_listed(names)} when the function is defined", (Edit(place, place, text),), "unsafe")


def _end(ctx: View, param: cst.Param) -> int:
    """The place after a parameter with its annotation and default."""
    last = param.default or (param.annotation.annotation if param.annotation is not None else None)
    if last is None:
        return ctx.span(param)[1]
    end = ctx.span(last)[1]
    for _ in last.rpar:
        end = ctx.chunk.source.text.index(")", end) + 1
    return end


def _opening(ctx: View, node: cst.FunctionDef) -> int:
    """The place after the parenthesis that opens a function's empty parameter list."""
    after = node.type_parameters if node.type_parameters is not None else node.name
    return ctx.chunk.source.text.index("(", ctx.span(after)[1]) + 1


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)

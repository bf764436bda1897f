"""``lambda x: g * x``  ->  ``lambda x, g=g: g * x``"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.insertion import after_parameter, opening


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
        place, text = after_parameter(ctx.chunk, listed[-1]), f", {bound}"
    elif isinstance(node, cst.Lambda):
        place, text = ctx.span(node)[0] + len("lambda"), f" {bound}"
    else:
        place, text = opening(ctx.chunk, node), bound
    return Fix(f"Bind {_listed(names)} when the function is defined", (Edit(place, place, text),), "unsafe")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)

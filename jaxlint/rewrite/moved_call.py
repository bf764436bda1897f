"""The arguments of a call whose function moved and got another signature on the way.

``shard_map(f, mesh, in_specs, out_specs, check_rep=False)``  ->
``shard_map(f, mesh=mesh, in_specs=in_specs, out_specs=out_specs, check_vma=False)``
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Edit
from jaxlint.facts.queries.references import meanings
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import removed_parameter, signature

_FORMER = {
    "jax.experimental.shard_map.shard_map": ("f", "mesh", "in_specs", "out_specs", "check_rep", "auto"),
    "jax.experimental.pjit.pjit": ("fun", "in_axis_resources", "out_axis_resources", "static_argnums"),
}
"""Positional parameters of functions that moved to another signature."""


def keywords(ctx: View, node: cst.CSTNode, old: str, new: str) -> tuple[Edit, ...] | Decline:
    """What a call of the moved function has to say differently; nothing for a function that only moved."""
    former = _FORMER.get(old)
    if former is None:
        return ()
    above = ctx.parent(node)
    if isinstance(above, cst.Call) and above.func is node:
        return _arguments(ctx, list(above.args), former, new)
    call = ctx.parent(above) if isinstance(above, cst.Arg) else None
    if isinstance(call, cst.Call) and call.args[0] is above and _is_partial(ctx, call.func):
        return _arguments(ctx, list(call.args[1:]), former, new)
    return () if isinstance(above, cst.Decorator) else Decline("it is used as a value here, its arguments changed")


def _is_partial(ctx: View, node: cst.CSTNode) -> bool:
    return meanings(ctx.tracer.project, ctx.module, ctx.chunk).get(node) == "functools.partial"


def _arguments(ctx: View, args: list[cst.Arg], former: tuple[str, ...], new: str) -> tuple[Edit, ...] | Decline:
    declared = signature(new)
    takes = len(declared.positional) if declared is not None else 0
    edits: list[Edit] = []
    for position, arg in enumerate(args):
        if arg.star:
            return Decline("the arguments are unpacked here, and the new function has others")
        name = arg.keyword.value if arg.keyword is not None else former[position] if position < len(former) else ""
        row = removed_parameter(new, name)
        if row is not None and row.replacement is None:
            return Decline(f"`{name}=` has no plain counterpart" + (f": {row.note}" if row.note else ""))
        wanted = row.replacement if row is not None and row.replacement else name
        if arg.keyword is not None and wanted != name:
            edits.append(Edit(*ctx.span(arg.keyword), wanted))
        elif arg.keyword is None and (position >= takes or wanted != name):
            start = ctx.span(arg)[0]
            edits.append(Edit(start, start, f"{wanted}="))
    return tuple(edits)

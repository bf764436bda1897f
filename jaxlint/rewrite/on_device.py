"""A result that stays on the device between two compiled functions.

z = encode(x)                    z = encode(x)
code = np.asarray(z)       ->    return decode(z)
return decode(code)

decode(x, float(norm(x)))  ->    decode(x, norm(x))
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.values import Array
from jaxlint.facts.queries.fresh import reads
from jaxlint.facts.queries.round_trips import RoundTrip
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.statement import drop
from jaxlint.rewrite.variable import Variable


def stay_on_device(ctx: View, node: cst.Call, trip: RoundTrip) -> Fix | Decline:
    """Pass the array itself. ``node``: the call that fetches it."""
    value = ctx.value(trip.array)
    if trip.waits:
        return Decline("the wait may be there on purpose")
    if not trip.direct:
        return Decline("the host computes with it in between: do that in one of the compiled functions")
    if trip.scalar and (not isinstance(value, Array) or value.ndim != 0):
        return Decline("it is not known to be a scalar")
    match ctx.parent(node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) as assignment if isinstance(
            trip.array, cst.Name
        ):
            return _without_name(ctx, assignment, name, trip.array)
    return Fix("Pass the array itself", (replace(ctx, node, ctx.code(trip.array)),), "unsafe")


def _without_name(ctx: View, assignment: cst.Assign, name: str, array: cst.Name) -> Fix | Decline:
    uses = list(reads(ctx, name))
    source = Variable(ctx, array.value, cst.Name)
    line = drop(ctx, assignment)
    if line is None:
        return Decline("its line holds other statements")
    if any(source.is_bound_between(assignment, use) for use in uses):
        return Decline(f"`{array.value}` is bound again before `{name}` is used")
    return Fix("Pass the array itself", (line, *(replace(ctx, use, array.value) for use in uses)), "unsafe")

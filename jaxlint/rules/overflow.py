"""Numbers in the code that are too large for their array.  Page: rules/overflow.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding
from jaxlint.facts.model.events import Overflow
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX813", since="0.1")
def overflow(ctx: View, event: Overflow) -> Iterator[Finding]:
    node, dtype = ctx.node, event.dtype
    if dtype.name != dtype.wide and ctx.x64:
        return
    least, greatest = dtype.limits or (-(dtype.largest or 0.0), dtype.largest or 0.0)
    bound = f"starts at {_number(least)}" if event.value < least else f"ends at {_number(greatest)}"
    fate = "it wraps around or raises" if dtype.limits else "it becomes infinite"
    message = f"{_what(ctx, node)} {_number(event.value)}, but {dtype.name} {bound}: {fate}; {_advice(event)}"
    yield Finding(node, message, Decline("which type is wide enough is for the author to say"))


def _what(ctx: View, node: cst.CSTNode) -> str:
    match node:
        case cst.Call(func=func):
            return f"`{ctx.code(func)}` gets to"
        case cst.AugAssign(target=target):
            return f"`{ctx.code(target)}` gets to"
        case cst.Comparison():
            return "the comparison is with"
    return "this gets to"


def _number(value: float) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value) if abs(value) < 10**20 else f"a number of {len(str(abs(value)))} digits"


def _advice(event: Overflow) -> str:
    if event.dtype.name != event.dtype.wide and event.dtype.limits:
        return "compute it with floats, with Python or NumPy, or enable x64"
    return "use a wider type"

"""A time taken of what is only dispatched.  Page: rules/unsynchronised_timing.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.queries.timing import Timed, timed
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_READY = "jax.block_until_ready"


@rule("JAX607", since="0.1", level="warning", fix="safe")
def unsynchronised_timing(ctx: View, node: cst.BinaryOperation) -> Iterator[Finding]:
    found = timed(ctx, node) if isinstance(node.operator, cst.Subtract) else None
    if found is not None:
        message = (
            f"`{ctx.code(found.last.func)}` returns before it has computed anything, so that the time taken is that of "
            f"dispatching it; wait with `{ctx.spell(_READY)}(…)` before the clock is read"
        )
        yield Finding(found.last, message, _fix(ctx, found))


def _fix(ctx: View, found: Timed) -> Fix | Decline:
    statement = ctx.statement(found.last)
    if statement not in found.statements:
        return Decline("the results of the whole loop are to be waited for")
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) | cst.Expr(value=value)]) if value is found.last:
            text = f"{ctx.spell(_READY)}({ctx.code(value)})"
            return Fix("Wait for the result", (replace(ctx, value, text),), "safe", (_READY,))
    return Decline("the call is part of a larger expression")

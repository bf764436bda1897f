"""``while`` in lax.

::

    while test(x):              def cond_fn(x):
        x = f(x)           ->       return test(x)

                                def body(x):
                                    return f(x)

                                x = lax.while_loop(cond_fn, body, x)
"""

from __future__ import annotations

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.carry import Carry, carried
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented
from jaxlint.rewrite.control.model import NOTHING, Declined, Flag, Names, While

WHILE = "jax.lax.while_loop"


def lower(low: Lowering, loop: While, here: Here) -> Lines:
    """The lines of a ``while``."""
    if loop.node not in low.ctx.lowered:
        inner = Here(flow.live_in_body(loop, here.live), here.bound)
        lines = low.lines(loop.body, inner) or ["pass"]
        return [*loop.comments.above, f"while {low.code(loop.node.test)}:", *indented(lines)]
    carry = carried(loop, here.live, here.bound, NOTHING)
    if not carry.names:
        raise Declined("nothing that the loop computes is read afterwards")
    test = condition(low, loop.node.test, *((Flag(loop.stop, negated=True),) if loop.stop else ()))
    inner = Here(frozenset(carry.names), here.bound | frozenset(carry.names))
    turn = low.body(loop.body, inner)
    tested = flow.reads(loop.node.test) | (frozenset({loop.stop}) if loop.stop else NOTHING)
    asked, asking = head(low, carry, tested)
    given, taking = head(low, carry, flow.live_before(loop.body, frozenset(carry.names)))
    cond, body = low.fresh("cond_fn", "keep_going"), low.fresh("body", "loop_body")
    return [
        *loop.comments.above,
        f"def {cond}({asked}):",
        *indented([*asking, f"return {test.text}"]),
        "",
        f"def {body}({given}):",
        *indented([*taking, *turn, f"return {carry.packed}"]),
        "",
        f"{carry.packed} = {low.spell(WHILE)}({cond}, {body}, {carry.initial})",
    ]


def head(low: Lowering, carry: Carry, wanted: Names) -> tuple[str, Lines]:
    """The parameter of a function that gets the carry, and the line that takes it apart."""
    parameter = carry.names[0] if len(carry.names) == 1 else low.carry
    return parameter, carry.unpacked(parameter, wanted)

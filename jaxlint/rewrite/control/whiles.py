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
from jaxlint.rewrite.control.carry import Carry, appended, carried, settled
from jaxlint.rewrite.control.conditions import truth
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, returning, spaced
from jaxlint.rewrite.control.model import NOTHING, Declined, Flag, Loop, Names, While

WHILE = "jax.lax.while_loop"


def lower(low: Lowering, loop: While, here: Here) -> Lines:
    """The lines of a ``while``."""
    if loop.node not in low.ctx.lowered:
        return _python(low, loop, here)
    if appended(loop):
        raise Declined(
            f"`{next(iter(appended(loop)))}` grows until the loop is left: its length would depend on values"
        )
    carry = carried(low, loop, here, NOTHING)
    if not carry.names:
        raise Declined("nothing that the loop computes is read afterwards")
    test = truth(low, loop.node.test, *((Flag(loop.stop, negated=True),) if loop.stop else ()))
    tested = flow.reads(loop.node.test) | (frozenset({loop.stop}) if loop.stop else NOTHING)
    cond, body = low.function(loop, "cond_fn", carry.names), low.function(loop, "body", carry.names)
    lines = turn(low, loop, carry, Here(frozenset(carry.names), here.bound))
    carry = settled(low, loop, carry)
    asked, asking = head(low, carry, tested)
    given, taking = head(low, carry, flow.live_before(loop.body, frozenset(carry.names)))
    return [
        *loop.comments.above,
        *carry.opening,
        f"def {cond}({asked}):",
        *indented([*asking, f"return {test.text}"]),
        "",
        f"def {body}({given}):",
        *indented(spaced(taking, returning(lines, carry.packed))),
        "",
        f"{carry.result(here.live)} = {low.spell(WHILE)}({cond}, {body}, {carry.initial})",
    ]


def _python(low: Lowering, loop: While, here: Here) -> Lines:
    inner = Here(flow.live_in_body(loop, here.live) | here.live, here.bound)
    lines = low.lines(loop.body, inner) or ["pass"]
    first = f"while {low.code(loop.node.test)}:"
    return [*loop.comments.above, first, *indented(lines), *otherwise(low, loop, here)]


def otherwise(low: Lowering, loop: Loop | While, here: Here) -> Lines:
    """The `else` of a loop that stays Python."""
    return ["else:", *indented(low.lines(loop.orelse, here))] if loop.orelse else []


def turn(low: Lowering, loop: Loop | While, carry: Carry, here: Here) -> Lines:
    """The lines of one turn."""
    return low.body(loop.body, Here(here.live, here.bound | frozenset(carry.names)))


def head(low: Lowering, carry: Carry, wanted: Names, *, beside: str = "") -> tuple[str, Lines]:
    """The parameter of a function that gets the carry, and the line that takes it apart. ``beside``: the other one."""
    if len(carry.names) == 1 and carry.names[0] in wanted:
        return carry.names[0], []
    lines = carry.unpacked(low.carry, wanted)
    return (low.carry if lines or beside == "_" else "_"), lines

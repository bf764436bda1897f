"""``for`` in lax: ``fori_loop`` over a range, ``while_loop`` where it may end early.

::

    for i in range(n):          def body(i, x):
        x = f(x, i)        ->       return f(x, i)

                                x = lax.fori_loop(0, n, body, x)
"""

from __future__ import annotations

import libcst as cst

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.carry import Carry, carried
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented
from jaxlint.rewrite.control.model import Declined, Loop, Names
from jaxlint.rewrite.control.whiles import head

FORI = "jax.lax.fori_loop"


def lower(low: Lowering, loop: Loop, here: Here) -> Lines:
    """The lines of a ``for``."""
    if loop.node not in low.ctx.lowered:
        return _python(low, loop, here)
    source = loop.node.iter
    if isinstance(source, cst.Call) and low.ctx.name(source.func) == "builtins.range" and loop.stop is None:
        return _fori(low, loop, source, here)
    raise Declined(f"no loop of lax runs over `{low.code(source)}`")


def _python(low: Lowering, loop: Loop, here: Here) -> Lines:
    """A short loop, or one over a container of Python's, stays a loop."""
    inner = Here(flow.live_in_body(loop, here.live), here.bound | flow.target(loop))
    lines = low.lines(loop.body, inner) or ["pass"]
    first = f"for {low.code(loop.node.target)} in {low.code(loop.node.iter)}:"
    return [*loop.comments.above, first, *indented(lines)]


def _fori(low: Lowering, loop: Loop, source: cst.Call, here: Here) -> Lines:
    if len(source.args) == 3 or not isinstance(loop.node.target, cst.Name):
        raise Declined("a range with a step")
    *lower_, upper = [low.code(argument.value) for argument in source.args]
    carry = carried(loop, here.live, here.bound, flow.target(loop))
    if not carry.names:
        raise Declined("nothing that the loop computes is read afterwards")
    index = loop.node.target.value
    body = low.fresh("body", "loop_body")
    lines = function_body(low, loop, carry, here, flow.target(loop))
    used = index if index in flow.live_before(loop.body, frozenset(carry.names)) else "_"
    parameter, unpacking = head(low, carry, flow.live_before(loop.body, frozenset(carry.names)))
    return [
        *loop.comments.above,
        f"def {body}({used}, {parameter}):",
        *indented([*unpacking, *lines]),
        "",
        f"{carry.packed} = {low.spell(FORI)}({lower_[0] if lower_ else '0'}, {upper}, {body}, {carry.initial})",
    ]


def function_body(low: Lowering, loop: Loop, carry: Carry, here: Here, targets: Names) -> Lines:
    """The lines of one turn, with the carry returned."""
    inner = Here(frozenset(carry.names), here.bound | targets | frozenset(carry.names))
    return [*low.body(loop.body, inner), f"return {carry.packed}"]

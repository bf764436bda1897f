"""``while`` in lax.

::

    while test(x):              def cond_fn(x):
        x = f(x)           ->       return test(x)

                                def body(x):
                                    return f(x)

                                x = lax.while_loop(cond_fn, body, x)
"""

from __future__ import annotations

from jaxlint.facts.model.values import any_tracing
from jaxlint.facts.queries.trips import at_most, of_while
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import REVERSE_MODE
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.carry import Carry, appended, carried, settled
from jaxlint.rewrite.control.conditions import truth
from jaxlint.rewrite.control.conds import COND
from jaxlint.rewrite.control.dtypes import values
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, returning, spaced
from jaxlint.rewrite.control.model import NOTHING, Declined, Flag, Loop, Names, While

WHILE = "jax.lax.while_loop"
FORI = "jax.lax.fori_loop"


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
    turns = _bound(low, loop)
    cond, body = low.function(loop, "cond_fn", carry.names), low.function(loop, "body", carry.names)
    lines = turn(low, loop, carry, Here(frozenset(carry.names), here.bound))
    if turns is not None:
        low.firm |= frozenset(carry.names)
    carry = settled(low, loop, carry)
    asked, asking = head(low, carry, tested)
    given, taking = head(low, carry, flow.live_before(loop.body, frozenset(carry.names)))
    asks = [f"def {cond}({asked}):", *indented([*asking, f"return {test.text}"]), ""]
    runs = indented(spaced(taking, returning(lines, carry.packed)))
    above = [*loop.comments.above, *carry.opening]
    result = carry.result(here.live)
    if turns is None:
        call = f"{result} = {low.spell(WHILE)}({cond}, {body}, {carry.initial})"
        return [*above, *asks, f"def {body}({given}):", *runs, "", call]
    if of_while(low.ctx, loop.node) is not None and loop.stop is None:
        call = f"{result} = {low.spell(FORI)}(0, {turns}, {body}, {carry.initial})"
        return [*above, f"def {body}(_, {given}):", *runs, "", call]
    step = low.fresh(f"{body}_or_rest", "bounded")
    chosen = f"{low.spell(COND)}({cond}({low.carry}), {body}, lambda {low.carry}: {low.carry}, {low.carry})"
    rest = [f"def {step}(_, {low.carry}):", *indented([f"return {chosen}"]), ""]
    call = f"{result} = {low.spell(FORI)}(0, {turns}, {step}, {carry.initial})"
    return [*above, *asks, f"def {body}({given}):", *runs, "", *rest, call]


def _bound(low: Lowering, loop: While) -> int | None:
    """A fixed number of turns, of which the last ones perhaps do nothing, where gradients pass in reverse mode; None
    where they do not."""
    if not passes_gradients(low.ctx, loop):
        return None
    turns = at_most(low.ctx, loop.node)
    if turns is None:
        raise Declined(
            "gradients are taken backwards through the loop, and `lax.while_loop` keeps no values for them: "
            "say how often it turns at most"
        )
    return turns


def differentiated(ctx: View) -> bool:
    """True in a function through which gradients are taken backwards."""
    chain = ctx.boundary.chain() if ctx.boundary is not None else ()
    return any(trace.name.rpartition(".")[2].removeprefix("filter_") in REVERSE_MODE for trace in chain)


def passes_gradients(ctx: View, loop: Loop | While) -> bool:
    """True for a loop whose turns compute what gradients are taken of."""
    proofs = (any_tracing([View.value(ctx, value)]) for _, value in values(loop))
    return differentiated(ctx) and any(proof is not None and proof.reverse for proof in proofs)


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

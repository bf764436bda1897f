"""``for`` in lax: ``fori_loop`` over a range, ``scan`` over rows or where a list is built, ``while_loop`` where it may
end early.

::

    for i in range(n):          def body(i, x):
        x = f(x, i)        ->       return f(x, i)

                                x = lax.fori_loop(0, n, body, x)
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from jaxlint.rewrite.control import flow, scans
from jaxlint.rewrite.control.carry import Carry, appended, carried, settled
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering, indented, returning, spaced
from jaxlint.rewrite.control.model import Branch, Declined, Flag, Loop
from jaxlint.rewrite.control.source import Backwards, Range, Source, count, fixed, item, less_one, mirrored, source
from jaxlint.rewrite.control.whiles import (
    FORI,
    WHILE,
    differentiated,
    head,
    otherwise,
    passes_gradients,
    turn,
)
from jaxlint.rewrite.text import Text, infix


def lower(low: Lowering, loop: Loop, here: Here) -> Lines:
    """The lines of a ``for``."""
    if loop.node not in low.ctx.lowered:
        return _python(low, loop, here)
    given = source(low, loop.node.iter)
    if isinstance(given, Backwards) and isinstance(given.inner, Range):
        given = mirrored(given.inner)
    if not fixed(given) and passes_gradients(low.ctx, loop):
        raise Declined(
            "gradients are taken backwards through the loop, which needs a fixed number of turns: "
            f"not `{low.code(loop.node.iter)}`"
        )
    if loop.stop is not None and differentiated(low.ctx) and fixed(given):
        loop = _masked(low, loop, here)
    if loop.stop is not None:
        return _early(low, loop, given, here)
    after = _after(low, loop, given, here)
    if appended(loop) or not isinstance(given, Range):
        return [*scans.lower(low, loop, given, here), *after]
    return [*_fori(low, loop, given, here), *after]


def _python(low: Lowering, loop: Loop, here: Here) -> Lines:
    """A short loop, or one over a container of Python's, stays a loop."""
    inner = Here(flow.live_in_body(loop, here.live) | here.live, here.bound | flow.target(loop))
    lines = low.lines(loop.body, inner) or ["pass"]
    first = f"for {low.code(loop.node.target)} in {low.code(loop.node.iter)}:"
    return [*loop.comments.above, first, *indented(lines), *otherwise(low, loop, here)]


def _fori(low: Lowering, loop: Loop, given: Range, here: Here) -> Lines:
    targets = flow.target(loop)
    carry = carried(low, loop, here, targets)
    if not carry.names:
        raise Declined("nothing that the loop computes is read afterwards")
    inside = flow.live_before(loop.body, frozenset(carry.names))
    plain = given.step == 1 and isinstance(loop.node.target, cst.Name)
    bounds = f"{given.start.text}, {given.stop.text}" if plain else f"0, {count(low, given).text}"
    used = bool(targets & inside)
    index = low.code(loop.node.target) if plain and used else "_" if not used else low.fresh("k", "step", "turn")
    body = low.function(loop, "body", carry.names)
    lines = turn(low, loop, carry, Here(frozenset(carry.names), here.bound | targets))
    carry = settled(low, loop, carry)
    if used and not plain:
        lines = spaced([f"{low.code(loop.node.target)} = {item(low, given, index).text}"], lines)
    parameter, unpacking = head(low, carry, inside, beside=index)
    return [
        *loop.comments.above,
        *carry.opening,
        f"def {body}({index}, {parameter}):",
        *indented(spaced(unpacking, returning(lines, carry.packed))),
        "",
        f"{carry.result(here.live)} = {low.spell(FORI)}({bounds}, {body}, {carry.initial})",
    ]


def _masked(low: Lowering, loop: Loop, here: Here) -> Loop:
    """A loop that turns on and does nothing any more: reverse mode needs a fixed number of turns."""
    assert loop.stop is not None
    if flow.target(loop) & here.live:
        raise Declined(f"`{sorted(flow.target(loop))[0]}` is read after a loop that ends early, in reverse mode")
    going = Branch(Flag(loop.stop, negated=True), loop.body)
    return replace(loop, body=(going,), stop=None)


def _early(low: Lowering, loop: Loop, given: Source, here: Here) -> Lines:
    """A loop that may end before its last turn counts by itself."""
    if appended(loop):
        raise Declined(
            f"`{next(iter(appended(loop)))}` grows until the loop is left: its length would depend on values"
        )
    assert loop.stop is not None
    targets = flow.target(loop)
    rest = carried(low, loop, here, targets)
    inside = flow.live_before(loop.body, frozenset(rest.names))
    target = loop.node.target
    own = isinstance(given, Range) and given.step == 1 and isinstance(target, cst.Name)
    own = own and not targets & {"_", *flow.writes(loop.body)}
    index = low.code(target) if own else low.fresh("k", "step", "turn")
    first, last = (given.start.text, given.stop) if own and isinstance(given, Range) else ("0", count(low, given))
    carry = rest.after(index, first)
    cond, body = low.function(loop, "cond_fn", carry.names), low.function(loop, "body", carry.names)
    lines = turn(low, loop, rest, Here(frozenset(rest.names), here.bound | targets | {index}))
    carry = settled(low, loop, rest).after(index, first)
    if not own and targets & inside:
        lines = spaced([f"{low.code(target)} = {item(low, given, index).text}"], lines)
    test = infix("&", infix("<", Text(index), last), Text(f"~{loop.stop}"))
    asked, asking = head(low, carry, frozenset({index, loop.stop}))
    given_, taking = head(low, carry, inside | {index})
    after = []
    if targets & here.live:
        if targets & here.bound and not _turns(low, given):
            raise Declined(f"`{sorted(targets)[0]}` keeps its old value if the loop does not turn at all")
        after = [f"{low.code(target)} = {item(low, _from_zero(given, own), f'{index} - 1').text}"]
    return [
        *loop.comments.above,
        *carry.opening,
        f"def {cond}({asked}):",
        *indented([*asking, f"return {test.text}"]),
        "",
        f"def {body}({given_}):",
        *indented(spaced(taking, [*lines, f"return {index} + 1, {rest.packed}"])),
        "",
        f"{_bound(carry, here, index, after)} = {low.spell(WHILE)}({cond}, {body}, {carry.initial})",
        *after,
    ]


def _from_zero(given: Source, own: bool) -> Source:
    """A range whose index is its own variable."""
    return replace(given, start=Text("0")) if own and isinstance(given, Range) else given


def _bound(carry: Carry, here: Here, index: str, after: Lines) -> str:
    """The target of the call: what nobody reads is `_`."""
    wanted = here.live | ({index} if after else set())
    return ", ".join(name if name in wanted else "_" for name in carry.names)


def _after(low: Lowering, loop: Loop, given: Source, here: Here) -> Lines:
    """What the loop's variables hold after the last turn, if somebody reads them."""
    targets = flow.target(loop)
    if not targets & here.live:
        return []
    if targets & set(flow.writes(loop.body)):
        raise Declined(f"`{sorted(targets)[0]}` is assigned in the loop, and read after it")
    if targets & here.bound and not _turns(low, given):
        raise Declined(f"`{sorted(targets)[0]}` keeps its old value if the loop does not turn at all")
    if isinstance(given, Range) and given.step == 1:
        text = less_one(given.stop).text
    else:
        text = item(low, given, f"{count(low, given).text} - 1").text
    return [f"{low.code(loop.node.target)} = {text}"]


def _turns(low: Lowering, given: Source) -> bool:
    """True if there is certainly a turn."""
    return isinstance(given, Range) and given.start.text == "0" and given.stop.text.isdigit() and given.stop.text != "0"

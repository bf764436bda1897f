"""Lists that a loop builds: what becomes of the list's other places, now that it is a stacked array."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.rewrite.control.lowering import Here, Lines, Lowering
from jaxlint.rewrite.control.model import Comments, Declined, Loop, Plain
from jaxlint.rewrite.uses import loads, loads_before, origins

STACKS = ("jax.numpy.stack", "jax.numpy.array", "jax.numpy.asarray")
CONCATENATE = "jax.numpy.concatenate"


@dataclass(frozen=True, slots=True)
class Collected:
    """The name that the stacked array is bound to, and the lines that follow."""

    name: str
    after: Lines


def note(comments: Comments) -> Plain:
    """The comments of an append."""
    return Plain(None, comments)


def collect(low: Lowering, loop: Loop, name: str, here: Here) -> Collected:
    """How a list that was there before the loop gets the items that the loop stacks."""
    first = _started(low, loop, name)
    keeps = _stays_stacked(low, loop, name)
    if first.elements or _touched(low, loop, name):
        items = low.fresh(f"later_{name}", "items")
        spelled, stack = low.spell(CONCATENATE), low.spell(STACKS[0])
        after = [f"{name} = {spelled}([{stack}({name}), {items}])"]
    else:
        items, after = name, []
        low.drop(_statement(low, first))
    return Collected(items, after if keeps else [*after, f"{name} = list({name})"])


def _started(low: Lowering, loop: Loop, name: str) -> cst.List:
    """The list display that starts the list."""
    _, found = origins(low.ctx, name, loop.node)
    match found:
        case [(_, cst.List() as first, True)]:
            return first
    raise Declined(f"`{name}` is not known to be a list that is empty before the loop")


def _touched(low: Lowering, loop: Loop, name: str) -> bool:
    """True if something reads the list before the loop, and so may have put items into it."""
    ctx, start = low.ctx, low.ctx.span(loop.node)[0]
    since, _ = origins(ctx, name, loop.node)
    return any(ctx.span(load)[0] < start for load in loads_before(ctx, name, loop.node, since))


def _statement(low: Lowering, first: cst.List) -> cst.CSTNode | None:
    """``outs = []``, if it is a statement by itself."""
    assign = low.ctx.parent(first)
    if isinstance(assign, cst.Assign) and len(assign.targets) == 1 and isinstance(assign.targets[0].target, cst.Name):
        return assign
    return None


def _stays_stacked(low: Lowering, loop: Loop, name: str) -> bool:
    """True if whoever reads the list afterwards takes an array as well; calls that stack it become its name."""
    ctx = low.ctx
    edits: list[Edit] = []
    for load in loads(ctx, name):
        if ctx.span(load)[0] < ctx.span(loop.node)[1]:
            continue
        above = ctx.parent(load)
        call = ctx.parent(above) if isinstance(above, cst.Arg) else None
        function = ctx.name(call.func) if isinstance(call, cst.Call) and len(call.args) == 1 else None
        if call is not None and function in STACKS:
            edits.append(Edit(*ctx.span(call), name))
        elif function != "builtins.len" and not (isinstance(above, cst.Subscript) and above.value is load):
            return False
    ctx.edits = (*ctx.edits, *edits)
    return True

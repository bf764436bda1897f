"""Lists that a loop builds: what becomes of the list's other places, now that it is a stacked array."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.dtypes import Dtype
from jaxlint.facts.model.values import Array, Value
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.lowering import Lines, Lowering
from jaxlint.rewrite.control.model import Comments, Declined, Loop, Plain
from jaxlint.rewrite.uses import bindings, loads, loads_before, origins

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


def collect(low: Lowering, loop: Loop, name: str, item: cst.BaseExpression) -> Collected:
    """How a list that was there before the loop gets the items that the loop stacks, like ``item``."""
    first = _started(low, loop, name)
    keeps = _stays_stacked(low, loop, name)
    if first.elements and not (keeps and _is_stacked(low, loop, name)):
        _check_alike(low, name, first, item)
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


def _check_alike(low: Lowering, name: str, first: cst.List, item: cst.BaseExpression) -> None:
    """Raise ``Declined`` unless what the list starts with is of the loop's items' shape and dtype."""
    given = low.ctx.value(item)
    for element in first.elements:
        value = low.ctx.value(element.value)
        handed_on = isinstance(item, cst.Name) and low.code(element.value) in (item.value, _before(low, item.value))
        if not handed_on and (_type(given) is None or _type(value) != _type(given)):
            raise Declined(
                f"`{low.code(element.value)}`, first in `{name}`, is perhaps of another shape than the others"
            )


def _type(value: Value) -> tuple[int, Dtype] | None:
    """An array's number of axes and dtype, where they are known."""
    if isinstance(value, Array) and value.ndim is not None and value.dtype is not None:
        return value.ndim, value.dtype
    return None


def _before(low: Lowering, name: str) -> str | None:
    """What a variable is set to before the loop that hands it on."""
    first = next((value for _, value in bindings(low.ctx, name)), None)
    return low.code(first) if first is not None else None


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


def _is_stacked(low: Lowering, loop: Loop, name: str) -> bool:
    """True for a list that is only stacked afterwards, so that its items are alike."""
    later = (load for load in loads(low.ctx, name) if low.ctx.span(load)[0] >= low.ctx.span(loop.node)[1])
    return all(_stacking(low.ctx, load) is not None for load in later)


def _stacking(ctx: View, load: cst.Name) -> cst.Call | None:
    """The call that stacks a list and does nothing else."""
    above = ctx.parent(load)
    call = ctx.parent(above) if isinstance(above, cst.Arg) else None
    return call if isinstance(call, cst.Call) and len(call.args) == 1 and ctx.name(call.func) in STACKS else None


def _stays_stacked(low: Lowering, loop: Loop, name: str) -> bool:
    """True if whoever reads the list afterwards takes an array as well; calls that stack it become its name."""
    edits = _unstacked(low.ctx, loop.node, name)
    low.ctx.edits = (*low.ctx.edits, *(edits or ()))
    return edits is not None


def stacked_later(ctx: View, node: cst.CSTNode, name: str) -> list[Edit] | None:
    """The edits of the calls that stack a list, which one assignment makes; None if it must stay a list."""
    return _unstacked(ctx, node, name) if len(bindings(ctx, name)) == 1 else None


def _unstacked(ctx: View, maker: cst.CSTNode, name: str) -> list[Edit] | None:
    edits: list[Edit] = []
    for load in loads(ctx, name):
        if ctx.span(load)[0] < ctx.span(maker)[1]:
            continue
        above = ctx.parent(load)
        if (call := _stacking(ctx, load)) is not None:
            edits.append(Edit(*ctx.span(call), name))
        elif not (_is_measured(ctx, load) or (isinstance(above, cst.Subscript) and above.value is load)):
            return None
    return edits


def _is_measured(ctx: View, load: cst.Name) -> bool:
    """True in ``len(outs)``."""
    call = ctx.parent(ctx.parent(load) or load)
    return isinstance(call, cst.Call) and len(call.args) == 1 and ctx.name(call.func) == "builtins.len"

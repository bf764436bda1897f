"""A call with a row of an array in each turn, as a call of the mapped function: `f(x[i])` -> `jax.vmap(f)(x)`.

The rows of all turns are computed at once, so the function must make nothing that is much larger than its row: a
straight line of operations without outer products and new arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Array, Const, Function, HostArray, Static, Tree
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import effects
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.control.vector.axes import Item
from jaxlint.rewrite.control.vector.lengths import every_call
from jaxlint.rewrite.mapping import is_traceable
from jaxlint.rewrite.text import Text

if TYPE_CHECKING:
    from jaxlint.rewrite.control.vector.items import Turns

VMAP = "jax.vmap"
_LARGE = frozenset(
    ("outer", "kron", "meshgrid", "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "identity", "tile",
     "repeat", "broadcast_to", "diag", "tri", "tril", "triu", "vander", "stack", "concatenate")
)  # fmt: skip


def mapped(turns: Turns, call: cst.Call) -> Item:
    """The call with the rows of all turns. Raises ``Declined``."""
    ctx, code = turns.ctx, turns.ctx.code(call)
    if len(turns.runs) != 1 or turns.kept or any(arg.keyword is not None or arg.star for arg in call.args):
        raise Declined(f"`{code}` is not known to be computed element by element")
    effects.expression(ctx, call)
    if not is_cheap(ctx, call.func):
        raise Declined(f"`{ctx.code(call.func)}` is perhaps costly: its values for all turns may need much memory")
    items = [_argument(turns, arg.value) for arg in call.args]
    rows = [item for item in items if item.axes]
    if not rows:
        raise Declined(f"`{code}` takes no row of an array")
    axes = ", ".join("0" if item.axes else "None" for item in items)
    option = "" if len(rows) == len(items) else f", in_axes=({axes})"
    function = f"{turns.spell(VMAP)}({ctx.code(call.func)}{option})"
    sure = frozenset[str]().union(*(item.sure for item in rows))
    return Item(Text(f"{function}({', '.join(item.text.text for item in items)})"), rows[0].axes, sure)


def _argument(turns: Turns, node: cst.BaseExpression) -> Item:
    """A row, or a number or array that is the same in all turns."""
    if isinstance(node, cst.Subscript) and [number for number, _ in turns.place(node)] == [0] and len(node.slice) == 1:
        return turns.item(node)
    values = [view.value(node) for view in every_call(turns.ctx)]
    if turns.moves(node) or not all(isinstance(value, Array | HostArray | Const | Static | Tree) for value in values):
        raise Declined(f"`{turns.ctx.code(node)}` is neither a row nor an array that stays the same")
    return Item(Text(turns.ctx.code(node)))


def is_cheap(ctx: View, function: cst.BaseExpression) -> bool:
    """True for a function of the project that is a straight line of operations as large as its arguments."""
    value = ctx.value(function)
    if not isinstance(value, Function) or not is_traceable(ctx, value):
        return False
    view = View(ctx.tracer, ctx.tracer.activations[value.definition][0], value.definition.chunk)
    return not any(_is_large(view, node) for node in own_nodes(value.definition.node.body))


def _is_large(ctx: View, node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=function):
            return (ctx.name(function) or "").rpartition(".")[2] in _LARGE
        case cst.Subscript(slice=indices):
            return any(_is_none(part) for part in indices)
    return False


def _is_none(element: cst.SubscriptElement) -> bool:
    match element.slice:
        case cst.Index(value=cst.Name(value="None")):
            return True
    return False

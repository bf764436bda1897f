"""A loop on the host that fills or reads a jax array element by element.  Page: rules/elementwise_loop.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.values import AtIndex, Many, Member
from jaxlint.facts.queries.trips import trips
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import in_arrays
from jaxlint.rules import rule


@rule("JAX407", since="0.1", level="warning", fix="unsafe")
def elementwise_loop(ctx: View, node: cst.For, *, limit: int = 32) -> Iterator[Finding]:
    if ctx.boundary is not None or any(ctx.contexts()) or any(isinstance(a, cst.For) for a in _around(ctx, node)):
        return
    for update in _updates(ctx, node):
        loops = [node, *(a for a in _around(ctx, update) if isinstance(a, cst.For) and a is not node)]
        if _is_long(ctx, loops, limit) and all(_uses(update, loop) for loop in loops):
            array = update.func.value.value.value  # type: ignore[attr-defined]
            message = (
                f"each turn dispatches an update and copies all of `{ctx.code(array)}` to change one element; "
                "compute it from whole arrays, or fill a NumPy array and convert it once"
            )
            yield Finding(node.iter, message, in_arrays(ctx, node))
            return


def _around(ctx: View, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for above in ctx.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return
        yield above


def _updates(ctx: View, node: cst.For) -> Iterator[cst.Call]:
    """``x = x.at[i, j].set(v)`` in the loop, with the loop's own copy of what is surely a jax array."""
    for part in own_nodes(node.body):
        match part:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))],
                value=cst.Call(func=cst.Attribute(value=cst.Subscript(value=cst.Attribute(value=array)))) as call,
            ) if isinstance(array, cst.Name) and array.value == name:
                if isinstance(ctx.value(call.func), Member) and ctx.jax_array(array) and _is_update(ctx, call):
                    yield call


def _is_update(ctx: View, call: cst.Call) -> bool:
    method = ctx.value(call.func)
    return isinstance(method, Member) and isinstance(method.base, AtIndex)


def _is_long(ctx: View, loops: list[cst.For], limit: int) -> bool:
    """Loops over axes or many numbers; of two nested ranges, unknown ones will do."""
    turns = [trips(ctx, loop.iter) for loop in loops]
    counted = 1
    for found in turns:
        counted *= found.count if found is not None and found.count is not None else 1
    if any(found is not None and found.count is None for found in turns) or counted >= limit:
        return True
    ranges = all(isinstance(ctx.value(loop.iter), Many) for loop in loops)
    return len(loops) > 1 and ranges and all(found is None for found in turns)


def _uses(update: cst.Call, loop: cst.For) -> bool:
    """True if the index of an update depends on a loop's variable."""
    index = update.func.value.slice  # type: ignore[attr-defined]
    names = {part.value for element in index for part in own_nodes(element) if isinstance(part, cst.Name)}
    return not names.isdisjoint(bound_names(loop.target))

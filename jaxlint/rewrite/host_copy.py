"""Elements of a jax array that a loop reads one by one, read from a copy on the host.

for i in range(n):            x = np.asarray(x)
    out.append(float(x[i]))   for i in range(n):
                                  out.append(float(x[i]))
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit, Fix, insert_before, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.queries.syncs import element_reads
from jaxlint.facts.queries.view import View

ASARRAY = "numpy.asarray"


def as_host_copy(ctx: View, loop: cst.For | cst.CompFor, array: cst.BaseExpression) -> Fix | Decline:
    """The fix that transfers the array once. ``array``: ``x[i]``, or the ``x`` that the loop is over."""
    if array is loop.iter:
        if not _only_converted(ctx, loop):
            return Decline("the loop uses the items as jax arrays as well")
        edit = replace(ctx, array, f"{ctx.spell(ASARRAY)}({ctx.code(array)})")
        return Fix("Transfer it once", (edit,), "safe", (ASARRAY,))
    assert isinstance(array, cst.Subscript)
    if isinstance(loop, cst.CompFor):
        return Decline("the copy needs a line of its own before the comprehension")
    return _before(ctx, loop, array)


def _before(ctx: View, loop: cst.For, array: cst.Subscript) -> Fix | Decline:
    base = array.value
    name = f"host_{base.attr.value if isinstance(base, cst.Attribute) else ctx.code(base)}"
    if any(isinstance(node, cst.Name) and node.value == name for node in own_nodes(ctx.chunk.tree)):
        return Decline(f"the name `{name}` is taken")
    same = [read.value for _, read in element_reads(ctx, loop) if isinstance(read, cst.Subscript)]
    reads = [read for read in same if ctx.code(read) == ctx.code(base)]
    copy = insert_before(ctx, loop, f"{name} = {ctx.spell(ASARRAY)}({ctx.code(base)})")
    edits: tuple[Edit, ...] = (copy, *(replace(ctx, read, name) for read in reads))
    return Fix(f"Transfer `{ctx.code(base)}` once", edits, _applicability(ctx, loop, array), (ASARRAY,))


def _applicability(ctx: View, loop: cst.For, array: cst.Subscript) -> Applicability:
    """Out of range, a jax array gives its last element and NumPy raises: safe where the range is the array's."""
    base = ctx.code(array.value)
    ranges = (f"range(len({base}))", f"range({base}.shape[0])", f"range({base}.size)", f"enumerate({base})")
    index = array.slice[0].slice
    plain = len(array.slice) == 1 and isinstance(index, cst.Index) and ctx.code(index.value) in _targets(ctx, loop)
    return "safe" if plain and ctx.code(loop.iter) in ranges else "unsafe"


def _targets(ctx: View, loop: cst.For) -> Iterator[str]:
    first = loop.target.elements[0].value if isinstance(loop.target, cst.Tuple) else loop.target
    yield ctx.code(first)


def _only_converted(ctx: View, loop: cst.For | cst.CompFor) -> bool:
    """True if the loop's variable is used for nothing but conversions to a number."""
    body = loop.body if isinstance(loop, cst.For) else ctx.parent(loop)
    assert body is not None and isinstance(loop.target, cst.Name)
    uses = [node for node in own_nodes(body) if isinstance(node, cst.Name) and node.value == loop.target.value]
    nested = any(isinstance(node, cst.FunctionDef | cst.Lambda) for node in own_nodes(body))
    converted = sum(1 for _, read in element_reads(ctx, loop) if read is loop.iter)
    return not nested and len([use for use in uses if use is not loop.target]) == converted

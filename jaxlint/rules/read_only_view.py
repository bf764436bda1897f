"""A write into a NumPy array that only shows a jax array.  Page: rules/read_only_view.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.values import HostArray, Value
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.jaxapi import function
from jaxlint.rewrite.arguments import argument
from jaxlint.rewrite.uses import origins
from jaxlint.rules import rule
from jaxlint.source import walk

_METHODS = frozenset({"fill", "itemset", "partition", "put", "resize", "sort"})
_VIEWING = ("numpy.asarray", "numpy.asanyarray", "numpy.ascontiguousarray", "jax.device_get")
_COPY = "numpy.array"


@rule("JAX105", since="0.1", fix="safe")
def read_only_view(ctx: View, node: cst.Assign | cst.AugAssign | cst.Call) -> Iterator[Finding]:
    for written, place in _written(ctx, node):
        if not expects_failure(ctx, node):
            message = f"`{ctx.code(written)}` is a read-only view of a jax array: writing into it raises ValueError"
            yield Finding(place, message, _copied(ctx, written, node))
            return


def _written(
    ctx: View, node: cst.Assign | cst.AugAssign | cst.Call
) -> Iterator[tuple[cst.BaseExpression, cst.CSTNode]]:
    """The views that a statement or call writes into, and where to report it."""
    match node:
        case cst.Assign(targets=targets):
            for target in targets:
                for item in _subscripts(target.target):
                    if _is_view(ctx.value(item.value)):
                        yield item.value, item
        case cst.AugAssign(target=cst.Name() as name) if any(map(_is_view, ctx.frame.stores.get(name, ()))):
            yield name, name
        case cst.AugAssign(target=cst.Subscript(value=base)) if _is_view(ctx.value(base)):
            yield base, node.target
        case cst.Call(func=cst.Attribute(value=base, attr=cst.Name(value=method))) if method in _METHODS:
            if _is_view(ctx.value(base)):
                yield base, node
        case cst.Call():
            row = function(ctx.name(node.func) or "")
            changed = argument(ctx, node, row.mutates, 0) if row is not None and row.mutates else None
            out = argument(ctx, node, "out", -1) if row is not None and row.name.startswith("numpy.") else None
            yield from (
                (arg.value, node) for arg in (changed, out) if arg is not None and _is_view(ctx.value(arg.value))
            )


def _subscripts(target: cst.BaseExpression) -> Iterator[cst.Subscript]:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _subscripts(element.value)
    elif isinstance(target, cst.Subscript):
        yield target


def _is_view(value: Value) -> bool:
    return isinstance(value, HostArray) and value.view_of is not None and not value.scalar


def _copied(ctx: View, written: cst.BaseExpression, statement: cst.CSTNode) -> Fix | Decline:
    """``a = np.asarray(x)``  ->  ``a = np.array(x)`` where the view was made."""
    name: cst.BaseExpression = written
    while isinstance(name, cst.Subscript | cst.Attribute):
        name = name.value
    unknown = Decline(f"copy it where it is made, with `{ctx.spell(_COPY)}`")
    if not isinstance(name, cst.Name) or ctx.function is None or name.value not in ctx.function.scope.bound:
        return unknown
    sources = [source for _, source, direct in origins(ctx, name.value, statement)[1] if direct]
    made = [
        node
        for source in sources
        for node in walk(source)
        if isinstance(node, cst.Call) and ctx.name(node.func) in _VIEWING
    ]
    if len(sources) != 1 or len(made) != 1 or len(made[0].args) != 1:
        return unknown
    edit = Edit(*ctx.span(made[0].func), ctx.spell(_COPY))
    return Fix(f"Copy with `{ctx.spell(_COPY)}`", (edit,), uses=(_COPY,))

"""A large array that a compiled function takes from around it.  Page: rules/captured_constant.md"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.contents import Contents, Repeated
from jaxlint.facts.model.events import Capture
from jaxlint.facts.model.values import Array, HostArray
from jaxlint.facts.queries.elements import needs_elements
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.pass_argument import as_argument
from jaxlint.rules import rule


@rule("JAX210", since="0.1", level="hint", fix="unsafe")
def captured_constant(ctx: View, event: Capture, *, limit: int = 2**22) -> Iterator[Finding]:
    dims = _shape(event)
    if dims is None or prod(dims) < limit or not _is_first(ctx):
        return
    if not any(trace.kind == "jit" and not trace.looks for trace in event.boundary.chain()):
        return
    shape = " x ".join(map(str, dims))
    message = (
        f"`{ctx.code(ctx.node)}` is an array of {shape} from outside of `{event.boundary.function}`: all of it becomes "
        "a constant of the compiled program, which takes long to compile and holds a copy; pass it as an argument"
    )
    yield Finding(ctx.node, message, as_argument(ctx, event), event.boundary.why)


def _shape(event: Capture) -> tuple[int, ...] | None:
    """The shape of a concrete array whose elements are not all alike: XLA keeps those as one number."""
    value = event.value
    if not isinstance(value, Array | HostArray) or (isinstance(value, Array) and value.traced is not None):
        return None
    if isinstance(value.contents, Contents) and isinstance(value.contents.items, Repeated):
        return None
    dims = tuple(length for length in value.dims or () if length is not None)
    whole = isinstance(value, HostArray) or value.ndim == len(dims)
    return dims if dims and whole and len(dims) == len(value.dims or ()) else None


def _is_first(ctx: View) -> bool:
    """True for the first place in the function that needs the elements of the variable."""
    text = ctx.code(ctx.node)
    alike = (node for node in ctx.nodes() if isinstance(node, type(ctx.node)) and ctx.code(node) == text)
    used = [node for node in alike if needs_elements(ctx, node) or isinstance(ctx.parent(node), cst.Subscript)]
    return bool(used) and min(used, key=ctx.span) is ctx.node

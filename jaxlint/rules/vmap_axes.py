"""A call of a mapped function that does not fit its `in_axes`.  Page: rules/vmap_axes.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.model.events import MisfitAxes
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import function_name, parameter_name
from jaxlint.rewrite.axes import fit_axes
from jaxlint.rules import rule


@rule("JAX510", since="0.1", fix="safe")
def vmap_axes(ctx: View, event: MisfitAxes) -> Iterator[Finding]:
    if not isinstance(ctx.node, cst.Call) or ctx.caught(ctx.node):
        return
    yield Finding(ctx.node, _message(event), fit_axes(ctx, event))


def _message(event: MisfitAxes) -> str:
    name = function_name(event.callee) or "the mapped function"
    numbers = event.numbers
    match event.kind:
        case "length":
            entries = "entry" if numbers[0] == 1 else "entries"
            passed = "1 argument" if numbers[1] == 1 else f"{numbers[1]} arguments"
            return (
                f"`in_axes` has {numbers[0]} {entries}, but `{name}` is called with {passed}: `jax.vmap` wants an "
                "axis, or None, for each"
            )
        case "none":
            return f"every entry of `in_axes` is None: `jax.vmap` has nothing to map `{name}` over"
        case "axis":
            argument = parameter_name(event.callee.function, numbers[0])
            axes = "no axes" if numbers[2] == 0 else "1 axis" if numbers[2] == 1 else f"{numbers[2]} axes"
            return (
                f"`jax.vmap` maps `{name}` along axis {numbers[1]} of `{argument}`, which has {axes}; None in "
                "`in_axes` passes it whole"
            )
    sizes = zip(numbers[::2], numbers[1::2], strict=True)
    listed = ", ".join(f"{size} of `{parameter_name(event.callee.function, number)}`" for number, size in sizes)
    return (
        f"`jax.vmap` maps `{name}` over axes of different lengths: {listed}; None in `in_axes` passes an argument whole"
    )

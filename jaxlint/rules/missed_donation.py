"""A training state that a jitted step copies instead of reusing its memory.  Page: rules/missed_donation.md"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Finding, Fix
from jaxlint.facts.model.definitions import bound_names
from jaxlint.facts.model.values import Array, Ref, Transformed, Tuple, Unknown
from jaxlint.facts.queries.anew import called
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX710", since="0.1", level="hint", fix="suggestion")
def missed_donation(ctx: View, node: cst.Assign) -> Iterator[Finding]:
    callee = ctx.value(node.value.func) if isinstance(node.value, cst.Call) else None
    if not isinstance(callee, Transformed) or callee.name != "jax.jit" or ctx.boundary is not None:
        return
    if {"donate_argnums", "donate_argnames"} & callee.options.keys() or not _in_loop(ctx, node):
        return
    assert isinstance(node.value, cst.Call)
    targets = {name for target in node.targets for name in bound_names(target.target)}
    replaced = [
        number
        for number, argument in enumerate(node.value.args)
        if argument.keyword is None and isinstance(argument.value, cst.Name) and argument.value.value in targets
        if isinstance(ctx.value(argument.value), Array | Unknown | Ref | Tuple)
    ]
    if replaced:
        names = " and ".join(f"`{ctx.code(node.value.args[number].value)}`" for number in replaced)
        message = (
            f"{names} is replaced by what `{called(callee)}` returns: with `donate_argnums` it would reuse the "
            "memory instead of holding both"
        )
        yield Finding(node.value, message, _fix(ctx, callee, replaced))


def _in_loop(ctx: View, node: cst.CSTNode) -> bool:
    for above in ctx.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(above, cst.For | cst.While):
            return True
    return False


def _fix(ctx: View, callee: Transformed, numbers: list[int]) -> Fix | Decline:
    place = callee.place
    if place.path != ctx.chunk.source.path:
        return Decline("the function is put under `jax.jit` in another file")
    option = f"donate_argnums={numbers[0] if len(numbers) == 1 else tuple(numbers)}"
    target = place.node.decorator if isinstance(place.node, cst.Decorator) else place.node
    start, end = place.chunk.span(target)
    text = place.chunk.source.text[start:end]
    if isinstance(target, cst.Call):
        return Fix("Donate it", (Edit(end - 1, end - 1, f", {option}"),), "suggestion")
    partial = ctx.spell("functools.partial")
    return Fix("Donate it", (Edit(start, end, f"{partial}({text}, {option})"),), "suggestion", ("functools.partial",))

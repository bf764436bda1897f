"""A store into an item of a jax array, which is immutable.  Page: rules/subscript_store.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.guards import expects_failure
from jaxlint.rewrite.at_update import METHODS, as_delete, as_update
from jaxlint.rewrite.index import sorts, written
from jaxlint.rewrite.store import stored_array
from jaxlint.rules import rule

Statement = cst.Assign | cst.AugAssign | cst.AnnAssign | cst.For | cst.Del


@rule("JAX101", since="0.1", fix="safe")
def subscript_store(
    ctx: View, node: cst.Assign | cst.AugAssign | cst.AnnAssign | cst.For | cst.Del
) -> Iterator[Finding]:
    stored = [(target, array) for target in _targets(node) if (array := stored_array(ctx, target)) is not None]
    if not stored or expects_failure(ctx, node):
        return
    target, array = stored[0]
    fix = _fix(ctx, node, target)
    base = ctx.code(array)
    advice = _advice(ctx, node, target, base) if isinstance(fix, Fix) else "new ones are made with `.at[…]`"
    message = f"`{_shown(ctx, node, target)}` cannot work: `{base}` is a jax array, which is immutable; {advice}"
    yield Finding(target, message, fix, ctx.abstract(array))


def _fix(ctx: View, node: Statement, target: cst.Subscript) -> Fix | Decline:
    if isinstance(node, cst.Assign | cst.AugAssign):
        return as_update(ctx, node, target)
    if isinstance(node, cst.Del):
        return as_delete(ctx, node, target)
    return Decline("assign to a plain name here, and store that with `.at[]`")


def _targets(node: Statement) -> Iterator[cst.Subscript]:
    """The subscripts that a statement stores into."""
    found: list[cst.BaseExpression]
    found = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
    if isinstance(node, cst.AnnAssign) and node.value is None:
        return
    while found:
        target = found.pop(0)
        match target:
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                found = [element.value for element in elements] + found
            case cst.Subscript():
                yield target


def _shown(ctx: View, node: Statement, target: cst.Subscript) -> str:
    if isinstance(node, cst.Del):
        return f"del {ctx.code(target)}"
    operator = ctx.code(node.operator).strip() if isinstance(node, cst.AugAssign) else "="
    return f"{ctx.code(target)} {operator} …"


def _advice(ctx: View, node: Statement, target: cst.Subscript, base: str) -> str:
    text = written(ctx, target)[0]
    if isinstance(node, cst.Del):
        return f"use `{base} = {ctx.spell('jax.numpy.delete')}({base}, {text})`"
    if "traced mask" in sorts(ctx, target):
        return f"use `{base} = {ctx.spell('jax.numpy.where')}({text}, …, {base})`"
    method = METHODS.get(type(node.operator), "set") if isinstance(node, cst.AugAssign) else "set"
    value = "-…" if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.SubtractAssign) else "…"
    return f"use `{base} = {base}.at[{text}].{method}({value})`"

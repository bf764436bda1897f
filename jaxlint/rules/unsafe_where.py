"""The branch that `jnp.where` turns down has a gradient all the same, and a NaN in it.  Page: rules/unsafe_where.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.queries.derivatives import Singularity, choices, computed, outcome, singularity
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

_STEP = 0.1
"""So near to the singular point, the condition must choose the value: else it is not about this point."""


@rule("JAX801", since="0.1", fix="safe")
def unsafe_where(ctx: View, node: cst.Call) -> Iterator[Finding]:
    chosen = choices(ctx, node)
    if chosen is None:
        return
    condition, *values = chosen
    for value, when in zip(values, (True, False), strict=True):
        for inner in computed(ctx, value):
            found = singularity(ctx, inner)
            if found is not None and _differentiated(ctx, found) and _kept_away(ctx, condition, found, when):
                yield _finding(ctx, node, condition, found, when)


def _differentiated(ctx: View, found: Singularity) -> bool:
    proofs = [ctx.proof(ctx.value(part)) for part in (found.operand, *found.operands)]
    return any(proof is not None and proof.reverse for proof in proofs)


def _kept_away(ctx: View, condition: cst.BaseExpression, found: Singularity, when: bool) -> bool:
    """True if the condition turns the value down at a singular point, but not right beside it."""
    subject = ctx.code(found.operand)
    for point in found.points:
        here = outcome(ctx, condition, subject, point)
        beside = [outcome(ctx, condition, subject, point + step) for step in (_STEP, -_STEP)]
        if here is not None and bool(here) is not when and any(b is not None and bool(b) is when for b in beside):
            return True
    return False


def _finding(ctx: View, node: cst.Call, condition: cst.BaseExpression, found: Singularity, when: bool) -> Finding:
    operand, where = ctx.code(found.operand), ctx.code(node.func)
    message = (
        f"the gradient is NaN where `{where}` turns {found.what} down: its derivative there is not finite, and 0 times "
        f"that is NaN; give it a harmless `{operand}` with a `{where}` inside"
    )
    return Finding(found.node, message, _inner_where(ctx, node, condition, found, when))


def _inner_where(
    ctx: View, node: cst.Call, condition: cst.BaseExpression, found: Singularity, when: bool
) -> Fix | Decline:
    """``where(x > 0, log(x), 0)``  ->  ``where(x > 0, log(where(x > 0, x, 1.0)), 0)``"""
    outside = found.node not in {node, *computed(ctx, node, 0)}
    if outside and not (isinstance(condition, cst.Name) and _before(ctx, condition, found.node)):
        return Decline("the operation stands in another statement: it needs the condition there")
    test, operand = ctx.code(condition), ctx.code(found.operand)
    pair = (operand, found.neutral) if when else (found.neutral, operand)
    name = "jax.numpy.where"
    text = f"{ctx.spell(name)}({test}, {', '.join(pair)})"
    return Fix(
        f"Give {found.what} a harmless value where it is not used",
        (replace(ctx, found.operand, text),),
        "safe",
        (name,),
    )


def _before(ctx: View, condition: cst.Name, node: cst.CSTNode) -> bool:
    """True where the condition is bound before a node."""
    value = ctx.binding(condition.value)
    return value is not None and ctx.span(value)[1] < ctx.span(node)[0]

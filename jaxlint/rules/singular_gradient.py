"""A gradient taken at a point where it is not finite.  Page: rules/singular_gradient.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Applicability, Decline, Finding, Fix, replace
from jaxlint.facts.model.why import Traced
from jaxlint.facts.queries.derivatives import Singularity, singularity
from jaxlint.facts.queries.view import View
from jaxlint.facts.queries.zeros import difference_of_rows, differences_of_all_pairs, element_at_point, never_negative
from jaxlint.rules import rule

_PROTECTING = ("jax.numpy.where", "jax.lax.select", "jax.lax.stop_gradient", "jax.lax.cond")


@rule("JAX802", since="0.1", fix="safe")
def singular_gradient(ctx: View, node: cst.Call | cst.BinaryOperation) -> Iterator[Finding]:
    found = singularity(ctx, node, reductions=True)
    proof = _differentiated(ctx, found) if found is not None else None
    if found is None or proof is None or _is_protected(ctx, node):
        return
    operand = ctx.code(found.operand)
    if (point := element_at_point(ctx, found)) is not None:
        message = (
            f"the gradient of {found.what} is not finite where it is taken: `{operand}` is {point:g} there; keep away "
            "from that point with a `jnp.where` inside"
        )
        yield Finding(node, message, _inner_where(ctx, found), proof.why)
    elif (pairs := _pairs(ctx, found)) is not None:
        message = (
            f"`{ctx.code(pairs)}` is zero where something meets itself, and the gradient of {found.what} at zero is "
            "NaN; keep away from zero with a `jnp.where` inside"
        )
        yield Finding(node, message, _inner_where(ctx, found), proof.why)


def _pairs(ctx: View, found: Singularity) -> cst.BaseExpression | None:
    """The differences of things that are rooted, and meet themselves."""
    if found.rooted:
        return differences_of_all_pairs(ctx, found.operand)
    return difference_of_rows(ctx, found.operand) if found.whole and not found.constant else None


def _differentiated(ctx: View, found: Singularity) -> Traced | None:
    for part in (found.operand, *found.operands):
        proof = ctx.proof(ctx.value(part))
        if proof is not None and proof.reverse:
            return proof
    return None


def _is_protected(ctx: View, node: cst.CSTNode) -> bool:
    """True where a condition is around (JAX801 knows more), or nothing is differentiated."""
    return any(isinstance(above, cst.Call) and ctx.name(above.func) in _PROTECTING for above in ctx.ancestors(node))


def _inner_where(ctx: View, found: Singularity) -> Fix | Decline:
    """``sqrt(d2)``  ->  ``where(d2 > 0, sqrt(where(d2 > 0, d2, 1.0)), 0.0)``"""
    if not isinstance(found.operand, cst.Name) or not found.rooted or found.whole:
        return Decline("what should stand there instead is for the author to say")
    name, where = "jax.numpy.where", ctx.spell("jax.numpy.where")
    operand = found.operand.value
    start, end = (bound - ctx.span(found.node)[0] for bound in ctx.span(found.operand))
    code = ctx.code(found.node)
    inner = f"{code[:start]}{where}({operand} > 0, {operand}, 1.0){code[end:]}"
    text = f"{where}({operand} > 0, {inner}, 0.0)"
    level: Applicability = "safe" if never_negative(ctx, found.operand) else "unsafe"  # of less than zero it is NaN
    return Fix("Zero has a gradient of zero", (replace(ctx, found.node, text),), level, (name,))

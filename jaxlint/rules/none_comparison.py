"""An array is compared with None by `==`.  Page: rules/none_comparison.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Edit, Finding, Fix
from jaxlint.facts.model.values import NONE
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule


@rule("JAX823", since="0.1", fix="safe", level="warning")
def none_comparison(ctx: View, node: cst.Comparison) -> Iterator[Finding]:
    match node:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=op, comparator=right)]):
            negated = isinstance(op, cst.NotEqual)
            if not negated and not isinstance(op, cst.Equal):
                return
            array = left if ctx.value(right) == NONE else right if ctx.value(left) == NONE else None
            if array is not None and ctx.jax_array(array):
                word = "is not" if negated else "is"
                message = (
                    f"`{ctx.code(array)}` is an array: `{ctx.code(op).strip()} None` compares as a whole in JAX and by "
                    f"element in NumPy; ask `{word} None`"
                )
                fix = Fix(f"Ask `{word} None`", (Edit(*ctx.span(op), f" {word} " if not _spaced(ctx, op) else word),))
                yield Finding(node, message, fix)


def _spaced(ctx: View, op: cst.CSTNode) -> bool:
    start, end = ctx.span(op)
    text = ctx.chunk.source.text
    return text[start - 1 : start].isspace() and text[end : end + 1].isspace()

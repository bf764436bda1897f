"""Arithmetic on a key.  Page: rules/key_arithmetic.md"""

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Finding, Fix, replace
from jaxlint.facts.model.values import Array, Const, Key, Static
from jaxlint.facts.queries.view import View
from jaxlint.rules import rule

FOLD = "jax.random.fold_in"


@rule("JAX306", since="0.1", fix="unsafe")
def key_arithmetic(ctx: View, node: cst.BinaryOperation) -> Iterator[Finding]:
    if isinstance(ctx.value(node.left), Key) and isinstance(ctx.value(node.right), Const | Static | Array):
        what = f"`{ctx.code(node)}` computes with a key: a typed key raises, a raw one may give a correlated key"
        yield Finding(node, f"{what}; use `fold_in({ctx.code(node.left)}, …)`", as_fold_in(ctx, node))


def as_fold_in(ctx: View, node: cst.BinaryOperation) -> Fix | Decline:
    """``key + i``  ->  ``fold_in(key, i)``"""
    if not isinstance(node.operator, cst.Add) or not _is_int(ctx, node.right):
        return Decline("only the sum of a key and an integer has a plain meaning: `fold_in(key, n)`")
    text = f"{ctx.spell(FOLD)}({ctx.code(node.left)}, {ctx.code(node.right)})"
    return Fix("fold the number into the key", (replace(ctx, node, text),), "unsafe", (FOLD,))


def _is_int(ctx: View, node: cst.BaseExpression) -> bool:
    match ctx.value(node):
        case Const(value=number):
            return isinstance(number, int) and number >= 0
        case Static(kind=kind) | Array(kind=kind):
            return kind == "int"
    return False

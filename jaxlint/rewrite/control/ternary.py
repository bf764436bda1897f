"""``a if t else b`` on a tracer, as an expression: `jnp.where`, or `lax.cond` of two lambdas."""

from __future__ import annotations

from dataclasses import replace as replaced

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, replace
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control.choices import Chooser, Unfit, extent
from jaxlint.rewrite.control.conditions import condition
from jaxlint.rewrite.control.conds import COND, Arm, Form, inline
from jaxlint.rewrite.control.forecast import Forecast, forecast
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Declined, Exit
from jaxlint.rewrite.control.names import fresh
from jaxlint.rewrite.control.scalars import Scalars
from jaxlint.rewrite.control.stable import stabilise


def conditional(ctx: View, node: cst.IfExp) -> Fix | Decline:
    """The rewrite of a conditional expression."""
    view = ctx if isinstance(ctx, Forecast) else forecast(ctx, (), ())
    low = Lowering(replaced(view, edits=()), fresh(ctx))
    try:
        text = _text(low, node)
    except Declined as declined:
        return Decline(str(declined))
    function = "lax.cond" if "jax.lax.cond" in low.uses else "jnp.where"
    start, end = extent(low.ctx, node)  # a call needs no parentheses around it
    whole = Edit(start, end, text) if "\n" not in ctx.chunk.source.text[start:end] else replace(ctx, node, text)
    return Fix(low.message(f"Choose with `{function}`"), (whole,), "unsafe", tuple(low.uses))


def _text(low: Lowering, node: cst.IfExp) -> str:
    scalars = Scalars(low.ctx, (node.test,), items=not isinstance(low.ctx.parent(node), cst.Return))
    try:
        return Chooser(low, scalars).expression(node).text
    except Unfit:
        pass
    try:
        return _called(low, node, scalars)
    except Declined as declined:
        low.ctx.edits = ()
        try:
            return Chooser(low, scalars, safe=True).expression(node).text
        except Unfit:
            raise declined from None


def _called(low: Lowering, node: cst.IfExp, scalars: Scalars) -> str:
    """``lax.cond(t, lambda: a, lambda: b)``"""
    if "#" in low.ctx.code(node):
        raise Declined("a comment stands inside of the expression")
    arms = [Arm((Exit("return", value),), None, "") for value in (node.body, node.orelse)]
    stabilise(low, scalars, arms, low.ctx.statement(node))
    return inline(low, Form(low.spell(COND), condition(low, node.test).text), arms)

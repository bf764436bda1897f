"""A removed keyword: ``jnp.clip(x, a_min=0) -> jnp.clip(x, min=0)``, by position where the target has no new name."""

from __future__ import annotations

from jaxlint.edits import Decline, Edit, Fix
from jaxlint.facts.queries.passed_names import Passed
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import has
from jaxlint.rewrite.modern_use import applicability, supported


def modern_argument(ctx: View, passed: Passed) -> Fix | Decline | None:
    """The fix of one argument."""
    row, arg = passed.row, passed.arg
    assert arg.keyword is not None
    if row.drop:
        return Fix(f"Drop `{row.name}=`", (_without(ctx, passed),), "unsafe")
    if (written := row.values.get(ctx.code(arg.value))) is not None:
        edit = Edit(*ctx.span(arg), written)
        return Fix(supported(ctx, f"Write `{written}`", row.added), (edit,), applicability(ctx, row.added))
    positional = _positional(ctx, passed)
    if row.replacement is not None and (has(ctx.target_jax, row.added) or positional is None):
        message = supported(ctx, f"Call it `{row.replacement}=`", row.added)
        edit = Edit(*ctx.span(arg.keyword), row.replacement)
        return Fix(message, (edit,), applicability(ctx, row.added))
    if positional is not None:
        return Fix("Pass it by position", positional)
    if row.position is not None:
        return Decline(f"`{row.name}` has to come by position {row.position + 1}")
    return Decline(row.note) if row.note else None


def _positional(ctx: View, passed: Passed) -> tuple[Edit, ...] | None:
    """The edits that pass the argument by its position, if it stands there and so do those before it."""
    if passed.row.position is None or passed.partial:
        return None
    index = next(i for i, arg in enumerate(passed.args) if arg is passed.arg)
    before = passed.args[:index]
    if index != passed.row.position or any(arg.star or arg.keyword is not None for arg in before):
        return None
    start, end = ctx.span(passed.arg)
    text = ctx.chunk.source.text[start:end]
    return (Edit(start, start + len(text) - len(text.partition("=")[2].lstrip()), ""),)


def _without(ctx: View, passed: Passed) -> Edit:
    index = next(i for i, arg in enumerate(passed.args) if arg is passed.arg)
    start, end = ctx.span(passed.arg)
    if index:
        return Edit(ctx.span(passed.args[index - 1])[1], end, "")
    return Edit(start, ctx.span(passed.args[1])[0] if len(passed.args) > 1 else end, "")


def told(passed: Passed) -> str:
    """``a_min=` of `jax.numpy.clip` was removed in jax 0.10.0: it is called `min=``"""
    row = passed.row
    if row.status == "deprecated":
        fate = "is deprecated" + (f" since jax {row.deprecated}" if row.deprecated else "")
    else:
        fate = f"was removed in jax {row.removed}" if row.removed else "is gone"
    advice = f"it is called `{row.replacement}=`" if row.replacement is not None else row.note
    if advice is None:
        advice = "leave it out" if row.drop else "pass it by position" if row.position is not None else ""
    return f"`{row.name}=` of `{row.function}` {fate}" + (f": {advice}" if advice else "")

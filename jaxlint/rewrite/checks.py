"""A condition on tracers that must hold, checked when the compiled function runs.

::

    assert x > 0, "negative"               ->  checkify.check(x > 0, "negative")
    if x < 0: raise ValueError(f"{x}")     ->  checkify.check(~(x < 0), "{x}", x=x)
    with equinox imported                  ->  x = eqx.error_if(x, ~(x > 0), "negative")

Who calls the function has to join in (`checkify.checkify`), so that these are suggestions.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Library
from jaxlint.facts.queries.printed import Piece, Unreadable, pieces
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.logic import array_logic, is_mask
from jaxlint.rewrite.template import literal, template
from jaxlint.rewrite.text import Text

CHECK = "jax.experimental.checkify.check"
ERROR_IF = "equinox.error_if"
_ADVICE = "called through `checkify.checkify`, the function then returns the error beside its result"


def as_check(ctx: View, statement: cst.Assert | cst.If) -> Fix | Decline:
    """The check that an `assert`, or an `if` with nothing but a `raise`, becomes."""
    message = statement.msg if isinstance(statement, cst.Assert) else _raised(statement)
    if ctx.code(statement).count("#"):
        return Decline("there is a comment inside the statement")
    if not is_mask(ctx, statement.test):
        return Decline(f"`{ctx.code(statement.test)}` is perhaps no bool scalar, which `checkify.check` takes")
    condition = array_logic(ctx, statement.test)
    if isinstance(condition, Decline):
        return condition
    try:
        parts: list[Piece] = [ctx.code(statement.test)] if message is None else list(pieces(ctx, message))
    except Unreadable as error:
        return Decline(f"{error} has no counterpart in `checkify.check`")
    if _has_equinox(ctx) and (checked := _threaded(ctx, statement)) is not None:
        fails = condition if isinstance(statement, cst.If) else _not(condition)
        return _error_if(ctx, statement, checked, fails, parts)
    holds = _not(condition) if isinstance(statement, cst.If) else condition
    text, arguments = template(ctx, parts, named=isinstance(message, cst.FormattedString))
    call = f"{_spelled(ctx)}({', '.join([holds.text, literal(text, _quote(message)), *arguments])})"
    uses = (CHECK, *holds.uses)
    return Fix(f"Check values with `checkify.check`: {_ADVICE}", (replace(ctx, statement, call),), "suggestion", uses)


def only_raises(node: cst.If) -> bool:
    """True for an `if` with nothing but a `raise`."""
    match node:
        case cst.If(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise()])]), orelse=None):
            return True
        case cst.If(body=cst.SimpleStatementSuite(body=[cst.Raise()]), orelse=None):
            return True
    return False


def _raised(node: cst.If) -> cst.BaseExpression | None:
    """The message of the error that an `if` raises."""
    found = next(inner for inner in own_nodes(node.body) if isinstance(inner, cst.Raise))
    match found.exc:
        case cst.Call(args=[cst.Arg(value=message, keyword=None, star="")]):
            return message
    return None


def _not(text: Text) -> Text:
    return Text(f"~{text.grouped}", False, text.uses)


def _spelled(ctx: View) -> str:
    spelled = ctx.spell(CHECK)
    return "checkify.check" if spelled == CHECK else spelled


def _quote(message: cst.BaseExpression | None) -> str:
    return message.quote[0] if isinstance(message, cst.SimpleString | cst.FormattedString) else '"'


# --- equinox ---------------------------------------------------------------------------------------------------------


def _has_equinox(ctx: View) -> bool:
    frame = ctx.frame
    while frame.closure is not None:
        frame = frame.closure
    names = ctx.tracer.contents(frame).values()
    return any(isinstance(value, Library) and value.name.partition(".")[0] == "equinox" for value in names)


def _threaded(ctx: View, statement: cst.Assert | cst.If) -> str | None:
    """A checked variable that is read afterwards: what is computed from it waits for the check."""
    live = ctx.live_after(ctx.statement(statement)) or frozenset()
    for node in own_nodes(statement.test):
        if isinstance(node, cst.Name) and node.value in live and ctx.tracers(node):
            return node.value
    return None


def _error_if(ctx: View, statement: cst.Assert | cst.If, name: str, fails: Text, parts: list[Piece]) -> Fix | Decline:
    """``x = eqx.error_if(x, x < 0, "negative")``"""
    if any(not isinstance(part, str) for part in parts):
        return Decline("`eqx.error_if` takes a fixed message, and this one shows values")
    message = literal("".join(map(str, parts)), '"')
    text = f"{name} = {ctx.spell(ERROR_IF)}({name}, {fails.text}, {message})"
    uses = (ERROR_IF, *fails.uses)
    return Fix("Check values with `eqx.error_if`", (replace(ctx, statement, text),), "suggestion", uses)

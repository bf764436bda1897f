"""``print(f"loss={loss:.3f}")`` -> ``jax.debug.print("loss={loss:.3f}", loss=loss)``"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.queries.printed import Piece, Unreadable, pieces
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.template import literal, template

TARGET = "jax.debug.print"
_PLAIN = ("builtins.print", "pprint.pprint", "pprint.pp", "rich.print")


def as_debug_print(ctx: View, call: cst.Call) -> Fix | Decline:
    """The call that prints the values when the compiled function runs."""
    if ctx.name(call.func) not in _PLAIN:
        return Decline(f"`{ctx.code(call.func)}` needs a host function for `jax.debug.callback`")
    options = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    if any(arg.star for arg in call.args):
        return Decline("the number of printed values is not known")
    if not _to_stdout(ctx, options.pop("file", None)) or options.keys() - {"sep", "end", "flush"}:
        return Decline("`jax.debug.print` writes to standard output only")
    if _given(options, "end", "\n") != "\n":
        return Decline("`jax.debug.print` always ends the line")
    separator = _given(options, "sep", " ")
    if separator is None:
        return Decline("the separator is not a literal")
    try:
        parts = list(_joined(ctx, call, separator))
    except Unreadable as error:
        return Decline(f"{error} has no counterpart in `jax.debug.print`")
    named = any(isinstance(arg.value, cst.FormattedString) for arg in call.args)
    text, arguments = template(ctx, parts, named=named)
    text = f"{ctx.spell(TARGET)}({', '.join([literal(text, _quote(call)), *arguments])})"
    message = f"Print when the compiled function runs, with `{TARGET}`"
    return Fix(message, (replace(ctx, call, text),), "unsafe", (TARGET,))


def _to_stdout(ctx: View, file: cst.BaseExpression | None) -> bool:
    return file is None or ctx.code(file) == "None" or ctx.name(file) == "sys.stdout"


def _given(options: dict[str, cst.BaseExpression], name: str, default: str) -> str | None:
    """The text that an option gives; None if it is no literal."""
    node = options.get(name)
    if node is None or (isinstance(node, cst.Name) and node.value == "None"):
        return default
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _joined(ctx: View, call: cst.Call, separator: str) -> Iterator[Piece]:
    for number, arg in enumerate(arg for arg in call.args if arg.keyword is None):
        if number:
            yield separator
        yield from pieces(ctx, arg.value)


def _quote(call: cst.Call) -> str:
    """The quotation mark of the call's first string."""
    for arg in call.args:
        node = arg.value
        if isinstance(node, cst.SimpleString | cst.FormattedString):
            return node.quote[0]
    return '"'


__all__ = ["as_debug_print"]

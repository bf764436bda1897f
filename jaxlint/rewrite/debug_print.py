"""``print(f"loss={loss:.3f}")`` -> ``jax.debug.print("loss={loss:.3f}", loss=loss)``"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.values import Many, Tuple, any_tracing
from jaxlint.facts.queries.printed import Field, Piece, Unreadable, pieces
from jaxlint.facts.queries.view import View

TARGET = "jax.debug.print"
_OPTIONS = ("fmt", "ordered", "partitioned", "skip_format_check")
_PLAIN = ("builtins.print", "pprint.pprint", "pprint.pp", "rich.print")


def as_debug_print(ctx: View, call: cst.Call) -> Fix | Decline:
    """The call that prints the values when the compiled function runs."""
    if ctx.name(call.func) not in _PLAIN:
        return Decline(f"`{ctx.code(call.func)}` needs a host function for `jax.debug.callback`")
    options = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    if any(arg.star for arg in call.args):
        return Decline("the number of printed values is not known")
    if "file" in options or options.keys() - {"sep", "end", "flush"}:
        return Decline("`jax.debug.print` writes to standard output only")
    if "end" in options and _text(options["end"]) != "\n":
        return Decline("`jax.debug.print` always ends the line")
    separator = _text(options["sep"]) if "sep" in options else " "
    if separator is None:
        return Decline("the separator is not a literal")
    try:
        parts = list(_joined(ctx, call, separator))
    except Unreadable as error:
        return Decline(f"{error} has no counterpart in `jax.debug.print`")
    named = any(isinstance(arg.value, cst.FormattedString) for arg in call.args)
    template, arguments = _template(ctx, parts, named=named)
    text = f"{ctx.spell(TARGET)}({', '.join([_literal(template, _quote(call)), *arguments])})"
    message = f"Print when the compiled function runs, with `{TARGET}`"
    return Fix(message, (replace(ctx, call, text),), "unsafe", (TARGET,))


def _text(node: cst.BaseExpression) -> str | None:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _joined(ctx: View, call: cst.Call, separator: str) -> Iterator[Piece]:
    for number, arg in enumerate(arg for arg in call.args if arg.keyword is None):
        if number:
            yield separator
        yield from pieces(ctx, arg.value)


def _template(ctx: View, parts: list[Piece], *, named: bool) -> tuple[str, list[str]]:
    """The format string and the arguments: by name where an f-string held nothing but names, else by position."""
    fields = [part for part in parts if isinstance(part, Field)]
    by_name = named and all(_can_be_named(ctx, field) for field in fields)
    text, arguments = "", []
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        code = ctx.code(part.expression)
        text += "{" + (code if by_name else "") + part.format + "}"
        argument = f"{code}={code}" if by_name else f"str({code})" if _is_sequence(ctx, part) else code
        if not by_name or argument not in arguments:
            arguments.append(argument)
    return text, arguments


def _can_be_named(ctx: View, field: Field) -> bool:
    name = field.expression
    return isinstance(name, cst.Name) and name.value not in _OPTIONS and not _is_sequence(ctx, field)


def _is_sequence(ctx: View, field: Field) -> bool:
    """A static tuple, such as a shape: given as it is, its items would be printed as arrays."""
    value = ctx.value(field.expression)
    return isinstance(value, Tuple | Many) and any_tracing([value]) is None


def _quote(call: cst.Call) -> str:
    """The quotation mark of the call's first string."""
    for arg in call.args:
        node = arg.value
        if isinstance(node, cst.SimpleString | cst.FormattedString):
            return node.quote[0]
    return '"'


def _literal(text: str, quote: str) -> str:
    inner = repr(text + "'\"")[1:-4] if "'" in text else repr(text)[1:-1]
    inner = inner.replace("\\'", "'").replace('\\"', '"').replace(quote, "\\" + quote)
    return f"{quote}{inner}{quote}"


__all__ = ["as_debug_print"]

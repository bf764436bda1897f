"""A text with values in it as a `str.format` template and its arguments: what `jax.debug.print` and `checkify` take."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.values import Many, Tuple, any_tracing
from jaxlint.facts.queries.printed import Field, Piece
from jaxlint.facts.queries.view import View

_OPTIONS = ("fmt", "ordered", "partitioned", "skip_format_check", "pred", "msg", "debug")


def template(ctx: View, parts: list[Piece], *, named: bool) -> tuple[str, list[str]]:
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


def literal(text: str, quote: str) -> str:
    """A text as source code, between these quotation marks."""
    inner = repr(text + "'\"")[1:-4] if "'" in text else repr(text)[1:-1]
    inner = inner.replace("\\'", "'").replace('\\"', '"').replace(quote, "\\" + quote)
    return f"{quote}{inner}{quote}"

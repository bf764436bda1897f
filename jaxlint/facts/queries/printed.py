"""What a `print` or a logging call shows: its arguments, taken apart into literal text and fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class Field:
    """An expression whose value is shown, with its format: ``:.3f``, ``!r:>8``."""

    expression: cst.BaseExpression
    format: str = ""


Piece = str | Field


class Unreadable(Exception):
    """A format that has no plain counterpart; the message says which."""


def pieces(ctx: View, node: cst.BaseExpression) -> Iterator[Piece]:
    """The text and the fields that ``str(node)`` consists of. Raises Unreadable."""
    match node:
        case cst.SimpleString() if isinstance(node.evaluated_value, str):
            yield node.evaluated_value
        case cst.ConcatenatedString(left=left, right=right):
            yield from pieces(ctx, left)
            yield from pieces(ctx, right)
        case cst.FormattedString(parts=parts):
            for part in parts:
                yield from _formatted(node, part)
        case cst.BinaryOperation(left=cst.SimpleString() as left, operator=cst.Modulo(), right=right):
            yield from _percent(str(left.evaluated_value), right)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right) if _is_text(left) or _is_text(right):
            yield from pieces(ctx, left)
            yield from pieces(ctx, right)
        case cst.Call(func=cst.Attribute(value=cst.SimpleString() as text, attr=cst.Name("format")), args=args):
            yield from _format_call(str(text.evaluated_value), args)
        case cst.Call(func=func, args=[cst.Arg(value=value, star="", keyword=None)]) if ctx.name(func) in _AS_TEXT:
            yield Field(value, "!r" if ctx.name(func) == "builtins.repr" else "")
        case _:
            yield Field(node)


_AS_TEXT = ("builtins.str", "builtins.repr")


def shown(ctx: View, call: cst.Call) -> Iterator[cst.BaseExpression]:
    """The expressions whose values a printing call shows."""
    for arg in call.args:
        if arg.keyword is not None:
            continue
        try:
            found = list(pieces(ctx, arg.value))
        except Unreadable:
            found = [Field(node) for node in own_nodes(arg.value) if isinstance(node, cst.Name)]
        yield from (piece.expression for piece in found if isinstance(piece, Field))


def _is_text(node: cst.BaseExpression) -> bool:
    match node:
        case cst.SimpleString() | cst.ConcatenatedString() | cst.FormattedString():
            return True
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            return _is_text(left) or _is_text(right)
    return False


def _formatted(around: cst.FormattedString, part: cst.BaseFormattedStringContent) -> Iterator[Piece]:
    if isinstance(part, cst.FormattedStringText):
        text = part.value.replace("{{", "{").replace("}}", "}")
        if "\\" in text and "r" not in around.start.lower():
            text = str(cst.SimpleString(f"{around.quote}{text}{around.quote}").evaluated_value)
        yield text
    elif isinstance(part, cst.FormattedStringExpression):
        spec = part.format_spec or ()
        if any(not isinstance(item, cst.FormattedStringText) for item in spec):
            raise Unreadable("a format that is itself computed")
        if part.equal is not None:
            yield cst.Module(()).code_for_node(part.expression) + "="
        conversion = f"!{part.conversion}" if part.conversion else ""
        text = "".join(item.value for item in spec if isinstance(item, cst.FormattedStringText))
        yield Field(part.expression, conversion + (f":{text}" if text else ""))


def _percent(template: str, right: cst.BaseExpression) -> Iterator[Piece]:
    """The pieces of ``template % right``."""
    values = [element.value for element in right.elements] if isinstance(right, cst.Tuple) else [right]
    text = iter(template.split("%"))
    yield next(text)
    for rest in text:
        if rest == "":
            yield "%" + next(text, "")
            continue
        size = next((i for i, letter in enumerate(rest) if letter.isalpha()), None)
        if size is None or rest.startswith("(") or not values or isinstance(values[0], cst.StarredElement):
            raise Unreadable("this `%` format")
        yield Field(values.pop(0), _conversion(rest[:size], rest[size]))
        yield rest[size + 1 :]
    if values:
        raise Unreadable("this `%` format")


def _conversion(width: str, letter: str) -> str:
    """``%-8s`` -> ``:<8``, ``%.3f`` -> ``:.3f``, ``%d`` -> nothing."""
    if letter not in "sdifeEgGr" or "*" in width or "#" in width:
        raise Unreadable(f"`%{width}{letter}`")
    aligned = "<" + width.replace("-", "") if "-" in width else ">" + width if width and letter in "sr" else width
    spec = aligned + (letter if letter in "feEgG" else "")
    return ("!r" if letter == "r" else "") + (f":{spec}" if spec else "")


def _format_call(template: str, args: Sequence[cst.Arg]) -> Iterator[Piece]:
    """The pieces of ``template.format(*args)``."""
    if any(arg.star for arg in args):
        raise Unreadable("starred arguments of `format`")
    positional = [arg.value for arg in args if arg.keyword is None]
    named = {arg.keyword.value: arg.value for arg in args if arg.keyword is not None}
    for number, (text, name, spec, conversion) in enumerate(Formatter().parse(template)):
        yield text
        if name is None:
            continue
        position = int(name) if name.isdigit() else number
        if name in named:
            expression = named[name]
        elif (name.isdigit() or not name) and position < len(positional):
            expression = positional[position]
        else:
            raise Unreadable(f"the field `{name}`")
        yield Field(expression, (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else ""))

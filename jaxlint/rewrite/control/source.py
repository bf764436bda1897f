"""What a ``for`` runs over: as the ``xs`` of a scan, as a number of turns, and as the item of one turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.model.values import Const, HostArray, Keys
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Declined
from jaxlint.rewrite.polynomial import difference
from jaxlint.rewrite.text import Text, infix, quoted

ARANGE = "jax.numpy.arange"
_PLAIN = (cst.Name, cst.Attribute)


@dataclass(frozen=True, slots=True)
class Range:
    """``range(start, stop, step)``; ``static``: its bounds are known while tracing. ``text``: as it is written.

    ``size``: the number of turns of a range that counts down by one, if it can be said shortly.
    """

    start: Text
    stop: Text
    step: int | None
    static: bool
    text: str
    arguments: str
    size: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an array."""

    array: Text


@dataclass(frozen=True, slots=True)
class Enumerate:
    """Items with their number, from ``start``."""

    inner: Source
    start: str


@dataclass(frozen=True, slots=True)
class Zip:
    """Items of several sources side by side."""

    parts: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Backwards:
    """``reversed``."""

    inner: Source


Source = Range | Rows | Enumerate | Zip | Backwards


def source(low: Lowering, node: cst.BaseExpression) -> Source:
    """What an expression gives to a ``for``. Raises ``Declined``."""
    ctx = low.ctx
    if isinstance(node, cst.Call) and (name := ctx.name(node.func)) in _READERS:
        if any(argument.star for argument in node.args):
            raise Declined(f"`{ctx.code(node)}` unpacks its arguments")
        return _READERS[str(name)](low, node)
    if not (ctx.jax_array(node) or isinstance(ctx.value(node), HostArray | Keys)):
        raise Declined(f"`{ctx.code(node)}` is perhaps no array: lax runs over the rows of arrays")
    return Rows(quoted(ctx, node))


def _range(low: Lowering, node: cst.Call) -> Range:
    ctx = low.ctx
    values = [argument.value for argument in node.args]
    if not 0 < len(values) <= 3:
        raise Declined(f"`{ctx.code(node)}` is no range")
    start = quoted(ctx, values[0]) if len(values) > 1 else Text("0")
    step = 1 if len(values) < 3 else _constant(low, values[2])
    stop = quoted(ctx, values[1] if len(values) > 1 else values[0])
    static = all(ctx.static(value) for value in values)
    size = difference(ctx, values[0], values[1]) if step == -1 else None
    return Range(start, stop, step, static, ctx.code(node), ", ".join(ctx.code(value) for value in values), size)


def _constant(low: Lowering, node: cst.BaseExpression) -> int | None:
    value = low.ctx.value(node)
    is_literal = isinstance(node, cst.Integer | cst.UnaryOperation)
    return value.value if is_literal and isinstance(value, Const) and isinstance(value.value, int) else None


def _enumerate(low: Lowering, node: cst.Call) -> Enumerate:
    start = low.ctx.code(node.args[1].value) if len(node.args) > 1 else "0"
    return Enumerate(source(low, node.args[0].value), start)


def _zip(low: Lowering, node: cst.Call) -> Zip:
    arguments = [argument for argument in node.args if argument.keyword is None]
    return Zip(tuple(source(low, argument.value) for argument in arguments))


def _reversed(low: Lowering, node: cst.Call) -> Backwards:
    return Backwards(source(low, node.args[0].value))


_READERS: dict[str, Callable[[Lowering, cst.Call], Source]] = {
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.reversed": _reversed,
}


def count(low: Lowering, given: Source) -> Text:
    """The number of turns."""
    match given:
        case Range(start=start, stop=stop, step=1):
            return stop if start.text == "0" else infix("-", stop, _operand(start))
        case Range(size=str() as size):
            return Text(size, " " not in size)
        case Range(static=True):
            return Text(f"len({given.text})")
        case Range(start=start, stop=stop, step=-1):
            return infix("-", start, _operand(stop))
        case Range(start=start, stop=stop, step=int() as step) if step:
            far, near = (stop, start) if step > 0 else (start, stop)
            stride = abs(step)
            return Text(f"({far.text} - {_operand(near).grouped} + {stride - 1}) // {stride}", False)
        case Range():
            raise Declined(f"whether `{given.text}` runs up or down is not known")
        case Rows(array=array):
            return Text(f"{array.grouped}.shape[0]")
        case Enumerate(inner=inner) | Backwards(inner=inner):
            return count(low, inner)
        case Zip(parts=parts):
            counts = list(dict.fromkeys(count(low, part).text for part in parts))
            return Text(counts[0]) if len(counts) == 1 else Text(f"min({', '.join(counts)})")


def fixed(given: Source) -> bool:
    """True if the number of turns is known while tracing."""
    match given:
        case Range(static=static):
            return static
        case Enumerate(inner=inner) | Backwards(inner=inner):
            return fixed(inner)
        case Zip(parts=parts):
            return all(fixed(part) for part in parts)
    return True


def _operand(text: Text) -> Text:
    """What stands to the right of a minus."""
    return text if text.atomic else Text(text.grouped)


def item(low: Lowering, given: Source, index: str) -> Text:
    """What the turn with a number gives."""
    match given:
        case Range(start=start, step=1):
            return Text(index) if start.text == "0" else infix("+", start, Text(index))
        case Range(start=start, step=-1):
            return Text(f"{start.text} - {index}", False)
        case Range(start=start, step=int() as step):
            sign = "+" if step > 0 else "-"
            product = f"{abs(step)} * {index}"
            return Text(product if start.text == "0" and step > 0 else f"{start.text} {sign} {product}", False)
        case Range():
            raise Declined(f"the step of `{given.text}` is no constant")
        case Rows(array=array):
            return Text(f"{array.grouped}[{index}]")
        case Enumerate(inner=inner, start=start):
            number = index if start == "0" else f"{start} + {index}"
            return Text(f"{number}, {item(low, inner, index).text}", False)
        case Zip(parts=parts):
            return Text(", ".join(_nested(item(low, part, index)) for part in parts), False)
        case Backwards(inner=Range() as inner):
            return item(low, mirrored(inner), index)
        case Backwards(inner=Rows() as inner):
            return item(low, inner, f"-1 - {index}")
        case Backwards(inner=inner):
            raise Declined("only ranges and arrays run backwards in lax")


def _nested(text: Text) -> str:
    return f"({text.text})" if ", " in text.text and not text.atomic else text.text


def mirrored(given: Range) -> Range:
    """``reversed(range(n))`` -> ``range(n - 1, -1, -1)``"""
    if given.step != 1:
        raise Declined(f"`reversed({given.text})` has a step")
    start, stop = less_one(given.stop), less_one(given.start)
    text = f"{start.text}, {stop.text}, -1"
    size = given.stop.text if given.start.text == "0" else None
    return Range(start, stop, -1, given.static, f"range({text})", text, size)


def less_one(number: Text) -> Text:
    """``n`` -> ``n - 1``, ``n - 1`` -> ``n - 2``, ``n + 1`` -> ``n``, ``5`` -> ``4``"""
    if number.text.isdigit():
        return Text(str(int(number.text) - 1))
    if found := re.fullmatch(r"([\w.]+) ([+-]) (\d+)", number.text):
        rest = int(found[2] + found[3]) - 1
        return Text(found[1]) if rest == 0 else Text(f"{found[1]} {'+' if rest > 0 else '-'} {abs(rest)}", False)
    return infix("-", number, Text("1"))


def rows(low: Lowering, given: Source) -> str:
    """The ``xs`` of a scan: a tree of arrays in the form of the loop's target."""
    match given:
        case Range(static=True, arguments=arguments):
            return f"{low.spell(ARANGE)}({arguments})"
        case Range():
            raise Declined(f"`{given.text}` has no length that is known while tracing, as a scan needs")
        case Rows(array=array):
            return array.text
        case Enumerate(inner=inner):
            return f"({numbers(low, given)}, {rows(low, inner)})"
        case Zip(parts=parts):
            return f"({', '.join(rows(low, part) for part in parts)}{',' if len(parts) == 1 else ''})"
        case Backwards(inner=Range() as inner):
            return rows(low, mirrored(inner))
        case Backwards(inner=Rows(array=array)):
            return f"{array.grouped}[::-1]"
    raise Declined("only ranges and arrays run backwards in lax")


def numbers(low: Lowering, given: Enumerate) -> str:
    """The numbers that an ``enumerate`` gives."""
    turns = count(low, given.inner).text
    bounds = turns if given.start == "0" else f"{given.start}, {given.start} + {turns}"
    return f"{low.spell(ARANGE)}({bounds})"

"""New text for old expressions: what it says, how tightly it binds, and the library names that it spells."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline
from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an expression. ``atomic``: it stands beside any operator without parentheses; else it stands beside
    ``operator``, which joins its parts."""

    text: str
    atomic: bool = True
    uses: tuple[str, ...] = ()
    operator: str = ""

    @property
    def grouped(self) -> str:
        return self.text if self.atomic else f"({self.text})"


def quoted(ctx: View, node: cst.BaseExpression) -> Text:
    """An expression as the user wrote it."""
    return Text(ctx.code(node), ctx.grouped(node) == ctx.code(node))


def call(ctx: View, function: str, *arguments: Text | str) -> Text:
    """``jnp.where(a, b)``, the function given by its canonical name."""
    parts = [argument if isinstance(argument, Text) else Text(argument) for argument in arguments]
    uses = tuple(dict.fromkeys((function, *(name for part in parts for name in part.uses))))
    return Text(f"{ctx.spell(function)}({', '.join(part.text for part in parts)})", uses=uses)


def infix(operator: str, *operands: Text) -> Text:
    """``left & right``, or more of them; a single operand stays as it is."""
    if len(operands) == 1:
        return operands[0]
    uses = dict.fromkeys(name for operand in operands for name in operand.uses)
    same = operator if operator in ("&", "|") else None
    parts = (operand.text if operand.operator == same else operand.grouped for operand in operands)
    return Text(f" {operator} ".join(parts), False, tuple(uses), operator)


Attempt = Text | Decline

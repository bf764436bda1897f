"""The block model, statements as control flow sees them: made by `read`, changed by `exits`, written by `lowering`.

Nodes are those of the analysed tree, so that facts can be asked about them; what normalisation adds has texts instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

Names = frozenset[str]
NOTHING: Names = frozenset()


class Declined(Exception):
    """Why some statements cannot be rewritten."""


@dataclass(frozen=True, slots=True)
class Comments:
    """The comment lines above a statement, and the one beside it."""

    above: tuple[str, ...] = ()
    beside: str = ""


NO_COMMENTS = Comments()


@dataclass(frozen=True, slots=True)
class Flag:
    """The test of a branch that normalisation made: a flag's name, or its negation."""

    name: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Equal:
    """The test of a ``case``: the subject equals one of some numbers, and the guard holds."""

    subject: cst.Name | cst.Attribute
    values: tuple[cst.BaseExpression, ...]
    guard: cst.BaseExpression | None = None


Test = cst.BaseExpression | Flag | Equal


@dataclass(frozen=True, slots=True)
class Truth:
    """What a test says, as a value."""

    test: Test


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """Straight-line code, kept as it is: a small statement, a nested function, or (``node`` None) only comments."""

    node: cst.CSTNode | None
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class Bind:
    """A binding that normalisation made: ``done = True``, ``result = x + 1``, ``done = error < tol`` (a test)."""

    name: str
    value: str | cst.BaseExpression | Truth
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class Append:
    """``outs.append(value)`` to a list that the loop builds up; ``node`` is the call."""

    name: str
    value: cst.BaseExpression
    node: cst.Call
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class Define:
    """A function that normalisation made of what follows a branch that may return."""

    name: str
    parameters: tuple[str, ...]
    body: Block
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True)
class Resume:
    """What a function that normalisation made returns, called with the variables of its parameters' names."""

    definition: Define

    @property
    def text(self) -> str:
        return f"{self.definition.name}({', '.join(self.definition.parameters)})"


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """``break``, ``continue`` or ``return``; a ``return`` may give what normalisation has bound to a name."""

    kind: Literal["break", "continue", "return"]
    value: cst.BaseExpression | str | Resume | None = None
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """``if``, or a ``case``; an ``elif`` is a branch that is all of ``orelse``. ``node`` is the ``if`` or ``match``;
    None if normalisation made it."""

    test: Test
    then: Block
    orelse: Block = ()
    node: cst.If | cst.Match | None = None
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """``for``. ``stop`` is the flag that ends it early; ``flags`` what normalisation carries, with first
    values, None where any will do."""

    node: cst.For
    body: Block
    orelse: Block = ()
    stop: str | None = None
    flags: tuple[tuple[str, str | None], ...] = ()
    comments: Comments = NO_COMMENTS


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """``while``. ``stop`` and ``flags`` as for ``Loop``."""

    node: cst.While
    body: Block
    orelse: Block = ()
    stop: str | None = None
    flags: tuple[tuple[str, str | None], ...] = ()
    comments: Comments = NO_COMMENTS


Statement = Plain | Bind | Append | Define | Exit | Branch | Loop | While
Block = tuple[Statement, ...]

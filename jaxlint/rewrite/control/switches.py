"""Cases by number, as `lax.switch` of a list of functions.

::

    match k:                         case_0 and so on are functions or lambdas:
        case 0: a
        case 1: b             ->     lax.switch(jnp.where((k >= 0) & (k < 2), k, 2), [case_0, case_1, default])
        case _: c

`lax.switch` clamps its index, so that the cases must be 0, 1, 2 …, and any other number is given to the default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.trace.arithmetic import kind_of
from jaxlint.rewrite.control.lowering import Lowering
from jaxlint.rewrite.control.model import Block, Branch, Equal, Plain, Test
from jaxlint.rewrite.control.simple import acting

SWITCH = "jax.lax.switch"
FEWEST = 3
"""With fewer functions, `lax.cond` says it."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The blocks for 0, 1, 2 … and the one for anything else."""

    subject: cst.BaseExpression
    blocks: tuple[Block, ...]
    default: Block

    def index(self, low: Lowering) -> str:
        """Which of the functions is called: the default comes last."""
        subject, count = low.code(self.subject), len(self.blocks)
        return f"{low.spell('jax.numpy.where')}(({subject} >= 0) & ({subject} < {count}), {subject}, {count})"


def cases(low: Lowering, branch: Branch) -> Cases | None:
    """The cases that a chain of branches consists of, if it asks one integer for 0, 1, 2 …"""
    found: dict[int, Block] = {}
    subject: cst.BaseExpression | None = None
    rest: Block = (branch,)
    for link in _chain(branch):
        asked = _asked(link.test)
        if asked is None or (subject is not None and low.code(asked[0]) != low.code(subject)):
            break
        subject, number = asked
        if number in found:
            return None
        found[number] = link.then if link is branch else (Plain(None, link.comments), *link.then)
        rest = link.orelse
    if subject is None or sorted(found) != list(range(len(found))) or len(found) + 1 < FEWEST:
        return None
    if kind_of(low.ctx.value(subject)) not in ("int", None):
        return None
    return Cases(subject, tuple(found[number] for number in sorted(found)), rest)


def _chain(branch: Branch) -> Iterator[Branch]:
    yield branch
    match list(acting(branch.orelse)):
        case [Branch() as inner]:
            yield from _chain(inner)


def _asked(test: Test) -> tuple[cst.BaseExpression, int] | None:
    """The subject of a test for equality, and the integer that it is compared with."""
    match test:
        case Equal(subject=subject, values=(cst.Integer(value=value),), guard=None):
            return subject, int(value)
        case cst.Comparison(
            left=cst.Name() | cst.Attribute() as subject,
            comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=cst.Integer(value=value))],
        ):
            return subject, int(value)
    return None

"""The lines that take the place of a loop, and what else changes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.lowering import Lines
from jaxlint.rewrite.control.model import Loop
from jaxlint.rewrite.control.vector.actions import zeros_above
from jaxlint.rewrite.control.vector.items import Turns
from jaxlint.rewrite.control.vector.lengths import Lengths
from jaxlint.rewrite.control.vector.nest import Nest

ARANGE = "jax.numpy.arange"


@dataclass(frozen=True, slots=True)
class Written:
    """The lines in place of a loop, the library names that they spell, and statements above it that are not needed
    any more."""

    lines: Lines
    uses: tuple[str, ...]
    dropped: tuple[cst.CSTNode, ...]


def written(ctx: View, loop: Loop) -> Written:
    """A loop whose turns do not need each other. Raises ``Declined``."""
    nest = Nest(Turns(ctx, Lengths(ctx), loop.node, own=frozenset(flow.writes((loop,)))))
    nest.note(loop)
    above = zeros_above(ctx, loop.node)
    dropped = tuple(node for node, name, zero in above if nest.is_sum(loop, name, zero))
    found = nest.loop(loop)
    nest.check(loop)
    turns = nest.turns
    arange: Lines = []
    for name in turns.counted:
        text = f"{turns.spell(ARANGE)}({nest.ranges[name]})"
        found, once = _inlined(found, name, text)
        arange += [] if once else [f"{name} = {text}"]
    for name in nest.started - nest.results:
        found = _without(found, name)
    first = len(loop.comments.above)
    return Written([*found[:first], *arange, *found[first:]], tuple(turns.uses), dropped)


def _inlined(found: Lines, name: str, text: str) -> tuple[Lines, bool]:
    """Lines with a text for a name, if it is there once."""
    word = re.compile(rf"(?<![\w.]){name}(?!\w)")
    code = [line.partition("#")[0] for line in found]
    if sum(len(word.findall(line)) for line in code) != 1:
        return found, False
    place = next(number for number, line in enumerate(code) if word.search(line))
    return [*found[:place], word.sub(text, found[place], count=1), *found[place + 1 :]], True


def _without(found: Lines, name: str) -> Lines:
    """Lines with a variable's value in place of it, where it is only handed on: ``s = a @ b``, ``c.at[:].set(s)``."""
    uses = [number for number, line in enumerate(found) if re.search(rf"\b{name}\b", line.partition("#")[0])]
    match uses:
        case [first, second] if second == first + 1 and found[first].startswith(f"{name} = "):
            value = found[first].removeprefix(f"{name} = ")
            if found[second].count(f"({name})") == 1 and len(found[second]) + len(value) < 100 and "#" not in value:
                return [*found[:first], found[second].replace(f"({name})", f"({value})"), *found[second + 1 :]]
    return found

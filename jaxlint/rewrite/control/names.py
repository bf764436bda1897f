"""Names for what a rewrite adds: functions, carries, flags. None shadows a name that the function already uses."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.source import walk


@dataclass(eq=False)
class Fresh:
    """Gives names that are not taken, and takes them."""

    taken: set[str] = field(default_factory=set)

    def __call__(self, *candidates: str) -> str:
        """The first candidate that is free, else the first one with a number."""
        first = candidates[0]
        numbered = (f"{first}{number}" for number in range(2, len(self.taken) + 3))
        name = next(name for name in (*candidates, *numbered) if name not in self.taken)
        self.taken.add(name)
        return name


def fresh(ctx: View) -> Fresh:
    """Names that nothing in a function spells."""
    root = ctx.function.node if ctx.function is not None else ctx.chunk.tree
    words: set[cst.CSTNode] = set()
    for node in walk(root):
        match node:
            case cst.Attribute(attr=word) | cst.Arg(keyword=cst.Name() as word):
                words.add(word)
    return Fresh({node.value for node in walk(root) if isinstance(node, cst.Name) and node not in words})

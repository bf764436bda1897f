"""The carry of a loop: which variables, in which order, how functions take them apart, and what they hold at first."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from jaxlint.rewrite.control import flow
from jaxlint.rewrite.control.model import Declined, Loop, Names, While
from jaxlint.rewrite.control.names import Fresh


@dataclass(frozen=True, slots=True)
class Carry:
    """Names that a loop hands from turn to turn, each with the text of what it holds at first."""

    names: tuple[str, ...]
    first: tuple[str, ...]

    @property
    def packed(self) -> str:
        """All of it as a value to return, or as the target of an assignment."""
        return ", ".join(self.names)

    @property
    def initial(self) -> str:
        """What it holds at first, as an argument."""
        return pack(self.first)

    def parameter(self, fresh: Fresh) -> str:
        """The parameter that takes it."""
        return self.names[0] if len(self.names) == 1 else fresh("carry", "state", "loop_carry")

    def unpacked(self, parameter: str, wanted: Container[str]) -> list[str]:
        """The line that takes it apart, into the names that somebody wants."""
        if len(self.names) == 1:
            return []
        return [f"{', '.join(name if name in wanted else '_' for name in self.names)} = {parameter}"]


def pack(parts: Sequence[str]) -> str:
    """``a`` for one part, ``(a, b)`` for more."""
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def carried(loop: Loop | While, live: Names, bound: Names, targets: Names) -> Carry:
    """The names that a body binds and somebody reads afterwards or in the next turn."""
    end = flow.live_in_body(loop, live) | live
    flags = dict(loop.flags)
    names = [name for name in flow.writes(loop.body) if name in end and (name not in targets or name in live)]
    for name in names:
        if name not in bound and name not in flags:
            raise Declined(f"`{name}` has no value before the loop, which may not turn at all")
    return Carry(tuple(names), tuple(flags.get(name, name) for name in names))

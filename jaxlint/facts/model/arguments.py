"""The arguments of a call, and how they meet a function's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from jaxlint.facts.model.definitions import Parameter
from jaxlint.facts.model.values import Const, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arguments:
    """Values of a call. Not ``exact``: a ``*args`` or ``**kwargs`` of unknown length is among them."""

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    exact: bool = True

    def get(self, position: int, name: str) -> Value | None:
        """The argument at a position or by its name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position < len(self.positional) else None

    def prepend(self, *values: Value) -> Arguments:
        return Arguments((*values, *self.positional), self.keywords, self.exact)

    @property
    def values(self) -> list[Value]:
        return [*self.positional, *self.keywords.values()]


def match(parameters: Sequence[Parameter], args: Arguments) -> dict[str, Value | None] | None:
    """Parameter name -> argument (None: not passed) for the plain parameters; None if the call does not fit."""
    found: dict[str, Value | None] = {}
    positional = [p for p in parameters if p.kind in ("positional", "both")]
    for number, parameter in enumerate(positional):
        if number < len(args.positional):
            found[parameter.name] = args.positional[number]
        else:
            found[parameter.name] = args.keywords.get(parameter.name)
    for parameter in parameters:
        if parameter.kind == "keyword":
            found[parameter.name] = args.keywords.get(parameter.name)
    overflow = len(args.positional) > len(positional) and not any(p.kind == "args" for p in parameters)
    return None if overflow and args.exact else found


def constant_ints(value: Value | None, items: Sequence[Value] | None) -> set[int] | None:
    """The integers of ``0`` or ``(0, 2)``; None if not known."""
    return _constants(value, items, int)


def constant_strings(value: Value | None, items: Sequence[Value] | None) -> set[str] | None:
    """The strings of ``"n"`` or ``("n", "m")``; None if not known."""
    return _constants(value, items, str)


def _constants(value: Value | None, items: Sequence[Value] | None, kind: type[T]) -> set[T] | None:
    if isinstance(value, Const) and isinstance(value.value, kind):
        return {value.value}
    if value is None or value == Const(None):
        return set()
    if items is None:
        return None
    found = {item.value for item in items if isinstance(item, Const) and isinstance(item.value, kind)}
    return found if len(found) == len(items) else None

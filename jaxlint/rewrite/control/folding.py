"""Long lines, folded as the usual formatters do: the arguments of the last call below it.

::

    x, _ = jax.lax.scan(step, (x, y), xs)      ->     x, _ = jax.lax.scan(
                                                          step, (x, y), xs
                                                      )
"""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100
_INDENT = "    "
_OPEN, _CLOSE = "([{", ")]}"


def folded(lines: Sequence[str], indent: int, kept: str) -> list[str]:
    """The lines, those folded that are too long behind an indentation and do not stand in ``kept`` as they are."""
    return [part for line in lines for part in ([line] if line.strip() in kept else _fold(line, indent))]


def _fold(line: str, indent: int) -> list[str]:
    start = _last_call(line) if len(line) + indent > WIDTH and not set(line) & set("#'\"") else None
    if start is None:
        return [line]
    margin = line[: len(line) - len(line.lstrip())]
    inside = f"{margin}{_INDENT}{line[start + 1 : -1]}"
    if len(inside) + indent <= WIDTH:
        return [line[: start + 1], inside, f"{margin})"]
    found = [line[: start + 1]]
    for part in _split(line[start + 1 : -1]):
        *first, last = _fold(f"{margin}{_INDENT}{part}", indent)
        found += [*first, f"{last},"]
    return [*found, f"{margin})"]


def _last_call(line: str) -> int | None:
    """Where the bracket opens that the line's last character closes; None if there is none, or nothing in it."""
    if not line.endswith(")"):
        return None
    depth = 0
    for place in range(len(line) - 1, -1, -1):
        depth += (line[place] in _CLOSE) - (line[place] in _OPEN)
        if depth == 0:
            return place if place and place + 2 < len(line) else None
    return None


def _split(text: str) -> list[str]:
    """The parts between commas that no bracket encloses; a lambda's commas do not separate."""
    parts, depth, first = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in _OPEN) - (sign in _CLOSE)
        if sign == "," and depth == 0 and not _in_parameters(text[first:place]):
            parts.append(text[first:place].strip())
            first = place + 1
    return [*parts, text[first:].strip()]


def _in_parameters(part: str) -> bool:
    return part.strip().startswith("lambda") and ":" not in part

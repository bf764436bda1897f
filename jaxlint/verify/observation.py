"""What was seen when a function ran, as plain data."""

from typing import Literal

import msgspec

Seen = Literal["raises", "reuses", "leaks", "recompiles", "differs"]


class Line(msgspec.Struct, frozen=True):
    """Lines of a file, first and last."""

    path: str
    first: int
    last: int


class Observation(msgspec.Struct, frozen=True):
    """A call ``raises``, ``reuses`` a key, ``leaks`` a tracer, ``recompiles`` although nothing changed, or ``differs``
    under jit. ``lines`` are where; without any it is the function as a whole."""

    seen: Seen
    words: str
    lines: tuple[Line, ...] = ()

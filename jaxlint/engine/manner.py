"""How a check is made by whoever looks at nearly the same texts again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.source import Chunk, Memory

if TYPE_CHECKING:
    from jaxlint.facts import Tracer


@dataclass(frozen=True, slots=True)
class Manner:
    """``memory`` has what was read before. ``pause`` is called now and then; what it raises, no ``Exception``, ends the
    check. ``seen`` gets the tracer before the rules do. These are asked about the chunks for which ``where`` holds."""

    memory: Memory | None = None
    pause: Callable[[], None] = lambda: None
    seen: Callable[[Tracer], None] = lambda tracer: None
    where: Callable[[Chunk], bool] = lambda chunk: True


THOROUGH = Manner()
"""As the command line does it: everything, from nothing, to the end."""

"""What need not be entered from unknown arguments, judged from the index alone, before LibCST reads it.

The functions of a module that imports nothing but the standard library can have no finding by themselves. They are read
when somebody calls them. A finer screen, by what each function holds and calls, was tried: on ten JAX libraries it
spared next to nothing, since nearly every function there calls something that matters.
"""

from __future__ import annotations

import sys

from jaxlint.source import Chunk, Module
from jaxlint.source.index import Definition


def plain_function(module: Module, chunk: Chunk) -> Definition | None:
    """The entry of a chunk which is one function without decorators: it can be bound by its name without being read."""
    if chunk.name is None:
        return None
    found = next((d for d in module.index.definitions if d.name == chunk.name and d.kind == "function"), None)
    return found if found is not None and not found.decorators else None


def concerns_jax(module: Module) -> bool:
    """True unless a module's imports are all of the standard library."""
    return any(
        name.level or name.module.partition(".")[0] not in sys.stdlib_module_names for name in module.index.imports
    )

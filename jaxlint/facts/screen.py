"""Which functions are worth entering from unknown arguments, judged from the index alone, before LibCST reads them.

A function that is left out is still read when a traced function, or one that is worth it, calls it. The screen
over-approximates: it may enter a function for nothing, but leaves out none that could have a finding by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from jaxlint.jaxapi import key_consumer, removed, transform
from jaxlint.source import Chunk, Module
from jaxlint.source.index import Definition

_ANY = frozenset({"attribute-store", "comprehension", "discard", "global", "loop", "out", "subscript-store"})
"""Triggers that a rule may report on the host, in a function that knows JAX."""
_KEYISH = re.compile(r"key|rng|seed|random|prng", re.IGNORECASE)
_LIFTING = frozenset({"jit", "pmap", "vmap", "filter_jit", "filter_vmap", "remat", "checkpoint"})


class Screen:
    """Judges the functions of a project, with ``everything`` all favourably."""

    def __init__(self, modules: Iterable[Module], *, everything: bool = False) -> None:
        self._everything = everything
        self._functions: dict[Module, dict[str, Definition]] = {}
        self._worth: set[str] = set()
        waiting: list[Definition] = []
        for module in modules:
            known = _known(module)
            self._functions[module] = {d.name: d for d in module.index.definitions if d.kind == "function"}
            keepers = {_class(d.name) for d in module.index.every() if _keeps_transformed(known, d)} - {""}
            for definition in module.index.every():
                uses_kept = _class(definition.name) in keepers and _ANY & definition.triggers
                if uses_kept or _by_itself(known, definition):
                    self._worth.update(_handles(definition.name))
                else:
                    waiting.append(definition)
        self._spread(waiting)

    def _spread(self, waiting: list[Definition]) -> None:
        """What calls something worth it is worth it: it may pass arrays, keys or functions on."""
        callers: dict[str, list[str]] = {}
        for definition in waiting:
            for name in definition.calls:
                callers.setdefault(_last(name), []).extend(_handles(definition.name))
        queue = list(self._worth)
        while queue:
            for caller in callers.pop(queue.pop(), ()):
                if caller not in self._worth:
                    self._worth.add(caller)
                    queue.append(caller)

    def plain_function(self, module: Module, chunk: Chunk) -> Definition | None:
        """The entry of a chunk which is one function without decorators."""
        if chunk.name is None:
            return None
        found = self._functions[module].get(chunk.name)
        return found if found is not None and not found.decorators else None

    def worth(self, name: str) -> bool:
        """True if some function of this name could have a finding when it is called with anything."""
        return self._everything or name in self._worth


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _class(name: str) -> str:
    return name.rpartition(".")[0]


def _handles(name: str) -> tuple[str, ...]:
    """What a caller's code calls to get at a function: its name, or for a method its class."""
    cls, _, method = name.rpartition(".")
    return (method, cls) if cls else (method,)


def _by_itself(known: dict[str, str], definition: Definition) -> bool:
    """True for a function that holds what a rule may report on the host, or a transform."""
    if any(map(_KEYISH.search, definition.names)):
        return True
    canonical = [name for name in (_canonical(known, name) for name in definition.names) if name is not None]
    return bool(canonical) and (bool(_ANY & definition.triggers) or any(map(_is_special, canonical)))


def _keeps_transformed(known: dict[str, str], definition: Definition) -> bool:
    """True for a method that may store a transformed function in an attribute, which the other methods call."""
    names = (_canonical(known, name) for name in definition.names)
    return "attribute-store" in definition.triggers and any(name and _is_special(name) for name in names)


def _known(module: Module) -> dict[str, str]:
    """Local names of a module that may mean JAX, NumPy, a library on them or a module of the project."""
    known = dict.fromkeys(module.index.assigned, "")
    for name in module.index.imports:
        if name.level or name.module.partition(".")[0] not in sys.stdlib_module_names:
            known[name.local] = name.target
    return known


def _canonical(known: dict[str, str], name: str) -> str | None:
    root, _, rest = name.partition(".")
    if root not in known:
        return None
    return f"{known[root]}.{rest}" if rest else known[root]


def _is_special(name: str) -> bool:
    """True for a transform, a consumer of keys, what a jax release removed, and what may be one under another name."""
    if name.startswith("jax.random.") or key_consumer(name) is not None:
        return True
    return _last(name) in _LIFTING or transform(name) is not None or removed(name) is not None

"""Which functions are worth entering from unknown arguments, judged from the index alone, before LibCST reads them.

A function that is left out is still read when a traced function, or one that is worth it, calls it. The screen
over-approximates: it may enter a function for nothing, but leaves out none that could have a finding by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from jaxlint.jaxapi import key_consumer, removed, transform
from jaxlint.source import Chunk, Module
from jaxlint.source.index import Definition

_ANY = frozenset({"attribute-store", "comprehension", "discard", "global", "loop", "out", "subscript-store"})
"""Triggers that a rule may report on the host, in a function that knows JAX."""
_STORES = frozenset({"out", "subscript-store"})
_UPDATES = frozenset({".add", ".divide", ".max", ".min", ".multiply", ".power", ".set"})
_KEYISH = re.compile(r"key|rng|seed|random|prng", re.IGNORECASE)
_LIFTING = frozenset({"jit", "pmap", "vmap", "filter_jit", "filter_vmap", "remat", "checkpoint"})


class Screen:
    """Judges the functions of a project, with ``everything`` all favourably."""

    def __init__(self, modules: Iterable[Module], *, everything: bool = False) -> None:
        self._everything = everything
        self._functions: dict[Module, dict[str, Definition]] = {}
        self._worth: set[str] = set()
        waiting: list[tuple[Definition, bool]] = []
        for module in modules:
            known = _known(module)
            self._worth.update(module.index.assigned)  # may be a transformed function: who calls it gives a context
            self._functions[module] = {d.name: d for d in module.index.definitions if d.kind == "function"}
            for definition, knows in _with_knowledge(known, module):
                if any(_by_itself(known, method) for method in definition.methods):
                    # An attribute of `self` may be a jitted function, which the other methods call.
                    self._worth.update(_last(method.name) for method in definition.methods if _ANY & method.triggers)
                if any(map(_KEYISH.search, definition.names)) or (knows and _by_itself(known, definition)):
                    self._worth.update(_handles(definition.name))
                else:
                    waiting.append((definition, bool(_canonical_names(known, definition))))
        self._spread(waiting)

    def _spread(self, waiting: list[tuple[Definition, bool]]) -> None:
        """What calls something worth it is worth it: it may pass arrays, keys or functions on.

        What stores into something that it is given (and knows nothing of JAX) is worth it for callers that know JAX.
        """
        callers: dict[str, list[tuple[Definition, bool]]] = {}
        for definition, knows in waiting:
            for name in definition.calls:
                callers.setdefault(_last(name), []).append((definition, knows))
        storing = {name for definition, _ in waiting if _stores(definition) for name in _handles(definition.name)}
        queue, seen = [*self._worth, *storing], set()
        while queue:
            callee = queue.pop()
            visit = callee, callee in self._worth
            if visit in seen:
                continue
            seen.add(visit)
            for definition, knows in callers.get(callee, ()):
                if callee in self._worth or knows:
                    self._worth.update(_handles(definition.name))
                queue.extend(_handles(definition.name))

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


def _handles(name: str) -> tuple[str, ...]:
    """What a caller's code calls to get at a function: its name, or for a method its class."""
    cls, _, method = name.rpartition(".")
    return (method, cls) if cls else (method,)


def _by_itself(known: dict[str, str], definition: Definition) -> bool:
    """True for a function that holds what a rule may report on the host, or a transform."""
    canonical = _canonical_names(known, definition)
    if not canonical:
        return _stores(definition)
    return bool(_ANY & definition.triggers) or any(map(_is_special, canonical))


def _with_knowledge(known: dict[str, str], module: Module) -> Iterator[tuple[Definition, bool]]:
    """All definitions, and whether each knows JAX: itself, or through the attributes that another method sets."""
    for owner in (module.index.body, *module.index.definitions):
        yield owner, bool(_canonical_names(known, owner))
        knows = any(_canonical_names(known, method) for method in owner.methods)
        yield from ((method, knows) for method in owner.methods)


def _canonical_names(known: dict[str, str], definition: Definition) -> list[str]:
    return [name for name in (_canonical(known, name) for name in definition.names) if name is not None]


def _stores(definition: Definition) -> bool:
    """True for a function that stores into an item, or drops an update of one."""
    return not _STORES.isdisjoint(definition.triggers) or (
        "discard" in definition.triggers and not _UPDATES.isdisjoint(definition.calls)
    )


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

"""The two versions of a module, imported side by side, and the arguments that each of them gets."""

import copy
import io
import pickle
import random
from dataclasses import dataclass
from types import MethodType, ModuleType
from typing import Any

import jax
import numpy as np

from jaxlint.verify.child.execute import Call


@dataclass(frozen=True, slots=True)
class Sides:
    """Original and rewritten module. ``names`` are those under which the original's classes may be known."""

    before: ModuleType
    after: ModuleType
    names: frozenset[str] = frozenset()

    def arguments(self, call: Call, module: ModuleType) -> Call:
        """The call's arguments anew, for one of the two: instances of the module's own classes are of its classes."""
        homes = self.names | {self.before.__name__, self.after.__name__}
        args, kwargs = rehomed((call.args, call.kwargs), homes, module)
        return Call(args, kwargs, call.static)


def rehomed(value: Any, homes: frozenset[str], module: ModuleType) -> Any:
    """A deep copy in which classes and functions of the modules ``homes`` are those of ``module``.

    Falls back on a plain deep copy for what cannot be pickled.
    """
    file, kept = io.BytesIO(), dict[int, Any]()
    try:
        _Out(file, kept, homes).dump(value)
        file.seek(0)
        return _In(file, kept, module).load()
    except Exception:
        return copy.deepcopy(value)


class _Out(pickle.Pickler):
    """Names what belongs to a home; leaves alone what cannot change, and other code."""

    def __init__(self, file: io.BytesIO, kept: dict[int, Any], homes: frozenset[str]) -> None:
        super().__init__(file)
        self._kept, self._homes = kept, homes

    def persistent_id(self, value: Any) -> str | int | None:
        code = callable(value) and hasattr(value, "__qualname__") and not isinstance(value, MethodType)
        if code and value.__module__ in self._homes and "<" not in value.__qualname__:
            return str(value.__qualname__)
        if code or isinstance(value, (jax.Array, ModuleType)):
            self._kept[id(value)] = value
            return id(value)
        return None


class _In(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, kept: dict[int, Any], module: ModuleType) -> None:
        super().__init__(file)
        self._kept, self._module = kept, module

    def persistent_load(self, identity: str | int) -> Any:
        if isinstance(identity, int):
            return self._kept[identity]
        return attribute(self._module, identity)


def attribute(module: ModuleType, qualified: str) -> Any:
    """What a module knows under a dotted name. Raises AttributeError."""
    found: Any = module
    for part in qualified.split("."):
        found = getattr(found, part)
    return found


def same_start(seed: int = 0) -> None:
    """Give the global generators of random numbers the state that either version starts from."""
    random.seed(seed)
    np.random.seed(seed)

"""Notes the calls of a function: the arguments of each, as bytes, in a file of this process."""

import functools
import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from jaxlint.verify.recorder.portable import dumps

_CALLS, _BYTES = 10, 16 * 2**20
"""At most so many different calls of one function, and so many bytes for one call."""


def noted(folder: Path) -> Callable[[str], Callable[[Any], Any]]:
    """A decorator for each name, which has a function note its calls in the folder."""
    seen: dict[str, set[bytes]] = {}

    def note(name: str, module: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        known = seen.setdefault(name, set())
        if len(known) >= _CALLS or _traced((args, kwargs)):
            return
        payload, problem = b"", ""
        try:
            payload = dumps((args, kwargs))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        if len(payload) > _BYTES:
            payload, problem = b"", f"a call's arguments are over {_BYTES >> 20} MiB"
        digest = hashlib.sha256(payload).digest()
        if digest in known:
            return
        known.add(digest)
        with (folder / f"{os.getpid()}.calls").open("ab") as file:
            pickle.dump((name, module, list(sys.path), payload, problem), file)

    return lambda name: lambda function: _wrapped(function, functools.partial(note, name, function.__module__))


def _wrapped(function: Any, note: Callable[[tuple[Any, ...], dict[str, Any]], None]) -> Any:
    if not isinstance(function, FunctionType):
        return _Noted(function, note)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        note(args, kwargs)
        return function(*args, **kwargs)

    return run


class _Noted:
    """A callable that is no plain function, such as a jitted one: everything else about it stays."""

    def __init__(self, function: Any, note: Callable[[tuple[Any, ...], dict[str, Any]], None]) -> None:
        self.__wrapped__, self._note = function, note

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._note(args, kwargs)
        return self.__wrapped__(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else MethodType(self, owner)


def _traced(arguments: Any) -> bool:
    """Whether the call happens while JAX traces: its arguments are no data then."""
    jax = sys.modules.get("jax")
    if jax is None:
        return False
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree_util.tree_leaves(arguments))

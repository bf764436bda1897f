"""Arguments as bytes that another process can read: pickle, and lambdas, local functions and typed keys besides."""

import builtins
import importlib
import io
import marshal
import pickle
import sys
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

Find = Callable[[str, str], Any]


def dumps(value: Any) -> bytes:
    """Raises what pickle raises for what cannot be stored."""
    file = io.BytesIO()
    _Pickler(file).dump(value)
    return file.getvalue()


def loads(data: bytes, find: Find) -> Any:
    """``find`` gives what a module knows under a name; None for whatever pickle would take."""

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found = find(module, name)
            return super().find_class(module, name) if found is None else found

    return Unpickler(io.BytesIO(data)).load()


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, ModuleType):
            return importlib.import_module, (value.__name__,)
        if isinstance(value, FunctionType) and not _has_a_name(value):
            return _function, (marshal.dumps(value.__code__), value.__name__, *_surroundings(value))
        if _is_typed_key(value):
            import jax
            import numpy as np

            return _typed_key, (np.asarray(jax.random.key_data(value)), str(jax.random.key_impl(value)))
        return NotImplemented


def _has_a_name(function: FunctionType) -> bool:
    """Whether the function, or what decorates it, is found under its name again."""
    return "<" not in function.__qualname__ and function.__module__ in sys.modules


def _surroundings(function: FunctionType) -> tuple[Any, ...]:
    """Defaults, what the closure holds, and the globals that the code names."""
    used = {name: function.__globals__[name] for name in _names(function.__code__) if name in function.__globals__}
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return function.__defaults__, function.__kwdefaults__, cells, used


def _names(code: CodeType) -> set[str]:
    inner = (_names(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


def _function(code: bytes, name: str, defaults: Any, named: Any, cells: tuple[Any, ...], used: dict[str, Any]) -> Any:
    scope = {"__builtins__": builtins, **used}
    made = FunctionType(marshal.loads(code), scope, name, defaults, tuple(map(CellType, cells)))
    made.__kwdefaults__ = named
    return made


def _is_typed_key(value: Any) -> bool:
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(value, jax.Array) and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key)


def _typed_key(data: Any, impl: str) -> Any:
    import jax

    return jax.random.wrap_key_data(jax.numpy.asarray(data), impl=impl)

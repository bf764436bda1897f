"""Pytrees to plain bytes (see jaxlint.verify.outcome)."""

import re
from types import ModuleType
from typing import Any

import jax
import numpy as np

from jaxlint.verify.outcome import Leaf, Tree

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_NUMBERS = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}


def flatten(value: Any) -> Tree:
    """The tree of a value. Waits for its arrays. An object that is no pytree counts as its attributes."""
    structure, leaves = _flattened(value, "", ())
    return Tree(structure, tuple(leaves))


def _flattened(value: Any, path: str, inside: tuple[int, ...]) -> tuple[str, list[Leaf]]:
    with_paths, structure = jax.tree_util.tree_flatten_with_path(value)
    text, leaves = _ADDRESS.sub("", str(structure)), list[Leaf]()
    for keys, item in with_paths:
        where = path + jax.tree_util.keystr(keys)
        leaf = _leaf(where, item)
        if leaf.kind == "opaque" and _has_attributes(item) and id(item) not in inside:
            inner, more = _flattened(vars(item), where, (*inside, id(item)))
            text += f" {type(item).__name__}{inner}"
            leaves += more
        else:
            leaves.append(leaf)
    return text, leaves


def _has_attributes(value: Any) -> bool:
    return hasattr(value, "__dict__") and not callable(value) and not isinstance(value, ModuleType)


def _leaf(path: str, value: Any) -> Leaf:
    if isinstance(value, jax.Array) and jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key):
        data = np.asarray(jax.random.key_data(value))
        return Leaf(path, "key", str(value.dtype), value.shape, data.tobytes())
    if isinstance(value, (jax.Array, np.ndarray, np.generic)):
        return _array(path, "array", np.asarray(value), weak=getattr(value, "weak_type", False))
    if type(value) in _NUMBERS and not (type(value) is int and abs(value) >= 2**63):
        return _array(path, "python", np.asarray(value, _NUMBERS[type(value)]))
    if isinstance(value, (str, bytes, int)):
        return Leaf(path, "text", type(value).__name__, (), repr(value).encode())
    return Leaf(path, "opaque", type(value).__name__, (), b"")


def _array(path: str, kind: str, value: np.ndarray[Any, Any], weak: bool = False) -> Leaf:
    if value.dtype.kind in "OMm" or value.dtype.names:
        return Leaf(path, "opaque", str(value.dtype), value.shape, b"")
    if value.dtype.kind in "SU":
        return Leaf(path, "text", "array of text", value.shape, repr(value.tolist()).encode())
    return Leaf(path, kind, value.dtype.name, value.shape, value.tobytes(), weak)

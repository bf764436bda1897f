"""Pytrees to plain bytes (see jaxlint.verify.outcome)."""

from typing import Any

import jax
import numpy as np

from jaxlint.verify.outcome import Leaf, Tree

_NUMBERS = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}


def flatten(value: Any) -> Tree:
    """The tree of a value. Waits for its arrays."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(value)
    return Tree(str(structure), tuple(_leaf(jax.tree_util.keystr(path), leaf) for path, leaf in leaves))


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

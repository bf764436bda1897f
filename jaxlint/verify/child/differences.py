"""The gradient of a function that JAX cannot differentiate, by central differences in double precision."""

import copy
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlint.verify.outcome import Leaf, Tree

_STEP = 1e-5
_MOST = 200
"""Elements beyond which it takes too long."""


def central_differences(
    results: Callable[..., list[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Tree | None:
    """The gradient of a weighted sum of all real results by all floating-point arguments, an array for each of these.

    NaN where the function has a kink; None for too many elements. Raises whatever the function raises.
    """
    leaves, structure = jax.tree_util.tree_flatten((args, kwargs))
    leaves = [np.asarray(leaf, np.float64) if _is_floating(leaf) else leaf for leaf in leaves]
    wanted = [i for i, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray) and leaf.dtype == np.float64]
    if sum(leaves[i].size for i in wanted) > _MOST:
        return None

    def loss(place: int, index: tuple[int, ...], step: float) -> float:
        moved = copy.deepcopy(leaves)
        moved[place][index] += step
        some, more = jax.tree_util.tree_unflatten(structure, moved)
        return sum(map(_weighted, results(*some, **more)), start=0.0)

    found = [_by_element(leaves[i], functools.partial(loss, i)) for i in wanted]
    return Tree("gradient", tuple(_leaf(number, array) for number, array in enumerate(found)))


def _by_element(array: NDArray[Any], loss: Callable[[tuple[int, ...], float], float]) -> NDArray[Any]:
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        step = _STEP * max(1.0, abs(float(array[index])))
        below, here, above = (loss(index, sign * step) for sign in (-1, 0, 1))
        left, right = (here - below) / step, (above - here) / step
        kink = abs(left - right) > 1e-2 * max(1.0, abs(left), abs(right))
        gradient[index] = np.nan if kink else (above - below) / (2 * step)
    return gradient


def _leaf(number: int, array: NDArray[Any]) -> Leaf:
    data = array.astype(np.float32)
    return Leaf(f"[{number}]", "array", "float32", data.shape, data.tobytes())


def _is_floating(leaf: Any) -> bool:
    return isinstance(leaf, float) or (hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, np.floating))


def _weighted(leaf: Any) -> float:
    """As the gradient of the rewritten function weighs its results."""
    if not _is_floating(leaf):
        return 0.0
    flat = np.ravel(np.asarray(leaf, np.float64))
    return float(np.sum(flat * np.cos(np.arange(flat.size))))

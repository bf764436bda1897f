"""Whether two results are no further apart than rounding explains.

The tolerances of `compare` know nothing of the function. Where it cancels large numbers, a difference of one unit in
the last place of an *argument* may move the original's own result further than they allow.
"""

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.compare import array
from jaxlint.verify.outcome import Returned, Tree

_NUDGES, _FACTOR, _SMALL = 3, 8.0, 1e-3


def only_rounding(trials: Trials, call: Call, expected: Returned, actual: Returned) -> bool:
    """Whether nudging the arguments moves the original's result by as much as the two differ, and both by little."""
    pairs = _numbers(expected.value, actual.value)
    if pairs is None or expected.mutated or actual.mutated:
        return False
    room = [0.0 for _ in pairs]
    for seed in range(_NUDGES):
        outcome = trials.original(nudged(call, seed))
        moved = _numbers(expected.value, outcome.value) if isinstance(outcome, Returned) else None
        if moved is None:
            return False
        room = [max(old, _largest(a - b)) for old, (a, b) in zip(room, moved, strict=True)]
    given = max(map(_largest, _floating(call)), default=0.0)
    return all(
        _largest(a - b) <= min(_FACTOR * move, _SMALL * max(given, _largest(a)))
        for move, (a, b) in zip(room, pairs, strict=True)
    )


def _largest(array: NDArray[Any]) -> float:
    return float(np.max(np.abs(array), initial=0.0))


def nudged(call: Call, seed: int) -> Call:
    """The call with every floating-point number one unit in the last place further up or down."""
    random = np.random.default_rng(seed)

    def nudge(leaf: Any) -> Any:
        if isinstance(leaf, float):
            return float(np.nextafter(np.float32(leaf), np.float32(random.choice([-np.inf, np.inf]))))
        if not _is_floating(leaf):
            return leaf
        eps = float(jax.numpy.finfo(leaf.dtype).eps)  # type: ignore[no-untyped-call]
        values = np.asarray(leaf)
        return (values * (1 + eps * random.choice([-1.0, 1.0], values.shape))).astype(values.dtype)

    args, kwargs = jax.tree_util.tree_map(nudge, (call.args, call.kwargs))
    return Call(args, kwargs, call.static)


def _floating(call: Call) -> list[NDArray[Any]]:
    leaves = jax.tree_util.tree_leaves((call.args, call.kwargs))
    return [np.asarray(leaf, np.float64) for leaf in leaves if isinstance(leaf, float) or _is_floating(leaf)]


def _is_floating(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, np.floating)


def _numbers(one: Tree, other: Tree) -> list[tuple[NDArray[Any], NDArray[Any]]] | None:
    """The floating-point leaves of two trees; None if they differ in anything else."""
    if one.structure != other.structure:
        return None
    found = []
    for left, right in zip(one.leaves, other.leaves, strict=True):
        if (left.kind, left.shape) != (right.kind, right.shape):
            return None
        if "float" in left.dtype and "float" in right.dtype:
            found.append((array(left).astype(np.float64), array(right).astype(np.float64)))
        elif left.data != right.data:
            return None
    return found if all(np.isfinite(side).all() for pair in found for side in pair) else None

"""Whether two results are no further apart than rounding explains.

The tolerances of `compare` know nothing of the function. Where it cancels large numbers, a difference of a few units in
the last place of an *argument* may move the original's own result further than they allow; and where it asks whether
something has converged, it may move the number of turns.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.trial import Trials
from jaxlint.verify.compare import array
from jaxlint.verify.outcome import Returned, Tree

_LEAST, _MORE = (1, 1, 1), (4, 16)
"""Units in the last place, for one try each."""
_FACTOR, _SMALL, _LARGE = 8.0, 1e-3, 1e-2


class Rounding(Enum):
    """What rounding has to do with a difference.

    It ``EXPLAINS`` one if nudging the arguments moves the original's result by as much, and both by little. It
    ``DECIDES`` if it moves by as much as the two differ, be that much, or by more than makes sense: then the call tells
    nothing about a rewrite which gives the same without jit.
    """

    EXPLAINS = 1
    DECIDES = 2


def rounding(trials: Trials, call: Call, expected: Returned, actual: Returned) -> Rounding | None:
    """What rounding has to do with the difference between two results, if anything."""
    differing = _differing(expected.value, actual.value)
    if differing is None or (room := _room(trials, call, expected, _LEAST)) is None:
        return None
    given = max(map(_largest, _floating(call)), default=0.0)
    if not any(exact for exact, _, _ in differing) and all(
        move <= min(_FACTOR * space, _SMALL * max(given, size))
        for (_, move, size), space in zip(differing, room, strict=True)
    ):
        return Rounding.EXPLAINS
    if (more := _room(trials, call, expected, _MORE)) is None:
        return None
    spaces = map(max, room, more)
    decides = all(
        move <= _FACTOR * space or space > _LARGE * size
        for (_, move, size), space in zip(differing, spaces, strict=True)
    )
    return Rounding.DECIDES if decides else None


def _room(trials: Trials, call: Call, expected: Returned, nudges: Sequence[int]) -> list[float] | None:
    """How far the original's own results move; None if it does not return, or not the like."""
    room: list[float] = []
    for seed, ulps in enumerate(nudges):
        outcome = trials.original(nudged(call, seed, ulps))
        if not isinstance(outcome, Returned) or outcome.mutated:
            return None
        moved = _differing(expected.value, outcome.value)
        if moved is None:
            return None
        room = [max(old, move) for old, (_, move, _) in zip(room or [0.0] * len(moved), moved, strict=True)]
    return room


def _largest(array: NDArray[Any]) -> float:
    return float(np.max(np.abs(array), initial=0.0))


def nudged(call: Call, seed: int, ulps: int = 1) -> Call:
    """The call with every floating-point number some units in the last place further up or down."""
    random = np.random.default_rng(seed)

    def nudge(leaf: Any) -> Any:
        if isinstance(leaf, float):
            return float(nudge(np.asarray(leaf, jax.dtypes.canonicalize_dtype(float))))
        if not _is_floating(leaf):
            return leaf
        eps = float(jax.numpy.finfo(leaf.dtype).eps)  # type: ignore[no-untyped-call]
        values = np.asarray(leaf)
        return (values * (1 + ulps * eps * random.choice([-1.0, 1.0], values.shape))).astype(values.dtype)

    args, kwargs = jax.tree_util.tree_map(nudge, (call.args, call.kwargs))
    return Call(args, kwargs, call.static)


def _floating(call: Call) -> list[NDArray[Any]]:
    leaves = jax.tree_util.tree_leaves((call.args, call.kwargs))
    return [np.asarray(leaf, np.float64) for leaf in leaves if isinstance(leaf, float) or _is_floating(leaf)]


def _is_floating(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, np.floating)


def _differing(one: Tree, other: Tree) -> list[tuple[bool, float, float]] | None:
    """For each leaf whether it is exact and differs, how far it differs, and its size; None for what is no number."""
    if one.structure != other.structure:
        return None
    found = []
    for left, right in zip(one.leaves, other.leaves, strict=True):
        if left.shape != right.shape or not {left.kind, right.kind} <= {"array", "python"}:
            return None
        a, b = array(left).astype(np.complex128), array(right).astype(np.complex128)
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            return None
        inexact = all("float" in leaf.dtype or "complex" in leaf.dtype for leaf in (left, right))
        found.append((not inexact and bool((a != b).any()), _largest(a - b), _largest(a)))
    return found

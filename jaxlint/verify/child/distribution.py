"""Whether two sets of random results have one distribution: in mean and spread, and element by element.

Kolmogorov-Smirnov, two samples, at a level of one in a million; what rounding moves does not count.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlint.verify.compare import array
from jaxlint.verify.outcome import Leaf

_LEVEL = 2.7
"""Times the root of 2/n: a distance that one distribution shows once in a million times."""
_ROUNDING = 1e-4
_ELEMENTS = 64
"""So many elements of a result, evenly spread."""


def numbers(leaves: Sequence[Leaf]) -> list[Leaf]:
    """The leaves that have a distribution."""
    return [leaf for leaf in leaves if leaf.kind in ("array", "python")]


def furthest(old: Sequence[Sequence[Leaf]], new: Sequence[Sequence[Leaf]]) -> str | None:
    """Which of the results is distributed otherwise, given those of many calls; each call gives the like."""
    for place, leaf in enumerate(old[0]):
        left, right = (_rows([sample[place] for sample in side]) for side in (old, new))
        if left is None or right is None:
            return f"result{leaf.path} is of other shapes with other seeds"
        for label, *sides in _statistics(left, right):
            distance = _distance(*(np.sort(side) for side in sides))
            if distance > _LEVEL * np.sqrt(2 / len(old)):
                what = f"result {place}{leaf.path}" if len(old[0]) > 1 else f"result{leaf.path}"
                return f"{label} of {what} is distributed otherwise (Kolmogorov-Smirnov distance {distance:.2f})"
    return None


def _rows(samples: Sequence[Leaf]) -> NDArray[Any] | None:
    """A row for each call; None if they differ in shape."""
    if len({leaf.shape for leaf in samples}) > 1:
        return None
    values = np.stack([array(leaf).ravel() for leaf in samples])
    return np.abs(values) if np.iscomplexobj(values) else values.astype(float)


def _statistics(old: NDArray[Any], new: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any], NDArray[Any]]]:
    size = old.shape[1]
    if size > 1:
        yield "the mean", old.mean(axis=1), new.mean(axis=1)
        yield "the spread", old.std(axis=1), new.std(axis=1)
    for i in range(0, size, -(-size // _ELEMENTS) or 1):
        yield f"element {i}" if size > 1 else "the number", old[:, i], new[:, i]


def _distance(left: NDArray[Any], right: NDArray[Any]) -> float:
    """Between two sorted samples, each of which may be moved a little."""
    both = np.concatenate([left, right])
    finite = both[np.isfinite(both)]
    slack = _ROUNDING * float(np.max(np.abs(finite), initial=0.0))
    return max(_above(left, right, both, slack), _above(right, left, both, slack))


def _above(one: NDArray[Any], other: NDArray[Any], places: NDArray[Any], slack: float) -> float:
    share = np.searchsorted(one, places, "right") / max(1, one.size)
    return float(np.max(share - np.searchsorted(other, places + slack, "right") / max(1, other.size), initial=0.0))

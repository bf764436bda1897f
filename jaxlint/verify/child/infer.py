"""Looks for arguments with which the original runs: deterministic, bounded, and no more than a guess."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from jaxlint.verify.inputs.spec import Arguments, Dim, arrays, names, renamed

Runs = Callable[[Arguments, dict[str, int]], bool]
"""Whether the original returns, given descriptions and the sizes of their named dimensions."""

_TRIES, _SECONDS = 250, 20.0
_ONE, _OTHER = 3, 5


def guess(calls: Iterable[Arguments], runs: Runs) -> Arguments | None:
    """The first arguments with which the original runs, their dimensions named apart as far as it allows."""
    deadline = time.monotonic() + _SECONDS
    for arguments in itertools.islice(calls, _TRIES):
        if time.monotonic() > deadline:
            return None
        sizes = dict.fromkeys(names(arguments), _ONE)
        if runs(arguments, sizes):
            return _told_apart(arguments, runs)
    return None


def _told_apart(arguments: Arguments, runs: Runs) -> Arguments:
    """`f(f32[d,d], f32[d])` -> `f(f32[a,b], f32[b])` if the original runs with such arrays."""
    dims = [dim for array in arrays(arguments) for dim in array.dims]
    free = [place for place, dim in enumerate(dims) if dim == "d"]
    groups = list(_groups(free, lambda group: runs(*_resized(arguments, dims, [group]))))
    return _resized(arguments, dims, groups)[0] if runs(*_resized(arguments, dims, groups)) else arguments


def _groups(places: Sequence[int], change: Callable[[tuple[int, ...]], bool]) -> Iterator[tuple[int, ...]]:
    """Places whose sizes can change together, the others staying: alone, else in twos, else the rest."""
    left = list(places)
    for place in places:
        if place not in left:
            continue
        others = [other for other in left if other != place]
        for group in ((place,), *((place, other) for other in others)):
            if change(group):
                left = [other for other in left if other not in group]
                yield group
                break


def _resized(
    arguments: Arguments, dims: Sequence[Dim], groups: Sequence[tuple[int, ...]]
) -> tuple[Arguments, dict[str, int]]:
    """Each group of places with a name and a size of its own."""
    named, sizes = list(dims), {"d": _ONE}
    for number, group in enumerate(groups):
        name = "abcefghijklmnopq"[number % 16]
        sizes[name] = _OTHER + number
        for place in group:
            named[place] = name
    return renamed(arguments, iter(named)), sizes

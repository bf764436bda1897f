"""Looks for arguments with which the original runs: deterministic, bounded, and no more than a guess."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from jaxlint.verify.inputs.spec import Arguments, Dim, arrays, base_sizes, names, renamed

Runs = Callable[[Arguments, dict[str, int]], bool]
"""Whether the original returns, given descriptions and the sizes of their named dimensions."""

_TRIES, _SECONDS = 250, 20.0
_ONE, _OTHERS = 3, (5, 2)
"""More and less: a loop over one array may well read only a part of another."""


def guess(calls: Iterable[Arguments], runs: Runs) -> Arguments | None:
    """The first arguments with which the original runs, their dimensions named apart as far as it allows."""
    deadline = time.process_time() + _SECONDS
    for arguments in itertools.islice(calls, _TRIES):
        if time.process_time() > deadline:
            return None
        sizes = dict.fromkeys(names(arguments), _ONE)
        if runs(arguments, sizes):
            return _told_apart(arguments, runs)
    return None


def _told_apart(arguments: Arguments, runs: Runs) -> Arguments:
    """`f(f32[d,d], f32[d])` -> `f(f32[a,b], f32[b])` if the original runs with such arrays."""
    dims = [dim for array in arrays(arguments) for dim in array.dims]
    free = [place for place, dim in enumerate(dims) if dim == "d"]

    def can_change(group: tuple[int, ...]) -> bool:
        apart = _named(arguments, dims, [group])
        return all(runs(apart, {"d": _ONE, "a": size}) for size in _OTHERS)

    found = _named(arguments, dims, list(_groups(free, can_change)))
    return found if runs(found, base_sizes(found)) else arguments


def _groups(places: Sequence[int], can_change: Callable[[tuple[int, ...]], bool]) -> Iterator[tuple[int, ...]]:
    """Places whose sizes can change together, the others staying: alone, else in twos, else the rest."""
    left = list(places)
    for place in places:
        if place not in left:
            continue
        others = [other for other in left if other != place]
        for group in ((place,), *((place, other) for other in others)):
            if can_change(group):
                left = [other for other in left if other not in group]
                yield group
                break


def _named(arguments: Arguments, dims: Sequence[Dim], groups: Sequence[tuple[int, ...]]) -> Arguments:
    """Each group of places with a name of its own."""
    named = list(dims)
    for number, group in enumerate(groups):
        for place in group:
            named[place] = "abcefghijklmnopq"[number % 16]
    return renamed(arguments, iter(named))

"""vmap as a loop: what `jax.vmap(f)` means, one element after the other."""

from collections.abc import Callable
from typing import Any

import jax

tree_map = jax.tree_util.tree_map


def looped(
    fun: Callable[..., Any], in_axes: Any, out_axes: Any, mapped: Callable[..., Any], args: Any, kwargs: dict[str, Any]
) -> Any:
    """What ``mapped``, the vmap of ``fun``, gives. An empty axis, which tells nothing about results, is left to it."""
    axes = _spread(tuple(in_axes) if isinstance(in_axes, list) else in_axes, args)
    named = _spread(0, kwargs)
    lengths = [
        jax.numpy.shape(leaf)[axis.at]
        for axis, leaf in zip(*map(jax.tree_util.tree_leaves, ((axes, named), (args, kwargs))), strict=True)
        if axis.at is not None
    ]
    if not lengths or min(lengths) == 0 or len(set(lengths)) > 1:
        return mapped(*args, **kwargs)

    def taken(i: int) -> tuple[Any, Any]:
        taken: tuple[Any, Any] = tree_map(lambda axis, leaf: axis.take(leaf, i), (axes, named), (args, kwargs))
        return taken

    results = [fun(*some, **more) for some, more in map(taken, range(lengths[0]))]
    return tree_map(lambda axis, *leaves: axis.join(leaves), _spread(out_axes, results[0]), *results)


class _Axis:
    """The axis of one leaf, or none: an object, for None is no leaf."""

    def __init__(self, at: int | None) -> None:
        self.at = at

    def take(self, leaf: Any, i: int) -> Any:
        if self.at is None:
            return leaf
        at = self.at % jax.numpy.ndim(leaf)
        return jax.numpy.asarray(leaf)[(slice(None),) * at + (i,)]

    def join(self, leaves: tuple[Any, ...]) -> Any:
        return leaves[0] if self.at is None else jax.numpy.stack([jax.numpy.asarray(x) for x in leaves], self.at)


def _spread(axes: Any, value: Any) -> Any:
    """An axis for every leaf of a value, from a prefix of its tree."""

    def below(axis: int | None, part: Any) -> Any:
        return tree_map(lambda _: _Axis(axis), part)

    return tree_map(below, axes, value, is_leaf=lambda axis: axis is None)

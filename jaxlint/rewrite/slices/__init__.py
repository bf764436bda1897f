"""Slices whose bounds a loop's variable decides, which lax cannot take: whole axes and masks, or windows.

::

    s = L[i, :i] @ x[:i]         s = jnp.sum(L[i, :n] * x, where=jnp.arange(n) < i)
    A[k + 1 :, k] /= A[k, k]     A[:, k] = jnp.where(jnp.arange(n) >= k + 1, A[:, k] / A[k, k], A[:, k])
    x[i : i + 3].max()           lax.dynamic_slice_in_dim(x, i, 3).max()

A slice counts from the other end below zero, and is shorter beyond the end: that neither happens is proved from the
ranges of the loops (`bounds.py`). What is computed from slices keeps its text but for them (`spans.py`): elementwise
operations do not mind more elements, reductions are told which to take, stores which to leave (`masks.py`).

It is for code that was NumPy a moment ago, and there right, so that `x *= y` keeps
the shape of `x`.
"""

from jaxlint.rewrite.slices.guarded import chosen_values
from jaxlint.rewrite.slices.inlined import named_slices
from jaxlint.rewrite.slices.masks import whole_axes

__all__ = ["chosen_values", "named_slices", "whole_axes"]

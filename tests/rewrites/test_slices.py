"""Slices that a loop's variable makes longer or moves: masks, windows, and sums item by item."""

from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from .lowered import rewritten, verdict

X = np.array([0.5, -1.0, 2.0, 3.5, -0.25, 1.0, 1.5, -2.0], np.float32)
INTS = np.array([3, -1, 0, 7, 2, 2], np.int32)
L = np.tril(np.arange(1.0, 65.0, dtype=np.float32).reshape(8, 8)) / 16 + 4 * np.eye(8, dtype=np.float32)
L[0, 7] = np.inf
L[2, 5] = np.nan

PROGRAMS: dict[str, tuple[str, list[tuple[Any, ...]], str]] = {
    "forward substitution": (
        """\
        @jax.jit
        def f(lower, b):
            n, _ = lower.shape
            x = jnp.zeros(n)
            for i in range(n):
                x = x.at[i].set((b[i] - jnp.dot(lower[i, :i], x[:i])) / lower[i, i])
            return x
        """,
        [(L, X), (L[:1, :1], X[:1])],
        "mask = jnp.arange(n) < i",
    ),
    "backward substitution": (
        """\
        @jax.jit
        def f(upper, b):
            (n,) = b.shape
            _, m = upper.shape
            x = jnp.zeros_like(b)
            for i in range(n - 1, -1, -1):
                s = upper[i, i + 1 : n] @ x[i + 1 : n]
                x = x.at[i].set((b[i] - s) / upper[i, i])
            return x
        """,
        [(L[::-1, ::-1], X), (L[:1, :1], X[:1])],
        "mask = jnp.arange(n) >= i + 1",
    ),
    "partial sums": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(jnp.sum(2 * x[: i + 1] + 1))
            return out
        """,
        [(X,), (X[:1],), (INTS,)],
        "return out.at[i].set(jnp.sum(jnp.where(mask, 2 * x + 1, 0)))",
    ),
    "a window": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n - 4)
            for i in range(n - 4):
                out = out.at[i].set(jnp.max(x[i : i + 5]))
            return out
        """,
        [(X,), (INTS,), (X[:5],)],
        "return out.at[i].set(jnp.max(jax.lax.dynamic_slice_in_dim(x, i, 5)))",
    ),
    "rows of a sparse matrix": (
        """\
        @jax.jit
        def f(data, indices, starts, x):
            n = starts.shape[0] - 1
            y = jnp.zeros(n)
            for i in range(n):
                y = y.at[i].set(jnp.sum(data[starts[i] : starts[i + 1]] * x[indices[starts[i] : starts[i + 1]]]))
            return y
        """,
        [],
        "return total + data[k] * x[indices[k]]",
    ),
}
LEFT: dict[str, str] = {
    "beyond the end": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(jnp.max(x[i : i + 5]))
            return out
        """,
    "not summed": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(jnp.max(x[: i + 1]))
            return out
        """,
    "of unknown rank": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(jnp.sum(x[: i + 1]))
            return out
        """,
    "from the end": """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(jnp.sum(x[: i - 1]))
            return out
        """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_slices(name: str) -> None:
    code, cases, line = PROGRAMS[name]
    code = dedent(code)
    text = rewritten(code)
    assert line in map(str.strip, text.split("\n")), text
    if not cases:
        data, starts = X, np.array([0, 2, 2, 5, 8], np.int32)
        cases = [(data, INTS[[0, 2, 4, 4, 0, 0, 2, 2]], starts, X)]
    for x64 in (False, True):
        found = verdict(code, cases, x64=x64)
        assert found.kind.passes, (found, text)


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_certain_stays(name: str) -> None:
    code = dedent(LEFT[name])
    assert rewritten(code) == code

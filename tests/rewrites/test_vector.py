"""Loops whose turns do not need each other become expressions of whole arrays; those that do need each other do not."""

import re
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from .lowered import outcome, rewritten, verdict

X = np.array([0.5, -1.0, 2.0, np.nan, -0.25], np.float32)
ONE = np.array([3.0], np.float32)
ZERO = np.zeros(0, np.float32)
INTS = np.array([3, -1, 0, 7, 2], np.int32)
M = np.arange(12, dtype=np.float32).reshape(3, 4) / 8
VECTORS: list[tuple[Any, ...]] = [(X,), (ONE,), (INTS,)]

WHOLE: dict[str, tuple[str, list[tuple[Any, ...]], str]] = {
    "a fill": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out[i] = 2.0 * x[i] + 1  # scaled
            return out
        """,
        [*VECTORS, (ZERO,)],
        "out = out.at[:].set(2.0 * x + 1)  # scaled",
    ),
    "neighbours": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros_like(x)
            (m,) = x.shape
            for i in range(1, n - 1):
                # the second difference
                t = x[i - 1] + x[i + 1]
                out = out.at[i].set(t - 2 * x[i])
            return out
        """,
        [*VECTORS, (ZERO,)],
        "out = out.at[1:-1].set(t - 2 * x[1:-1])",
    ),
    "two arrays": (
        """\
        @jax.jit
        def f(x, y):
            (n,) = x.shape
            for i in range(n):
                x = x.at[i].add(y[i])
            return x
        """,
        [(X, X), (ONE, X), (X, INTS), (ONE, ONE)],
        "x = x.at[:].add(y[:n])",
    ),
    "backwards": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            for i in range(n - 1, -1, -1):
                x[i] *= 0.5
            return x
        """,
        [(X,), (ONE,), (ZERO,)],
        "x = x.at[:].multiply(0.5)",
    ),
    "a grid": (
        """\
        @jax.jit
        def f(x, y):
            n, m = x.shape[0], y.shape[0]
            g = jnp.zeros((n, m))
            for i in range(n):
                for j in range(m):
                    g[i, j] = x[i] * y[j] + i
            return g
        """,
        [(X, ONE), (ONE, X), (X, INTS), (X, ZERO)],
        "g = g.at[:].set(x[:, None] * y + jnp.arange(n)[:, None])",
    ),
    "a stencil": (
        """\
        @jax.jit
        def f(u):
            n, m = u.shape
            v = jnp.zeros((n, m))
            for i in range(1, n - 1):
                for j in range(1, m - 1):
                    v[i, j] = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4 * u[i, j]
            return v
        """,
        [(M,), (M.T,), (M[:1],), (M[:, :1],), (M[:2],)],
        "v = v.at[1:-1, 1:-1].set(u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1])",
    ),
    "transposed": (
        """\
        @jax.jit
        def f(a):
            n, m = a.shape
            b = jnp.zeros((m, n))
            for i in range(n):
                for j in range(m):
                    b[j, i] = a[i, j]
            return b
        """,
        [(M,), (M[:1],)],
        "b = b.at[:].set(a.T)",
    ),
    "a choice": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                if x[i] > 0:
                    out[i] = x[i]
                else:
                    out[i] = 0.1 * x[i]
            return out
        """,
        VECTORS,
        "out = out.at[:].set(jnp.where(x > 0, x, 0.1 * x))",
    ),
    "a store in a branch": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.ones(n)
            for i in range(n):
                if x[i] > 0:
                    out[i] = x[i]
            return out
        """,
        VECTORS,
        "out = out.at[:].set(jnp.where(x > 0, x, out))",
    ),
    "gathered": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            order = jnp.argsort(x)
            out = jnp.zeros(n)
            for i in range(n):
                out[i] = x[order[i]] * 2.0
            return out
        """,
        VECTORS,
        "out = out.at[:].set(x[order[:n]] * 2.0)",
    ),
    "a product of matrices": (
        """\
        @jax.jit
        def f(a, b):
            n, k = a.shape
            _, m = b.shape
            c = jnp.zeros((n, m))
            for i in range(n):
                for j in range(m):
                    s = 0.0
                    for l in range(k):
                        s += a[i, l] * b[l, j]
                    c[i, j] = s
            return c
        """,
        [(M, M.T), (M.T, M), (M[:, :0], M[:0])],
        "c = c.at[:].set(a @ b[:k])",
    ),
    "a product with a vector, into the array": (
        """\
        @jax.jit
        def f(a, x):
            n, m = a.shape
            y = jnp.ones(n)
            for i in range(n):
                for j in range(m):
                    y[i] -= a[i, j] * x[j]
            return y
        """,
        [(M, M[0]), (M.T, M[:, 0])],
        "y = y.at[:].add(-(a @ x[:m]))",
    ),
    "means of rows": (
        """\
        @jax.jit
        def f(a):
            n, m = a.shape
            means = jnp.zeros(n)
            for i in range(n):
                t = 0.0
                for j in range(m):
                    t = t + a[i, j]
                means = means.at[i].set(t / m)
            return means
        """,
        [(M,), (M.T,)],
        "t = jnp.sum(a, axis=1)",
    ),
    "columns in the other order": (
        """\
        @jax.jit
        def f(a, x):
            n, m = a.shape
            y = jnp.zeros(m)
            for j in range(m):
                for i in range(n):
                    y = y.at[j].add(a[i, j] * x[i])
            return y
        """,
        [(M, M[:, 0])],
        "y = y.at[:].add(a.T @ x[:n])",
    ),
    "sums and counts": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            s = 0.0
            c = 0
            for i in range(n):
                s += x[i] * x[i]
                if x[i] > 0.5:
                    c += 1
            return s, c
        """,
        [(X[:3],), (ONE,), (ZERO,), (INTS,)],
        "c = jnp.sum(x > 0.5)",
    ),
    "any of them": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            found = False
            for i in range(n):
                found = found | (x[i] > 1.0)
            return found
        """,
        [*VECTORS, (ZERO,)],
        "found |= jnp.any(x > 1.0)",
    ),
    "the largest": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            x = jnp.asarray(x, jnp.float32)
            best = 0.0
            for i in range(n):
                best = jnp.maximum(best, jnp.sqrt(x[i] * x[i]))
            return best
        """,
        [(X,), (ONE,), (ZERO,), (INTS,)],
        "best = jnp.max(jnp.sqrt(x * x), initial=best)",
    ),
    "levels": (
        """\
        @jax.jit
        def f(x):
            n, m = x.shape
            out = jnp.zeros((n, m))
            for i in range(n):
                for j in range(m):
                    if x[i, j] > 1 and not x[i, j] > 1.2:
                        out = out.at[i, j].set(1.0)  # high
                    elif 0 < x[i, j] < 0.5:
                        out = out.at[i, j].set(0.5)
            return out
        """,
        [(M,), (M[:1],), (M[:0],)],
        "out = out.at[:].set(jnp.where((x > 1) & ~(x > 1.2), 1.0, jnp.where((0 < x) & (x < 0.5), 0.5, out)))",
    ),
    "a sum of two sorts": (
        """\
        @jax.jit
        def f(r, d):
            (n,) = r.shape
            s = 0.0
            for i in range(n):
                a = jnp.abs(r[i])
                if a < d:
                    half = 0.5 * a
                    s += half * a
                else:
                    s += d * (a - 0.5 * d)
            return s
        """,
        [(X[:3], 1.0), (ONE, 1.0), (ZERO, 1.0), (INTS, 1.0)],
        "s += jnp.sum(jnp.where(a < d, half * a, d * (a - 0.5 * d)))",
    ),
    "columns of a traced pair": (
        """\
        @jax.jit
        def f(xs, i):
            n, d = xs.shape
            out = jnp.zeros(d)
            total = 0.0
            for k in range(n):
                total += (xs[k, i] - xs[k, 0]) * (xs[k, i] - 1)
            out = out.at[0].set(total / (n - 1))
            return out
        """,
        [(M, 1), (M.T, 2)],
        "total += jnp.sum((xs[:, i] - xs[:, 0]) * (xs[:, i] - 1))",
    ),
    "a product of a sum": (
        """\
        @jax.jit
        def f(x, y):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(n):
                t = x[i]
                t *= y[i] + 1
                t -= y[i] - 1
                out[i] = -t
            return out
        """,
        [(X, X), (ONE, X)],
        "t = t * (y[:n] + 1)",
    ),
    "a sum in a branch is no product of matrices": (
        """\
        @jax.jit
        def f(a, x):
            n, m = a.shape
            y = jnp.zeros(n)
            for i in range(n):
                for j in range(m):
                    if x[j] > 0:
                        y[i] += a[i, j] * x[j]
            return y
        """,
        [(M, M[2] - 1.25), (M.T, M[:, 0])],
        "y = y.at[:].add(jnp.sum(jnp.where(x[:m] > 0, a * x[:m], 0), axis=1))",
    ),
    "a function of rows": (
        """\
        def score(x, w):
            return jnp.tanh(jnp.sum(w * x)) ** 2


        @jax.jit
        def f(xs, w):
            n, d = xs.shape
            out = jnp.zeros(n)
            for i in range(1, n):
                out[i] = 0.5 * score(xs[i - 1], w)
            return out
        """,
        [(M, M[0]), (M.T, M[:, 0]), (M[:1], M[0]), (M[:0], M[0])],
        "out = out.at[1:].set(0.5 * jax.vmap(score, in_axes=(0, None))(xs[:-1], w))",
    ),
    "an array that is replaced in each step": (
        """\
        @jax.jit
        def f(u, steps):
            (n,) = u.shape
            for _ in range(steps):
                new = u
                for i in range(1, n - 1):
                    new = new.at[i].set(u[i] + 0.5 * (u[i - 1] - 2 * u[i] + u[i + 1]))
                u = new
            return u
        """,
        [(X[:3], 3), (ONE, 2), (np.array([0.5, 1.0, 2.0, 8.0], np.float32), 2)],
        "new = new.at[1:-1].set(u[1:-1] + 0.5 * (u[:-2] - 2 * u[1:-1] + u[2:]))",
    ),
    "rows from the row before": (
        """\
        @jax.jit
        def f(w, v):
            n = w.shape[0]
            t = jnp.zeros((n + 1, 11))
            for i in range(1, n + 1):
                for c in range(11):
                    t[i, c] = t[i - 1, c]
                    if w[i - 1] <= c:
                        t[i, c] = jnp.maximum(t[i, c], t[i - 1, c - w[i - 1]] + v[i - 1])
            return t[n, 10], t
        """,
        [(np.array([3, 2, 5], np.int32), np.array([2.0, 1.5, 4.0], np.float32)), (INTS[:1], ONE)],
        "t.at[i].set(jnp.where(w[i - 1] <= c, jnp.maximum(t[i - 1], t[i - 1, c - w[i - 1]] + v[i - 1]), t[i - 1]))",
    ),
    "backwards in the array": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out[i] = 2 * x[n - 1 - i]
            return out
        """,
        [*VECTORS, (ZERO,)],
        "out = out.at[:].set(2 * x[::-1])",
    ),
    "counts of values": (
        """\
        @jax.jit
        def f(x, places):
            (n,) = places.shape
            out = jnp.zeros(4)
            for i in range(n):
                out[places[i]] += x[i]
            return out
        """,
        [(X[:3], np.array([1, 1, -1])), (X[:3], np.array([7, 0, 1])), (X[:3], np.zeros(0, np.int32))],
        "out = out.at[places].add(x[:n])",
    ),
    "mean and variance": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            m = 0.0
            for i in range(n):
                m += x[i]
            m = m / n
            v = 0.0
            for i in range(n):
                v += (x[i] - m) ** 2
            return m, v / n
        """,
        [(X[:3],), (ONE,), (np.array([1, 3], np.int32),)],
        "v += jnp.sum((x - m) ** 2)",
    ),
    "rows of any rank": (
        """\
        @jax.jit
        def f(x):
            out = jnp.zeros_like(x)
            for i in range(1, x.shape[0]):
                out[i] = 2 * x[i] - jnp.abs(x[i - 1])
            return out
        """,
        [*VECTORS, (M,), (M[:1],)],
        "out = out.at[1:].set(2 * x[1:] - jnp.abs(x[:-1]))",
    ),
    "a store of its own dtype": (
        """\
        @jax.jit
        def f(x):
            out = jnp.zeros_like(x)
            for i in range(x.shape[0]):
                if x[i] > 0:
                    out[i] = x[i]
            return out
        """,
        VECTORS,
        "out = out.at[:].set(jnp.where(x > 0, x, out))",
    ),
}

KEPT: dict[str, tuple[str, list[tuple[Any, ...]], str]] = {
    "neighbours of a place": (
        """\
        @jax.jit
        def f(image):
            rows, columns = image.shape
            out = jnp.zeros_like(image)
            for i in range(1, rows - 1):
                for j in range(1, columns - 1):
                    total = 0.0
                    for di in range(-1, 2):
                        for dj in range(-1, 2):
                            # all nine
                            total = total + image[i + di, j + dj]
                    out = out.at[i, j].set(total / 9.0)
            return out
        """,
        [(M,), (M[:1],), (M[:, :1],), (M[:0],), (M[:2],), (np.tile(M, (2, 2)),)],
        "total = total + image[di + 1 : di + rows - 1, dj + 1 : columns + dj - 1]",
    ),
    "a convolution": (
        """\
        @jax.jit
        def f(x, w):
            n = x.shape[0]
            out = jnp.zeros(n - 4)
            for i in range(n - 4):
                for k in range(5):
                    out = out.at[i].add(w[k] * x[i + k])
            return out
        """,
        [(INTS, INTS), (np.arange(9.0, dtype=np.float32), X[:1]), (np.arange(4.0, dtype=np.float32), X)],
        "out = out.at[:].add(w[k] * x[k : k + n - 4])",
    ),
    "a convolution, backwards": (
        """\
        @jax.jit
        def f(x, w):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(2, n):
                s = 0.0
                for k in range(3):
                    s += w[k] * x[i - k]
                out = out.at[i].set(s)
            return out
        """,
        [(INTS, INTS), (np.arange(9.0, dtype=np.float32), X[:1]), (np.arange(1.0, dtype=np.float32), X)],
        "s = s + w[k] * x[2 - k : n - k]",
    ),
}

TURN_BY_TURN: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a running sum": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            s = 0.0
            for i in range(n):
                s = s + x[i]
                out[i] = s
            return out
        """,
        [(X,), (ONE,)],
    ),
    "a recurrence": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(1, n):
                out[i] = out[i - 1] + x[i]
            return out
        """,
        [(X,), (ONE,)],
    ),
    "a read that wraps": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out[i] = x[i] - x[i - 1]
            return out
        """,
        [(X,), (ONE,)],
    ),
    "one place": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out[0] = 2 * x[i]
            return out
        """,
        [(X,), (ONE,)],
    ),
    "rows of unknown rank": (
        """\
        @jax.jit
        def f(x, w):
            s = 0.0
            for i in range(x.shape[0]):
                s += jnp.sum(x[i]) * w[i]
            return s
        """,
        [(X, X), (M, M[:, 0])],
    ),
    "the largest, without a NaN": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            best = 0.0
            for i in range(n):
                if x[i] > best:
                    best = 1.0 * x[i]
            return best
        """,
        [(X,), (ONE,)],
    ),
    "two places": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(1, n):
                out[i] = x[i]
                out[i - 1] = 2 * x[i]
            return out
        """,
        [(X,), (ONE,)],
    ),
    "small integers": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            s = 0
            for i in range(n):
                s = s + x[i]
            return s
        """,
        [(np.array([100, 100], np.int8),), (INTS,)],
    ),
    "another dtype in one arm": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            for i in range(n):
                t = x[i]
                if x[i] > 1:
                    t = 0.5 * x[i]
                out[i] = t // 2
            return out
        """,
        [(X,)],
    ),
    "a place that other turns read": (
        """\
        @jax.jit
        def f(x, places):
            (n,) = places.shape
            out = jnp.ones(4)
            for i in range(n):
                t = 2 * out[places[i]]
                out[places[i]] += t * x[i]
            return out
        """,
        [(X[:3], np.array([1, 1, -1]))],
    ),
    "the last of several stores": (
        """\
        @jax.jit
        def f(x, places):
            (n,) = places.shape
            out = jnp.ones(4)
            for i in range(n):
                out[places[i]] = x[i]
            return out
        """,
        [(X[:3], np.array([1, 1, -1]))],
    ),
    "rows and a vector": (
        """\
        @jax.jit
        def f(x, w):
            out = jnp.zeros_like(x)
            for i in range(x.shape[0]):
                out[i] = x[i] * w[i]
            return out
        """,
        [(X, X), (M, M[:, 0])],
    ),
    "fewer places than turns": (
        """\
        @jax.jit
        def f(x, places):
            (n,) = x.shape
            out = jnp.ones(4)
            for i in range(n):
                out[places[i]] += 1.0
            return out
        """,
        [(X[:3], np.array([1]))],
    ),
    "a number that Python knows": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            total = 0.0
            for i in range(n):
                out = out.at[i].set(2 * x[i])
                total += i
            return out, jnp.ones(int(total) + 1)
        """,
        [(X,), (ONE,)],
    ),
    "the row before the first": (
        """\
        @jax.jit
        def f(x):
            n, m = x.shape
            t = jnp.ones((n, m))
            for i in range(n):
                for j in range(m):
                    t = t.at[i, j].set(x[i, j] + t[i - 1, m - 1 - j])
            return t
        """,
        [(M,), (M[:1],)],
    ),
    "beyond the end": (
        """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                for k in range(3):
                    out = out.at[i].add(x[i + k])
            return out
        """,
        [(INTS,), (ONE,)],
    ),
    "the number of turns may be negative": (
        """\
        @jax.jit
        def f(x, y):
            n = x.shape[0]
            for i in range(n - 4):
                y = y.at[i].add(x[i + 2])
            return y
        """,
        [(INTS, INTS), (ONE, INTS)],
    ),
    "a function that makes much of a row": (
        """\
        def pairs(x):
            return jnp.sum(jnp.outer(x, x))


        @jax.jit
        def f(xs):
            n, d = xs.shape
            out = jnp.zeros(n)
            for i in range(n):
                out[i] = pairs(xs[i])
            return out
        """,
        [(M,)],
    ),
    "a function with a branch": (
        """\
        def bent(x, y):
            if y > 0:
                return x
            return -x


        def f(xs):
            xs = jnp.asarray(xs)
            n = xs.shape[0]
            out = jnp.zeros(n)
            for i in range(n):
                out = out.at[i].set(bent(xs[i], 1.0))
            return out
        """,
        [(X,)],
    ),
    "what the turns bind is read": (
        """\
        @jax.jit
        def f(x):
            (n,) = x.shape
            out = jnp.zeros(n)
            t = 0.0
            for i in range(n):
                t = 2.0 * x[i]
                out[i] = t
            return out, t
        """,
        [(X,), (ONE,)],
    ),
}


def _unfolded(text: str) -> str:
    """Without white space and last commas: long calls are folded."""
    return re.sub(r",(?=[)\]])", "", re.sub(r"\s+", "", text))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_arrays(name: str) -> None:
    code, cases, line = WHOLE[name]
    code = dedent(code)
    text = rewritten(code)
    assert _unfolded(line) in _unfolded(text), text
    assert "for " not in text, text
    assert "fori_loop" not in text or "steps" in text or "row before" in name, text
    for x64 in (False, True):
        found = verdict(code, cases, x64=x64, stores=True)
        assert found.kind.passes, (found, text)


@pytest.mark.parametrize("name", KEPT)
def test_short_loops_stay_around_whole_arrays(name: str) -> None:
    code, cases, line = KEPT[name]
    code = dedent(code)
    text = rewritten(code)
    assert _unfolded(line) in _unfolded(text), text
    for x64 in (False, True):
        found = verdict(code, cases, x64=x64, stores=True)
        assert found.kind.passes, (found, text)


@pytest.mark.parametrize("name", TURN_BY_TURN)
def test_turn_by_turn(name: str) -> None:
    code, cases = TURN_BY_TURN[name]
    code = dedent(code)
    text = rewritten(code)
    assert "lax." in text or "for " in text, text
    if not any(finding.declined for finding in outcome(code).remaining["m.py"]):
        found = verdict(code, cases, stores=True)
        assert found.kind.passes, (found, text)

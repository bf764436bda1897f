"""Loops on tracers, and long ones: what they become, and that it is the same."""

from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from .lowered import HEAD, outcome, verdict

X = np.array([0.5, -1.0, 2.0, 3.5, -0.25], np.float32)
ZERO = np.zeros(0, np.float32)
M = np.arange(12, dtype=np.float32).reshape(3, 4) / 7

PROGRAMS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "numbers as tests": (
        """\
        @jax.jit
        def f(x, n):
            while (x > 1).sum():
                x = x / 2
            for i in range(40):
                if n & (1 << i):
                    break
                x = x * 1.5
            return x
        """,
        [(X, 1), (X, 8), (X * 0, 0)],
    ),
    "a comprehension's own variable": (
        """\
        @jax.jit
        def f(x):
            for i in range(40):
                x = sum([x * i for i in range(3)]) * 0.1 + i
            return x
        """,
        [(X,)],
    ),
    "while on a value": (
        """\
        @jax.jit
        def f(x):
            k = 0
            while jnp.max(jnp.abs(x)) > 1e-2:
                x = 0.5 * x  # halve
                k += 1
            return x, k
        """,
        [(X,), (X * 0,)],
    ),
    "a traced range": (
        """\
        @jax.jit
        def f(x, n):
            y = 1.0
            for i in range(2, n):
                y = y * x + i
            return y
        """,
        [(np.float32(2), 5), (np.float32(2), 1)],
    ),
    "a traced range that counts down": (
        """\
        @jax.jit
        def f(x, n):
            y = 1.0
            for i in range(n, 0, -1):
                y = y * x + i
            return y
        """,
        [(np.float32(2), 5), (np.float32(2), 0), (np.float32(2), -2)],
    ),
    "a traced range with a step": (
        """\
        @jax.jit
        def f(x, a, b):
            y = 0
            for i in range(a, b, 3):
                y = y + i
            for i in range(b, a, -2):
                y = y * 2 + i
            return y + x
        """,
        [(1, 2, 9), (1, 2, 8), (1, 2, 2), (1, 3, 1)],
    ),
    "two carries, one only read afterwards": (
        """\
        @jax.jit
        def f(cost):
            u = jnp.zeros(cost.shape[0])
            v = jnp.zeros(cost.shape[1])
            for _ in range(100):
                u = -jax.nn.logsumexp(v[None, :] - cost, axis=1)
                v = -jax.nn.logsumexp(u[:, None] - cost, axis=0)
            return u, v
        """,
        [(M,)],
    ),
    "a recurrence written with stores, forwards and backwards": (
        """\
        @jax.jit
        def f(a, b):
            n = a.shape[0]
            x = a + 0
            x[0] = b[0]
            for i in range(1, n):
                x[i] = x[i - 1] * a[i] + b[i]
            for i in reversed(range(n - 1)):
                x[i] -= a[i] * x[i + 1]
            return x
        """,
        [(X, X[::-1].copy())],
    ),
    "a list of states": (
        """\
        @jax.jit
        def f(x, dt):
            traj = [x]
            speeds = []
            for i in range(50):
                v = jnp.sin(x) + 0.1 * i
                speeds.append(v)  # before
                x = x - dt * v
                traj.append(x)
            return jnp.stack(traj), jnp.array(speeds), x
        """,
        [(X, np.float32(0.1))],
    ),
    "rows, enumerate, zip": (
        """\
        @jax.jit
        def f(signal, weights):
            acc = jnp.zeros_like(signal[0])
            for i, (value, weight) in enumerate(zip(signal, weights)):
                acc = 0.9 * acc + weight * value * i
            for row in reversed(signal):
                acc = acc * 0.5 - row
            for i, row in enumerate(signal, 2):
                acc = acc + row / i
            return acc
        """,
        [(M, X[:3])],
    ),
    "independent rows": (
        """\
        @jax.jit
        def f(xs):
            out = []
            for x in xs:
                out.append(jnp.sum(x**2))
            return jnp.array(out)
        """,
        [(M,)],
    ),
    "a search": (
        """\
        @jax.jit
        def f(x, t):
            for i in range(x.shape[0]):
                if x[i] > t:
                    return i
            return -1
        """,
        [(X, np.float32(0.6)), (X, np.float32(9)), (X, np.float32(-9))],
    ),
    "two ways out of an endless loop": (
        """\
        @jax.jit
        def f(x, a, tol):
            k = 0
            while True:
                r = x * x - a
                if jnp.abs(r) < tol:
                    break
                x = x - r / (2 * x)
                k += 1
                if k > 5:
                    break
            return x, k
        """,
        [(np.float32(3), np.float32(2), np.float32(t)) for t in (1e-3, 0.0, 100.0)],
    ),
    "continue": (
        """\
        @jax.jit
        def f(x):
            total, n = 0.0, 0
            for i in range(x.shape[0]):
                if x[i] < 0:
                    continue
                total = total + x[i]
                n += 1
            return total / jnp.maximum(n, 1)
        """,
        [(X,)],
    ),
    "break, then the variable of the loop": (
        """\
        @jax.jit
        def f(x, t):
            s = 0.0
            for i in range(x.shape[0]):
                s = s + x[i]
                if s > t:
                    break
            return s, i
        """,
        [(X, np.float32(t)) for t in (0.0, 1.0, 99.0)],
    ),
    "else after a break": (
        """\
        @jax.jit
        def f(x: jax.Array, t):
            s = 0.0
            for v in x:
                s = s + v
                if s > t:
                    break
            else:
                s = -1.0
            return s
        """,
        [(X, np.float32(t)) for t in (0.0, 1.0, 99.0)],
    ),
    "while with else": (
        """\
        @jax.jit
        def f(x):
            k = 0
            while x > 1.0:
                x = x / 2
                k += 1
            else:
                k = k + 10
            return k
        """,
        [(np.float32(9),), (np.float32(0.5),)],
    ),
    "break in an inner loop": (
        """\
        @jax.jit
        def f(m, t):
            count = 0
            for i in range(m.shape[0]):
                s = 0.0
                for j in range(m.shape[1]):
                    s = s + m[i, j]
                    if s > t:
                        break
                    count = count + 1
            return count
        """,
        [(M, np.float32(t)) for t in (0.0, 1.0, 99.0)],
    ),
    "return from an inner loop": (
        """\
        @jax.jit
        def f(m, t):
            for i in range(m.shape[0]):
                for j in range(m.shape[1]):
                    if m[i, j] > t:
                        return i * 10 + j
            return -1
        """,
        [(M, np.float32(t)) for t in (0.0, 1.0, 99.0)],
    ),
    "a triangle": (
        """\
        @jax.jit
        def f(m):
            n = m.shape[0]
            total = 0.0
            for i in range(n):
                for j in range(i):
                    total = total + m[i, j] * j
            return total
        """,
        [(np.tile(X, (5, 1)) * X[:, None],)],
    ),
    "short loops stay within long ones": (
        """\
        @jax.jit
        def f(x):
            for i in range(100):
                for k in range(3):
                    x = x + k * i
            return x
        """,
        [(X,)],
    ),
    "items of a dict": (
        """\
        @jax.jit
        def f(state, dt):
            for _ in range(100):
                state["v"] -= dt * state["x"]  # faster
                state["x"] = state["x"] + dt * state["v"]
            return state
        """,
        [({"x": X, "v": X * 0}, np.float32(0.01))],
    ),
    "attributes": (
        """\
        class Walker:
            def __init__(self, x):
                self.x = x
                self.turns = 0
                self.rate = 0.5

            def run(self):
                while jnp.sum(self.x) > 1.0:
                    self.x = self.x * self.rate
                    self.turns += 1
                return self.x, self.turns


        @jax.jit
        def f(x):
            return Walker(x).run()
        """,
        [(X,), (X * 0,)],
    ),
    "two results of a search": (
        """\
        @jax.jit
        def f(xs: jax.Array, total):
            n = xs.shape[0]
            for i in range(n):
                for j in range(i + 1, n):
                    if xs[i] + xs[j] == total:
                        return i, j
            return -1, -1
        """,
        [(X, np.float32(t)) for t in (1.0, -0.5, 77.0)],
    ),
    "a test that decides on several ways": (
        """\
        @jax.jit
        def f(n):
            if n < 2:
                return False
            d = 2
            while d * d <= n:
                if n % d == 0:
                    return False
                d += 1
            return True
        """,
        [(n,) for n in (1, 2, 9, 31)],
    ),
    "an end that gradients pass": (
        """\
        def g(x):
            for i in range(10):
                if jnp.sum(x * x) < 0.5:
                    break
                x = x * 0.9 + 0.01 * i
            return jnp.sum(x**3)


        @jax.jit
        def f(x):
            return jax.grad(g)(x)
        """,
        [(X,), (X / 4,), (X * 0.1,)],
    ),
    "a value that only the loop gives": (
        """\
        @jax.jit
        def f(x):
            for _ in range(40):
                r = jnp.sum(x * x)
                x = x * 0.9
            return x, r
        """,
        [(X,)],
    ),
}


WEAK: tuple[str, ...] = ()
"""Numbers in one arm of a `lax.cond`, arrays in the other: of different widths with x64."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_rewritten_loop_is_the_same(name: str) -> None:
    code, cases = PROGRAMS[name]
    for x64 in (False, True) if name not in WEAK else (False,):
        found = verdict(dedent(code), cases, x64=x64)
        assert found.kind.passes, f"{found}\n{outcome(dedent(code)).texts['m.py']}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_loop_is_left(name: str) -> None:
    made = outcome(dedent(PROGRAMS[name][0]))
    assert not made.undone
    assert not [found.declined for found in made.remaining["m.py"] if found.code.startswith("JAX4")]


@pytest.mark.parametrize(
    "body, reason",
    [
        ("x = jnp.concatenate([x, x[:k]])", "the length of `x[:k]`"),
        ("x = x[1:]", "a carry of lax keeps its shape"),
        ("x = x + jnp.zeros(k)[0]", "must be static"),
        ("x = x + [1.0, 2.0][k]", "a Python container"),
        ("x = x + float(k)", "needs a concrete number"),
        ("x = x + np.sqrt(k)", "needs a concrete number"),
        ("x = x + len(f'{k}')", "the text of `k`"),
        ("x = x + help(x, k)", "decides on `k > 3`"),
        ("x = x + hook(x, k)", "is not known"),
        ("x = x + np.random.normal()", "would happen once"),
        ("x = x + next(ITEMS)", "would happen once"),
        ("print('a turn')", "would happen once"),
        ("x = x + count(x)", "assigns `TOTAL`"),
        ("SEEN.append(x)", "`SEEN`"),
        ("TABLE[k] = x", "a NumPy array"),
        ("del x", "the `del`"),
        ("with jax.named_scope('a'): x = x + 1", "the `with`"),
    ],
)
def test_what_lax_cannot_run_stays(body: str, reason: str) -> None:
    code = DECLINING.format(body)
    made = outcome(code)
    reasons = [found.declined or "" for found in made.remaining["m.py"] if found.code == "JAX406"]
    assert [text for text in reasons if reason in text], reasons or made.texts["m.py"]


@pytest.mark.parametrize("other", ["b = a", "b = a if len(x) else a", "read = lambda: a['w']"])
def test_a_container_that_is_seen_elsewhere_stays_as_it_is(other: str) -> None:
    value = "read()" if "lambda" in other else "b['w']"
    code = SHARED.format(other, value)
    assert outcome(code).texts.get("m.py", HEAD + code) == HEAD + code


SHARED = """\
@jax.jit
def f(x):
    a = {{"w": x}}
    {}
    while a["w"].sum() > 1:
        a["w"] = {} * 0.5
    return a
"""

DECLINING = """\
import numpy as np
from elsewhere import hook

ITEMS = iter(range(1000))
SEEN = []
TABLE = np.zeros(100)
TOTAL = 0


def help(x, k):
    if k > 3:
        return x
    return -x


def count(x):
    global TOTAL
    TOTAL += 1
    return x


@jax.jit
def f(x):
    for k in range(1, 100):
        x = jnp.sin(x)
        {}
    return x
"""


def test_a_comment_at_the_end_of_a_block_is_kept_once() -> None:
    made = outcome(dedent(COMMENTED)).texts["m.py"]
    assert [made.count(comment) for comment in ("# inner", "# outer", "# after")] == [1, 1, 1], made


COMMENTED = """\
    @jax.jit
    def f(x):
        while x.sum() > 1:
            if x[0] > 2:
                x = x - 1
            else:
                x = x / 2
                # inner
            # outer
        # after
        return x
"""

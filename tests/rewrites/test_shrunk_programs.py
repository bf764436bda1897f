"""Programs whose rewrite was wrong once, made small: the rewrite is right, or declined."""

from textwrap import dedent

import pytest

from .random_programs.trial import trial

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n@jax.jit\n"

PROGRAMS = {
    "the variable of a loop that is left is called _": """
        def f(a, n):
            s = 0.0
            for _ in range(n):
                if s > a:
                    break
                s = s + 0.5
            return s
        """,
    "neither the carry nor the row is read": """
        def f(x: jax.Array, a):
            u = a
            for v in reversed(x):
                u = -1.0 * (0.5 * a)
            return u
        """,
    "neither the carry nor the counter is read": """
        def f(a, n):
            u = a
            for i in range(n):
                u = 0.5 * a
            return u
        """,
    "the else of a loop that stays Python": """
        def f(x, y, n):
            c = 0
            s = 1.0
            for i in range(n, 0, -1):
                for v, w in zip((1.0, 2.0), (3.0, 4.0)):
                    s -= v
                else:
                    c = 2
            return s, c
        """,
    "a number that the loop around changes by += is no constant": """
        def f(x, n):
            u = 1.0
            for v in x:
                k = 0
                while n % 2 == 0:
                    k += 1
                    if k > 2:
                        break
                    if v != u:
                        u -= v
            return u
        """,
    "a number that += has changed before the loop": """
        def f(b, n):
            s = 0
            s += 0.5
            k = 0
            while n > k:
                k += 1
                if b > s:
                    s = b
            return s
        """,
    "a number that only becomes a tracer in the loop has no dtype before": """
        def f(x, n):
            s = 0.0
            u = s
            c = 0
            while c < n:
                if 2.0 * u > s - 0.5 * c:
                    s = -1.5
                    c += 1
                    s += 2.0
                else:
                    s = u
                    c += 1
                    u = u
            return s
        """,
    "a float to which an int is added stays a float": """
        def f(y, n):
            s, u, c = jnp.sum(y), 1.0, n
            while s > 0.5 * n:
                if u <= 0.5 * c - u:
                    u, s = s, u
                else:
                    t = 2.0 * u
                    u, t = 0.5 * c, u
                s = s - 1.0
            return s
        """,
}

KNOWN: frozenset[str] = frozenset()
"""Those that are wrong still: this must shrink."""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(text, id=name, marks=pytest.mark.xfail(strict=True) if name in KNOWN else ())
        for name, text in PROGRAMS.items()
    ],
)
def test_it_is_right(body: str) -> None:
    made = trial(HEAD + dedent(body).lstrip())
    assert made.kind in ("same", "declined"), (made.reasons, made.after)

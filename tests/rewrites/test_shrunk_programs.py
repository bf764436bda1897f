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

"""Branches whose arms store into one place: one store of a chosen value, so that `lax.cond` does not copy the array."""

from textwrap import dedent

import numpy as np
import pytest

from .lowered import rewritten, verdict

X = np.array([0.5, -1.0, 2.0, 3.5, -0.25], np.float32)
INTS = np.array([3, -1, 0, 7, 2], np.int32)

ONCE = {
    "two arms": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.zeros((n + 1,))
            for i in range(1, n):
                if x[i] > x[i - 1]:
                    best = jnp.maximum(t[i - 1], x[i])
                    t[i] = best + 1.0
                else:
                    t[i] = t[i - 1]
            return t
        """,
    "three arms, updated in place": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.zeros((n + 1,))
            for i in range(1, n):
                if x[i] > 1:
                    t = t.at[i].add(t[i - 1])
                elif x[i] > 0:
                    half = 0.5 * x[i]
                    t = t.at[i].add(half)  # the middle
                else:
                    t = t.at[i].add(-1.0)
            return t
        """,
}
ASIDE = {
    "a number of turns that values decide": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.ones(n)
            for i in range(n):
                for k in range(i, (2 * x[i]).astype(int)):
                    t[i] += k * x[i]
            return t
        """,
    "what the turns before have stored": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.ones(n)
            for i in range(n):
                for j in range(i):
                    t[i] -= x[j] * t[j]  # those before
            return t
        """,
}
TABLE = {
    "what the same turn stores": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.ones(n)
            for i in range(n):
                for j in range(i + 1):
                    t[i] += x[j] * t[j]
            return t
        """,
    "of another dtype": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.ones(n, jnp.float16)
            for i in range(n):
                for j in range(i):
                    t[i] += x[j]
            return t
        """,
}
TWICE = {
    "of other places": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.zeros((n + 1,))
            for i in range(1, n):
                if x[i] > 0:
                    t = t.at[i].set(t[i - 1] + 1)
                else:
                    t = t.at[i + 1].set(x[i])
            return t
        """,
    "the index changes": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.zeros((n + 1,))
            k = 0
            for i in range(1, n):
                if x[i] > 0:
                    k = k + 1
                    t = t.at[k].set(x[i])
                else:
                    t = t.at[k].set(t[i - 1])
            return t
        """,
    "of integers and others": """\
        @jax.jit
        def f(x):
            n = x.shape[0]
            t = jnp.zeros((n + 1,), jnp.int32)
            for i in range(1, n):
                if x[i] > 0:
                    t = t.at[i].set(t[i - 1] + 1)
                else:
                    t = t.at[i].set(x[i])
            return t
        """,
}


@pytest.mark.parametrize("name", ONCE)
def test_once(name: str) -> None:
    code = dedent(ONCE[name])
    text = rewritten(code)
    assert text.count("t.at[") == 1, text
    assert verdict(code, [(X,), (INTS,), (X[:1],)], stores=True).kind.passes, text


@pytest.mark.parametrize("name", TWICE)
def test_twice(name: str) -> None:
    code = dedent(TWICE[name])
    text = rewritten(code)
    assert text.count("t.at[") == 2, text
    cases = [(INTS,)] if "integers" in name else [(X,), (INTS,), (X[:1],)]
    assert verdict(code, cases, stores=True).kind.passes, text


@pytest.mark.parametrize("name", ASIDE)
def test_aside(name: str) -> None:
    code = dedent(ASIDE[name])
    text = rewritten(code)
    assert ".at[i].set(value)" in text, text
    for x64 in (False, True):
        assert verdict(code, [(X,), (INTS,), (X[:1],)], stores=True, x64=x64).kind.passes, text


@pytest.mark.parametrize("name", TABLE)
def test_the_table_is_handed_on(name: str) -> None:
    code = dedent(TABLE[name])
    text = rewritten(code)
    assert ".at[i].add(" in text, text
    assert verdict(code, [(X,), (INTS,), (X[:1],)], stores=True).kind.passes, text

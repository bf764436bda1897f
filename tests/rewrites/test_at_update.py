"""Stores in odd places become updates that mean the same, or stay."""

import ast

import pytest

from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

HEAD = "import jax.numpy as jnp\n\n\n"


def _stores(rule: Rule) -> bool:
    return rule.code.startswith("JAX10")


def fixed(code: str) -> str:
    """What all fixes make of a module's code."""
    text = fix([SourceText("m.py", HEAD + code)], _stores, "unsafe").texts.get("m.py", HEAD + code)
    ast.parse(text)
    return text.removeprefix(HEAD)


BODY = "def f(n, c):\n    x = jnp.zeros(n)\n    {}\n    return x\n"


@pytest.mark.parametrize(
    "before, after",
    [
        ("if c: x[0] = 1", "if c: x = x.at[0].set(1)"),
        ("if c: x[0] = 1; x[1] = 2", "if c: x = x.at[0].set(1); x = x.at[1].set(2)"),
        ("y = 1; x[0] = y", "y = 1; x = x.at[0].set(y)"),
        ("y = x[0] = 1", "y = 1\n    x = x.at[0].set(y)"),
        ("if c: y = x[0] = 1", "if c: y = x[0] = 1"),
        ("x [ 0 ] = 1", "x = x.at[0].set(1)"),
        ("(x[0]) = (1)", "x = x.at[0].set(1)"),
        ("x[0] = ((1))", "x = x.at[0].set(((1)))"),
        ("x[0] = (1, 2)", "x = x.at[0].set((1, 2))"),
        ("x[0] = 1, 2", "x = x.at[0].set((1, 2))"),
        ("x[0] = lambda: 1", "x = x.at[0].set(lambda: 1)"),
        ("x[0] = c if n else -c", "x = x.at[0].set(c if n else -c)"),
        ("x[0] -= c if n else -c", "x = x.at[0].add(-(c if n else -c))"),
        ("x[0] //= (c +\n             n)", "x = x.at[0].set(x[0] // (c +\n             n))"),
        ("x[(0)] = 1", "x = x.at[(0)].set(1)"),
        ("x[0,] = 1", "x = x.at[0,].set(1)"),
        ("x[0] = x[1] = x[2]", "x[0] = x[1] = x[2]"),
        ("x[n()] = c()", "x[n()] = c()"),
        ("x[len(c)] = abs(n)", "x = x.at[len(c)].set(abs(n))"),
        ("x[0], (a, x[1]) = 1, c", "x[0], (a, x[1]) = 1, c"),
        ("x[0], *x[1:] = c", "x[0], *x[1:] = c"),
        ("x[\n        0  # first\n    ] = 1", "x[\n        0  # first\n    ] = 1"),
        ("x[0] = 1  # one", "x = x.at[0].set(1)  # one"),
        ("x[0] = [1, 2]", "x = x.at[0].set([1, 2])"),
        ("x[x > 0] += 1", "x = x.at[x > 0].add(1)"),
        ("x[:][0] = 1", "x[:][0] = 1"),
        ("jnp.zeros(3)[0] = 1", "jnp.zeros(3)[0] = 1"),
    ],
)
def test_one_statement(before: str, after: str) -> None:
    assert fixed(BODY.format(before)) == BODY.format(after)


@pytest.mark.parametrize(
    "before, after",
    [
        ("t = jnp.zeros(3)\ndef f(i): t[i] = 1\n", "t = jnp.zeros(3)\ndef f(i): global t; t = t.at[i].set(1)\n"),
        (
            't = jnp.zeros(3)\ndef f(i):\n    """S."""\n    t[i] = 1\n    t[0] = 2\n',
            't = jnp.zeros(3)\ndef f(i):\n    """S."""\n    global t\n    t = t.at[i].set(1)\n    t = t.at[0].set(2)\n',
        ),
        (
            "def f(n):\n\tx = jnp.zeros(n)\n\tfor i in range(n):\n\t\ty = x[i] = i\n\treturn x, y\n",
            "def f(n):\n\tx = jnp.zeros(n)\n\tfor i in range(n):\n\t\ty = i\n\t\tx = x.at[i].set(y)\n\treturn x, y\n",
        ),
        ("x = jnp.zeros(3)\nx[0] = 1", "x = jnp.zeros(3)\nx = x.at[0].set(1)"),
    ],
)
def test_a_module(before: str, after: str) -> None:
    assert fixed(before) == after

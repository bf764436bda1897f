"""What compiles on the host, and what makes it compile again in the next turn of a loop."""

import pytest

from jaxlint.facts import Tracer, load
from jaxlint.facts.model.events import (
    DonatedRead,
    MisfitAxes,
    MissingParameter,
    Recompiled,
    RefilledBuffer,
    UnfitArgument,
    VaryingArgument,
)
from jaxlint.source import SourceText

START = """
import functools
from functools import partial
import jax
import jax.numpy as jnp
import numpy as np


def f(x, a=1.0):
    return jnp.sin(x) * a


g = jax.jit(f)
h = jax.jit(f, static_argnames="a")
d = jax.jit(f, donate_argnums=0)


@functools.cache
def kept(a):
    return jax.jit(lambda x: a * x)


@unknown_decorator
def perhaps_kept(a):
    return jax.jit(lambda x: a * x)


def made(a):
    return jax.jit(lambda x: a * x)


class Model:
    def __init__(self, a):
        self.a = a

    def method(self, x):
        return self.a * x

    @partial(jax.jit, static_argnums=0)
    def static(self, x):
        return self.a * x


x = jnp.ones(3)
"""
EVENTS = (DonatedRead, MisfitAxes, MissingParameter, Recompiled, RefilledBuffer, UnfitArgument, VaryingArgument)


def happened(code: str) -> list[str]:
    tracer = Tracer(
        load([SourceText("program.py", START + "\n\ndef main(flag, cache):\n    " + code.replace("\n", "\n    "))])
    )
    tracer.run()
    events = [event for found in tracer.events.values() for _, event in found]
    return [type(event).__name__ for event in events if isinstance(event, EVENTS)]


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("for i in range(9):\n    jax.jit(lambda v: v)(x)", "Recompiled"),
        ("for i in range(9):\n    jax.jit(jax.grad(f))(x)", "Recompiled"),
        ("for i in range(9):\n    jax.jit(partial(f, a=2.0 * i))(x)", "Recompiled"),
        ("for i in range(9):\n    jax.jit(Model(1.0).method)(x)", "Recompiled"),
        ("for i in range(9):\n    made(2.0)(x)", "Recompiled"),
        ("while flag:\n    jax.lax.scan(lambda c, _: (c, c), x, None, length=3)", "Recompiled"),
        ("[jax.lax.map(f, x) for _ in range(9)]", "Recompiled"),
        ("for i in range(9):\n    h(x, i)", "VaryingArgument"),
        ("for i in range(9):\n    h(x, a=0.5 * i + 1)", "VaryingArgument"),
        ("a = 1.0\nfor i in range(9):\n    h(x, a)\n    a *= 0.5", "VaryingArgument"),
        ("for i in range(9):\n    Model(2.0).static(x)", "VaryingArgument"),
        ("for i in range(9):\n    g(jnp.ones(20)[:i])", "VaryingArgument"),
        ("for i in range(9):\n    g(jnp.zeros((i, 3)))", "VaryingArgument"),
        (
            "m = 0.0\nfor i in range(9):\n    m = g(m, x)",
            "VaryingArgument",
        ),
        ("h(x, [1])", "UnfitArgument"),
        ("g(x, 'a')", "UnfitArgument"),
        ("g(x, len)", "UnfitArgument"),
        ("g((x, {1}))", "UnfitArgument"),
        ("jax.jit(f, static_argnums=2)", "MissingParameter"),
        ("jax.jit(f, donate_argnames=('y',))", "MissingParameter"),
        ("y = jnp.ones(3)\nz = d(y)\nreturn y + z", "DonatedRead"),
        ("jax.vmap(f, in_axes=(0,))(x, 1.0)", "MisfitAxes"),
        ("jax.vmap(f)(x, jnp.ones(4))", "MisfitAxes"),
        ("b = np.zeros(3)\nfor i in range(9):\n    b[0] = i\n    g(jax.device_put(b))", "RefilledBuffer"),
    ],
)
def test_seen(code: str, event: str) -> None:
    assert happened(code) == [event]


@pytest.mark.parametrize(
    "code",
    [
        "jax.jit(lambda v: v)(x)",
        "for i in range(9):\n    jax.jit(f)(x)",
        "for i in range(9):\n    if i == 0:\n        c = jax.jit(lambda v: v)\n    c(x)",
        "for i in range(9):\n    c = jax.jit(lambda v: v)\n    for _ in range(9):\n        c(x)",
        "for i in range(9):\n    kept(2.0)(x)",
        "for i in range(9):\n    perhaps_kept(2.0)(x)",
        "for i in range(9):\n    try:\n        c = cache[0]\n    except KeyError:\n        c = made(2.0)\n    c(x)",
        "for act in (jnp.sin, jnp.cos, jnp.tan, jnp.exp, jnp.log):\n    jax.jit(lambda v: act(v))(x)",
        "for _ in range(9):\n    jax.lax.scan(body, x, None, length=3)",
        "for i in range(9):\n    for _ in range(9):\n        h(x, i)",
        "for i in range(9):\n    h(x, 2)",
        "for a in (1, 2, 3):\n    h(x, a)",
        "for i in range(9):\n    g(jnp.ones(20)[i : i + 2])",
        "model = Model(2.0)\nfor i in range(9):\n    model.static(x)",
        "h(x, (1, 2))",
        "g((x, None), {'a': 1.0})",
        "jax.jit(lambda *v: v[0], static_argnums=2)",
        "y = jnp.ones(3)\nprint(y.shape)\ny = d(y)\nreturn y + 1",
        "y = jnp.ones(3)\nz = d(y) if flag else y\nreturn y.shape, z",
        "jax.vmap(f, in_axes=(0, None))(x, 1.0)",
        "jax.vmap(lambda r: jax.vmap(f)(r, x), in_axes=1)(jnp.ones((3, 5)))",
        "for i in range(9):\n    b = np.zeros(3)\n    b[0] = i\n    g(jax.device_put(b))",
    ],
)
def test_not_seen(code: str) -> None:
    assert happened(code) == []

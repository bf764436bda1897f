"""Where a jax array is asked for a value, an index or a hash, and where that is no mistake."""

import pytest

from jaxlint.facts import Tracer, load
from jaxlint.facts.model.events import BufferStore, Hash, HostCall, Lookup
from jaxlint.source import SourceText

PROGRAM = """
import math
import jax
import jax.numpy as jnp
import numpy as np

TABLE = np.arange(3)
NAMES = {{"w": 1.0}}


@jax.jit
def f(x, i, params):
    {body}
"""


def asked(body: str) -> list[str]:
    """What the events of a traced body are about."""
    tracer = Tracer(load([SourceText("program.py", PROGRAM.format(body=body.replace("\n", "\n    ")))]))
    tracer.run()
    events = [event for found in tracer.events.values() for _, event in found]
    names = [event.name for event in events if isinstance(event, HostCall)]
    return names + [type(event).__name__ for event in events if isinstance(event, BufferStore | Hash | Lookup)]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("float(x)", "builtins.float"),
        ("x.item()", "jax.Array.item"),
        ("math.log(x, 2)", "math.log"),
        ("np.sum([x, x])", "numpy.sum"),
        ("np.array_equal(x, x)", "numpy.array_equal"),
        ("TABLE.dot(x)", "numpy.ndarray.dot"),
        ("np.vectorize(abs)(x)", "numpy.vectorize"),
        ("jax.tree.map(np.abs, params)", "numpy.abs"),
        ("[1, 2][i]", "Lookup"),
        ("TABLE[i]", "Lookup"),
        ("range(3)[i]", "Lookup"),
        ("NAMES[i]", "Hash"),
        ("NAMES.get(i)", "Hash"),
        ("i in NAMES", "Hash"),
        ("{i: 1}", "Hash"),
        ("{1, i}", "Hash"),
        ("TABLE[0] = x", "BufferStore"),
        ("TABLE[i] += 1", "BufferStore"),
    ],
)
def test_asked_of_a_tracer(body: str, name: str) -> None:
    assert name in asked(body)


@pytest.mark.parametrize(
    "body",
    [
        "float(x.shape[0]) + math.sqrt(x.ndim) + len(params)",
        "np.sum(x) + np.mean(x, axis=0) + np.shape(x)[0]",
        "TABLE * x + TABLE @ x + np.pi * x",
        "x[i] + jnp.asarray(TABLE)[i] + [1, 2][x.ndim]",
        "TABLE[0] = x.ndim",
        "for name in params:\n    NAMES[name] = params[name]",
        "for name, value in params.items():\n    value * NAMES[name]",
        "{name: NAMES[name] for name in list(params)}",
        "try:\n    float(x)\nexcept TypeError:\n    pass",
        "if not isinstance(x, jax.core.Tracer):\n    float(x)",
        "float(x) if isinstance(x, float) else x",
        "jax.pure_callback(np.exp, x, x)",
    ],
)
def test_nothing_is_asked(body: str) -> None:
    assert asked(body) == []


def test_a_caller_that_catches_the_failure() -> None:
    body = "def g(v):\n    return float(v)\ntry:\n    g(x)\nexcept jax.errors.ConcretizationTypeError:\n    pass"
    assert asked(body) == []

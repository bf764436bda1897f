"""Results with the structure of an argument, and instances of dataclasses and named tuples."""

from textwrap import dedent

import pytest

from jaxlint.facts.model.project import load
from jaxlint.facts.model.values import Array, Const, Many, Ref, Tuple, Value, tracing
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

PROGRAM = """
import collections
import copy
import dataclasses
from typing import NamedTuple
import jax
import jax.numpy as jnp

class State(NamedTuple):
    mean: jax.Array
    count: int = 0

@dataclasses.dataclass
class Config:
    name: str = "adam"
    scale: float = dataclasses.field(default=2.0)
    table: jax.Array = dataclasses.field(default_factory=lambda: jnp.zeros((2, 2)))

def loss(params, x):
    return jnp.sum(params["w"]["a"] * x)

def with_aux(params):
    return jnp.sum(params["w"]), "aux"

params = {"w": {"a": jnp.ones(3)}, "b": [1.0, jnp.ones(2)]}
state = State(jnp.ones(3))
"""


def value(expression: str) -> Value:
    """The value of an expression in a module."""
    project = load([SourceText("m.py", dedent(PROGRAM) + f"found = {expression}\n")])
    tracer = Tracer(project)
    tracer.run()
    assert tracer.base is not None
    return tracer.base.contents(tracer.module_frame(project.modules[0]))["found"]


@pytest.mark.parametrize(
    "expression",
    [
        "jax.grad(loss)(params, 1.0)['w']['a']",
        "jax.grad(loss)(params, 1.0)['b'][0]",
        "jax.value_and_grad(loss)(params, 1.0)[1]['b'][1]",
        "jax.grad(loss, argnums=(1, 0))(params, 1.0)[1]['w']['a']",
        "jax.grad(loss, argnums=1)(params, 1.0)",
        "jax.grad(with_aux, has_aux=True)(params)[0]['w']['a']",
        "jax.tree.map(jnp.sin, params)['w']['a']",
        "jax.tree.map(lambda p, q: p - q, params['w'], params['w'])['a']",
        "jax.tree.map(lambda p, g: p - 0.1 * g, {'x': params['w']}, jax.grad(loss)(params, 1.0))['x']['a']",
        "jax.tree.map(jnp.sin, state)[0]",
        "jax.tree.map(jnp.sin, state).mean",
        "state[0]",
        "state._replace(count=1).mean",
        "copy.replace(state, mean=jnp.zeros(1)).mean",
        "Config().table",
        "collections.deque([jnp.ones(2)], maxlen=3)[0]",
        "collections.OrderedDict(a=jnp.ones(2))['a']",
        "collections.defaultdict(list, a=jnp.ones(2))['a']",
    ],
)
def test_leaves_are_jax_arrays(expression: str) -> None:
    found = value(expression)
    assert isinstance(found, Array)
    assert tracing(found) is None


@pytest.mark.parametrize(
    "expression, constant",
    [
        ("jax.grad(with_aux, has_aux=True)(params)[1]", "aux"),
        ("State(jnp.ones(2)).count", 0),
        ("state._replace(count=5)[1]", 5),
        ("Config('sgd').name", "sgd"),
        ("Config().name", "adam"),
        ("Config().scale", 2.0),
        ("Config(scale=1.0).scale", 1.0),
        ("jax.tree.map(jnp.sin, (jnp.ones(2), None))[1]", None),
    ],
)
def test_other_leaves_are_what_they_are(expression: str, constant: object) -> None:
    assert value(expression) == Const(constant)


@pytest.mark.parametrize(
    "expression",
    [
        "jax.tree.map(lambda x: float(x) if isinstance(x, int) else x, (1, jnp.ones(2)))[0]",
        "jax.tree.map(lambda x: str(x), params)['w']['a']",
        "jax.tree.map(jnp.stack, params, is_leaf=lambda x: isinstance(x, list))['b']",
        "jax.hessian(loss)(params, 1.0)['w']",
        "jax.tree.map(jnp.sin, unknown)['w']",
    ],
)
def test_what_is_not_certain_stays_open(expression: str) -> None:
    assert not isinstance(value(expression), Array)


def test_a_tree_without_leaves_has_no_leaf_and_a_callback_returns_what_it_promises() -> None:
    assert isinstance(value("jax.tree.leaves([[], ()])"), Many)
    leaf = value("jax.tree.leaves([[], ()])").item  # type: ignore[union-attr]
    assert not isinstance(leaf, Ref | Tuple)
    assert value("jax.pure_callback(print, None, 1.0)") == Const(None)
    assert isinstance(value("jax.pure_callback(abs, jax.ShapeDtypeStruct((), 'float32'), 1.0)"), Array)
    assert not isinstance(value("jax.pure_callback(abs, [jax.ShapeDtypeStruct((), 'float32')], 1.0)"), Array)

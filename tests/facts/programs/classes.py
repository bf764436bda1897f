"""Methods, fields, properties; self as a static argument and as a pytree."""

import collections
from dataclasses import dataclass
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp


class Model:
    scale = 2.0

    def __init__(self, n):
        self.w = jnp.zeros((3, 3))
        self.n = 4
        self.apply = jax.jit(self._apply)

    def _apply(self, x):
        #? self.w @ x: traced; self.n: const 4; self.scale: const 2.0
        return self.w @ x * self.n * self.scale

    @partial(jax.jit, static_argnums=0)
    def loss(self, x):
        #? x.sum(): traced; self.n: const 4
        return x.sum() * self.n

    @property
    def size(self):
        return self.n

    def host(self):
        #? self.size: const 4; self.w: concrete
        return self.size, self.w


@jax.tree_util.register_dataclass
@dataclass
class State:
    w: jax.Array
    step: int

    @jax.jit
    def advance(self, g):
        #? self.w - g: traced
        return State(self.w - g, self.step)


def use_state():
    state = State(jnp.ones(3), 0)
    #? state.w: concrete
    return state.w, state.advance(jnp.ones(3))


class Layer(eqx.Module):
    weight: jax.Array
    name: str = eqx.field(static=True)

    def __call__(self, x):
        #? self.name: never traced
        return self.weight @ x, self.name


def use_layer(x):
    layer = Layer(jnp.eye(2), "a")
    return jax.jit(lambda m, v: m(v))(layer, x)


class Base:
    def __init__(self):
        self.gain = 3

    def forward(self, x):
        return x


class Child(Base):
    def __init__(self):
        super().__init__()
        self.bias = 5

    def forward(self, x):
        #? self.gain: const 3; self.bias: const 5
        return super().forward(x) * self.gain + self.bias


Pair = collections.namedtuple("Pair", ["left", "right"])
Point = collections.namedtuple("Point", "x, y", defaults=(0,))


def swap(pair):
    left, right = pair
    #? left + 1: traced; right.ndim: static
    print(left + 1, right.ndim)
    return Pair(right=left + 1, left=right)


def swapped():
    #? Point(3).x: const 3; Pair(1, 2)._replace(left=5).left: const 5; Pair(1, 2).right: const 2
    print(Point(3).x, Pair(1, 2)._replace(left=5).left, Pair(1, 2).right)
    return jax.lax.fori_loop(0, 3, lambda i, pair: swap(pair), Pair(jnp.ones(2), jnp.zeros(2)))


class Table:
    def __init__(self, values):
        self.values = values

    @classmethod
    def empty(cls, n):
        #? cls(jnp.zeros(n)).values: concrete
        return cls(jnp.zeros(n)).values

    def twin(self):
        return self.empty(2)


def use_table():
    #? Table.empty(3): concrete; Table(1).twin(): concrete
    return Table.empty(3), Table(1).twin()

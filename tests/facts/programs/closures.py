"""Factories, closures, functions in tuples, NamedTuples and objects."""

from typing import NamedTuple

import jax
import jax.numpy as jnp


def make_step(lr):
    def step(w, g):
        #? w - lr * g: traced; lr: never traced
        return w - lr * g

    return jax.jit(step)


step = make_step(0.1)


class Pair(NamedTuple):
    init: object
    apply: object


def make_pair():
    def init(n):
        #? jnp.zeros(n): concrete
        return jnp.zeros(n)

    def apply(w, x):
        #? w @ x: traced
        return w @ x

    return Pair(init, apply)


def train():
    pair = make_pair()
    w = pair.init(3)
    return jax.jit(pair.apply)(w, jnp.ones(3))


def make_two():
    def first(x):
        #? x + 10: traced
        return x + 10

    def second(x):
        #? x + 20: traced
        return x + 20

    return first, jax.jit(second)


a, b = make_two()
c = jax.jit(a)


@jax.jit
def outer(x, n):
    def inner(y):
        #? x + y: traced
        return x + y

    #? inner(2.0): traced
    return inner(2.0)


def late():
    scale = 1.0

    def f(x):
        #? scale: const 2.0
        return x * scale

    scale = 2.0
    return jax.jit(f)(jnp.ones(2))

"""Where keys are."""

import jax
from jax import random


def draws(seed):
    key = random.key(seed)
    #? key: key; random.split(key): keys
    keys = random.split(key)
    a, b = keys
    #? a: key; keys[0]: key; random.fold_in(a, 1): key
    return a, keys[0], random.fold_in(a, 1)


def loop(key):
    #? k: key
    return [random.normal(k) for k in random.split(key, 3)]


def starred(rng):
    rng, *rest = jax.random.split(rng, 4)
    #? rng: key; rest[0]: key
    return rng, rest[0]

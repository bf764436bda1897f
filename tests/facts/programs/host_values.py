"""What Python and NumPy are asked to do with jax arrays."""

import jax
import jax.numpy as jnp
import numpy as np

SCALES = {"w": 1.0, "b": 2.0}


@jax.jit
def keys_of_a_pytree(params, x):
    for name in params:
        #? SCALES[name]: never traced; name: never traced
        scale = SCALES[name]
        #? params[name] * scale: traced
        x = x + params[name] * scale
    names = list(params)
    #? names[0]: never traced
    first = names[0]
    return x, first


@jax.jit
def reductions(x):
    #? x.sum().ndim: const 0; jnp.max(x).ndim: const 0; x.sum(0).ndim: never const 0
    dims = x.sum().ndim, jnp.max(x).ndim, x.sum(0).ndim
    return dims


def activated(x, act=jnp.tanh):
    #? act(x): traced
    return act(x)


compiled = jax.jit(activated)


@np.vectorize
def on_the_host(x):
    return x + 1


@jax.jit
def objects(x):
    parts = np.empty(2, dtype=object)
    #? parts: never numpy
    parts[0] = x
    #? np.zeros(2): numpy
    return np.zeros(2)

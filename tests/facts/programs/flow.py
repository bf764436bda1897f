"""Branches, loops, early returns, containers."""

import jax
import jax.numpy as jnp
import numpy as np


@jax.jit
def branches(x, y):
    if x.ndim > 1:
        z = x.sum()
    else:
        z = jnp.max(x)
    #? z > 0: traced
    b = z > 0
    c = 1.0 if x.ndim else y
    #? c: never traced
    return b, c


@jax.jit
def loops(x):
    acc = 0.0
    for i in range(3):
        acc = acc + x[i]
    #? acc: traced
    return acc


@jax.jit
def containers(params, xs):
    out = {}
    for name in sorted(params):
        out[name] = params[name] * 2
    history = []
    history.append(jnp.sin(xs))
    #? jnp.stack(history): traced; out["w"]: traced
    return jnp.stack(history), out["w"]


@jax.jit
def static_things(x):
    #? x.shape[0]: static; x.ndim: static; len(x.shape): static; np.prod(x.shape): never traced
    return x.shape[0], x.ndim, len(x.shape), np.prod(x.shape)


@jax.jit
def unpacked(pair):
    a, b = pair
    #? a * b: traced
    return a * b


def host(n):
    m = np.zeros((n, n))
    #? m[0]: numpy; jnp.asarray(m): concrete
    return m[0], jnp.asarray(m)


@jax.jit
def masks(x):
    #? x > 0: bool; (x > 0) & (x < 1): bool; jnp.isnan(x): bool
    return x > 0, (x > 0) & (x < 1), jnp.isnan(x)


@jax.jit
def early(x, n=3):
    if n is None:
        return x
    y = x * n
    #? y + 1: traced
    return y + 1


def switch(flag):
    kind = "a" if flag else "b"
    #? kind: either
    return kind


def is_traced(*values):
    return any(isinstance(value, jax.core.Tracer) for value in jax.tree.leaves(values))


@jax.jit
def asks_for_tracers(x, tree):
    kind = "tracer" if isinstance(x, jax.core.Tracer) else "number"
    both = "tracers" if is_traced(x, tree) else "numbers"
    #? kind: const 'tracer'; both: const 'tracers'
    return x, kind, both


def parts(x):
    yield jnp.sin(x)
    yield from [jnp.cos(x)]


def grown(x):
    found = [jnp.ones(2)]
    alias = found
    found += [3]
    #? alias[1]: const 3; (found + [1.0])[0]: concrete; next(parts(1.0)): concrete
    print(alias[1], (found + [1.0])[0], next(parts(1.0)))
    for part in parts(1.0):
        #? part: concrete
        print(part)

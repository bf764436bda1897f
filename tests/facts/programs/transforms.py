"""Every form in which a transform meets a function."""

import functools
from functools import partial

import jax
import jax.numpy as jnp
from jax import jit, lax
from jax import vmap as batched


@jax.jit
def decorated(x):
    #? x + 1: traced
    return x + 1


@partial(jax.jit, static_argnums=(1,), static_argnames="mode")
def with_statics(x, n, mode):
    #? n + 1: never traced; x * 2: traced
    y = (x * 2, n + 1)
    #? mode: never traced
    return y, mode


@functools.partial(jit, static_argnames=["n"])
def keyword_static(x, *, n):
    #? n * 2: never traced; x * 2: traced
    return x * 2, n * 2


def called_form(x):
    #? x * 1: traced
    return x * 1


compiled = jax.jit(called_form)

my_jit = jax.jit


@my_jit
def by_alias(x):
    #? x - 1: traced
    return x - 1


def composed(w, x):
    #? w * x: traced
    return (w * x).sum()


fast_grad = jit(batched(jax.grad(composed), in_axes=(None, 0)))


def project_decorator(fn):
    return jax.jit(fn)


@project_decorator
def by_project_decorator(x):
    #? x / 2: traced
    return x / 2


def inner_for_list(x):
    #? x * 3: traced
    return x * 3


TABLE = [jax.jit(f) for f in (inner_for_list,)]


def only_vmapped(x, scale):
    #? x * 2: traced; scale * 2: never traced
    return x * 2, scale * 2


def use_vmap(xs):
    return jax.vmap(only_vmapped, in_axes=(0, None))(xs, 3)


def eager_grad(w, c):
    #? w * 2: grad; c * 2: never traced
    return (w * 2).sum() + c * 2


def use_grad():
    #? jax.grad(eager_grad)(jnp.ones(3), 2.0): concrete
    return jax.grad(eager_grad)(jnp.ones(3), 2.0)


def scan_body(carry, x):
    #? carry + x: traced
    carry = carry + x
    return carry, carry


def use_scan(xs):
    total, parts = lax.scan(scan_body, 0.0, xs)
    #? total: concrete
    return total, parts


def fori_body(i, acc):
    #? i * 2: traced; acc: traced
    return acc + i * 2


def use_fori():
    return lax.fori_loop(0, 10, fori_body, jnp.float32(0))


def use_while(x):
    #? v < 10.0: traced
    keep_going = lambda v: v < 10.0
    return lax.while_loop(keep_going, lambda v: v * 2.0, x)


def use_cond(p, x):
    #? a + 1: traced; a - 1: traced
    return lax.cond(p, lambda a: a + 1, lambda a: a - 1, x)


def use_switch(i, x):
    #? a * 5: traced
    return lax.switch(i, [lambda a: a * 5, jnp.sin], x)


def use_map(xs):
    #? row.sum(): traced
    return lax.map(lambda row: row.sum(), xs)


@jax.checkpoint
def rematerialised(x):
    #? x * 7: traced
    return x * 7


@jax.jit
def constants_are_staged():
    #? jnp.zeros(3): traced
    return jnp.zeros(3)


def callback_body(x):
    #? x: numpy
    return x + 1


@jax.jit
def use_callback(x):
    #? jax.pure_callback(callback_body, x, x): traced
    return jax.pure_callback(callback_body, x, x)


def unpassed_default(x, flag=True):
    #? flag: never traced
    if flag:
        return x
    return -x


uses_default = jax.jit(unpassed_default)


@jax.jit
def maps_what_is_an_int(count):
    steps = 10
    steps, count = jax.tree.map(lambda x: float(x) if isinstance(x, int) else x, (steps, count))
    #? steps: never traced
    return steps

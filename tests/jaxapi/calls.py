"""One call outside `jit` for each higher-order function; the function passed shows `see` what it receives."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import jax.profiler
import jax.scipy.optimize
import jax.scipy.sparse.linalg
import numpy as np
from jax import lax
from jax.custom_batching import custom_vmap
from jax.custom_derivatives import linear_call
from jax.experimental import checkify, io_callback, jet, ode, sparse
from jax.experimental import pallas as pl
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

See = Callable[..., None]

x, v = jnp.float32(1.0), jnp.arange(3.0)
mesh = jax.make_mesh((1,), ("i",), axis_types=(AxisType.Auto,))


def first(see: See) -> Callable[..., Any]:
    """A function that shows its arguments and returns the first."""

    def f(*args: Any, **kwargs: Any) -> Any:
        see(*args, **kwargs)
        return args[0]

    return f


def total(see: See) -> Callable[..., Any]:
    """A function that shows its arguments and returns their sum."""

    def f(*args: Any) -> Any:
        see(*args)
        return sum(args)

    return f


def carry(see: See) -> Callable[..., Any]:
    """A scan body that shows its arguments and returns them."""

    def f(*args: Any) -> Any:
        see(*args)
        return args

    return f


def always(see: See, result: Any) -> Callable[..., Any]:
    """A function that shows its arguments and returns something fixed."""

    def f(*args: Any) -> Any:
        see(*args)
        return result

    return f


def with_jvp(see: See) -> None:
    f = jax.custom_jvp(first(see))
    f.defjvp(lambda primals, tangents: (primals[0], tangents[0]))
    f(x)


def with_vjp(see: See) -> None:
    f = jax.custom_vjp(first(see))
    f.defvjp(lambda a: (a, None), lambda _, g: (g,))
    f(x)


def with_vmap(see: See) -> None:
    f = custom_vmap(first(see))
    f.def_vmap(lambda size, batched, a: (a, batched[0]))
    f(x)


def with_smap(see: See) -> None:
    with jax.set_mesh(mesh):
        jax.smap(first(see), in_axes=0, out_axes=0, axis_name="i")(v)


def kernel(see: See) -> Callable[..., None]:
    def f(source: Any, target: Any) -> None:
        see(source, target)
        target[...] = source[...]

    return f


def with_scope(see: See) -> None:
    def outer(source: Any, target: Any) -> None:
        pl.run_scoped(see, pl.MemoryRef(jax.core.ShapedArray((3,), jnp.float32), pl.ANY))
        target[...] = source[...]

    pl.pallas_call(outer, v, interpret=True)(v)


def with_property(see: See) -> None:
    class Model:
        f = functools.cached_property(first(see))

    Model().f  # noqa: B018


CALLS: dict[str, Callable[[See], Any]] = {
    "jax.jit": lambda see: jax.jit(first(see))(x),
    "jax.pmap": lambda see: jax.pmap(first(see))(v[:1]),
    "jax.vmap": lambda see: jax.vmap(first(see))(v),
    "jax.shard_map": lambda see: jax.shard_map(first(see), mesh=mesh, in_specs=P("i"), out_specs=P("i"))(v),
    "jax.smap": with_smap,
    "jax.grad": lambda see: jax.grad(first(see))(x),
    "jax.value_and_grad": lambda see: jax.value_and_grad(first(see))(x),
    "jax.jacfwd": lambda see: jax.jacfwd(first(see))(x),
    "jax.jacrev": lambda see: jax.jacrev(first(see))(x),
    "jax.hessian": lambda see: jax.hessian(first(see))(x),
    "jax.fwd_and_bwd": lambda see: jax.fwd_and_bwd(first(see), 0)[0](x),
    "jax.jvp": lambda see: jax.jvp(first(see), (x,), (x,)),
    "jax.vjp": lambda see: jax.vjp(first(see), x),
    "jax.linearize": lambda see: jax.linearize(first(see), x),
    "jax.linear_transpose": lambda see: jax.linear_transpose(first(see), x),
    "jax.experimental.jet.jet": lambda see: jet.jet(first(see), (x,), ((x,),)),
    "jax.checkpoint": lambda see: jax.checkpoint(first(see))(x),
    "jax.custom_jvp": with_jvp,
    "jax.custom_vjp": with_vjp,
    "jax.custom_gradient": lambda see: jax.custom_gradient(lambda a: (see(a), (a, lambda g: g))[1])(x),
    "jax.custom_batching.custom_vmap": with_vmap,
    "jax.custom_derivatives.linear_call": lambda see: linear_call(total(see), lambda r, t: t, x, x),
    "jax.named_call": lambda see: jax.named_call(first(see), name="f")(x),
    "jax.profiler.annotate_function": lambda see: jax.profiler.annotate_function(first(see))(x),
    "jax.eval_shape": lambda see: jax.eval_shape(first(see), x),
    "jax.make_jaxpr": lambda see: jax.make_jaxpr(first(see))(x),
    "jax.closure_convert": lambda see: jax.closure_convert(first(see), x),
    "jax.export.export": lambda see: jax.export.export(jax.jit(first(see)))(x),
    "jax.lax.scan": lambda see: lax.scan(carry(see), x, v),
    "jax.lax.while_loop": lambda see: lax.while_loop(lambda c: (see(c), c < 0)[1], first(see), x),
    "jax.lax.fori_loop": lambda see: lax.fori_loop(0, 2, lambda i, c: (see(i, c), c)[1], x),
    "jax.lax.map": lambda see: lax.map(first(see), v),
    "jax.lax.associative_scan": lambda see: lax.associative_scan(total(see), v),
    "jax.lax.cond": lambda see: lax.cond(True, first(see), first(see), x),
    "jax.lax.switch": lambda see: lax.switch(0, [first(see), first(see)], x),
    "jax.lax.platform_dependent": lambda see: lax.platform_dependent(x, default=first(see), tpu=first(see)),
    "jax.lax.custom_root": lambda see: lax.custom_root(first(see), x, lambda f, a: f(a), lambda g, y: g(y)),
    "jax.lax.custom_linear_solve": lambda see: lax.custom_linear_solve(first(see), x, lambda f, b: f(b)),
    "jax.lax.reduce": lambda see: lax.reduce(v, x, lambda a, b: (see(a, b), a * b + 1)[1], (0,)),
    "jax.lax.reduce_window": lambda see: lax.reduce_window(v, x, lambda a, b: (see(a, b), a * b + 1)[1], (2,)),
    "jax.lax.composite": lambda see: lax.composite(first(see), "my.name")(x),
    "jax.tree.map": lambda see: jax.tree.map(first(see), [x]),
    "jax.tree.map_with_path": lambda see: jax.tree.map_with_path(lambda p, a: see(p, a), [x]),
    "jax.tree.reduce": lambda see: jax.tree.reduce(total(see), [x, x]),
    "jax.tree.reduce_associative": lambda see: jax.tree.reduce_associative(total(see), [x, x]),
    "jax.pure_callback": lambda see: jax.pure_callback(always(see, np.float32(1)), x, x),
    "jax.experimental.io_callback": lambda see: io_callback(always(see, np.float32(1)), x, x),
    "jax.debug.callback": lambda see: (jax.debug.callback(see, x), jax.effects_barrier()),
    "jax.experimental.checkify.checkify": lambda see: checkify.checkify(first(see))(x),
    "jax.experimental.sparse.sparsify": lambda see: sparse.sparsify(first(see))(x),
    "jax.experimental.pallas.pallas_call": lambda see: pl.pallas_call(kernel(see), v, interpret=True)(v),
    "jax.experimental.pallas.run_scoped": with_scope,
    "jax.experimental.ode.odeint": lambda see: ode.odeint(lambda y, t: (see(y, t), -y)[1], x, v),
    "jax.scipy.optimize.minimize": lambda see: jax.scipy.optimize.minimize(
        lambda y: (see(y), jnp.sum(y * y))[1], v, method="BFGS"
    ),
    "jax.scipy.sparse.linalg.cg": lambda see: jax.scipy.sparse.linalg.cg(first(see), v),
    "jax.scipy.sparse.linalg.bicgstab": lambda see: jax.scipy.sparse.linalg.bicgstab(first(see), v),
    "jax.scipy.sparse.linalg.gmres": lambda see: jax.scipy.sparse.linalg.gmres(first(see), v),
    "jax.numpy.vectorize": lambda see: jnp.vectorize(first(see))(v),
    "jax.numpy.frompyfunc": lambda see: jnp.frompyfunc(total(see), 1, 1)(v),
    "jax.numpy.apply_along_axis": lambda see: jnp.apply_along_axis(first(see), 0, jnp.ones((2, 2))),
    "jax.numpy.apply_over_axes": lambda see: jnp.apply_over_axes(lambda a, axis: (see(a, axis), a)[1], v, [0]),
    "jax.numpy.piecewise": lambda see: jnp.piecewise(v, [v > 1], [first(see), first(see)]),
    "jax.numpy.fromfunction": lambda see: jnp.fromfunction(first(see), (3,)),
    "functools.partial": lambda see: functools.partial(first(see))(x),
    "functools.lru_cache": lambda see: functools.lru_cache(first(see))(1.0),
    "functools.cache": lambda see: functools.cache(first(see))(1.0),
    "functools.cached_property": with_property,
    "functools.reduce": lambda see: functools.reduce(total(see), [x, x]),
    "builtins.map": lambda see: list(map(first(see), v)),
    "builtins.filter": lambda see: list(filter(first(see), v)),
    "numpy.vectorize": lambda see: np.vectorize(first(see))(v),
    "numpy.apply_along_axis": lambda see: np.apply_along_axis(first(see), 0, v),
}

"""The parameters that refuse lists do so in the installed JAX, and the lenient functions do not."""

import jax
import jax.numpy as jnp
import pytest

from jaxlint.jaxapi import refuses_lists

CALLS = [
    ("jax.numpy.mean", "a", lambda xs: jnp.mean(xs)),
    ("jax.numpy.dot", "b", lambda xs: jnp.dot(jnp.ones(2), xs)),
    ("jax.numpy.where", "y", lambda xs: jnp.where(True, jnp.ones(2), xs)),
    ("jax.numpy.take", "indices", lambda xs: jnp.take(jnp.ones(2), [0, 1])),
    ("jax.numpy.percentile", "q", lambda xs: jnp.percentile(jnp.ones(2), xs)),
    ("jax.numpy.interp", "xp", lambda xs: jnp.interp(jnp.ones(2), xs, jnp.ones(2))),
    ("jax.numpy.isin", "test_elements", lambda xs: jnp.isin(jnp.ones(2), xs)),
    ("jax.nn.relu", "x", lambda xs: jax.nn.relu(xs)),
    ("jax.numpy.array", "object", lambda xs: jnp.array(xs)),
    ("jax.numpy.stack", "arrays", lambda xs: jnp.stack(xs)),
    ("jax.numpy.shape", "a", lambda xs: jnp.shape(xs)),
    ("jax.numpy.transpose", "axes", lambda xs: jnp.transpose(jnp.ones((2, 2)), [1, 0])),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "parameter", "call"), CALLS, ids=[f"{name}-{parameter}" for name, parameter, _ in CALLS]
)
def test_lists(name, parameter, call) -> None:  # type: ignore[no-untyped-def]
    try:
        call([0.5, 1.0])
        refused = False
    except TypeError:
        refused = True
    assert refuses_lists(name, parameter) == refused

"""The rows about functions, against the installed JAX: what they return, what must be static, what needs values."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental.key_reuse._core import function_type_signature  # what jax_debug_key_reuse runs

from jaxlint.jaxapi import Function, Sized, function, transform
from jaxlint.jaxapi.functions import AREAS
from jaxlint.jaxapi.signatures import declarations
from jaxlint.jaxapi.tables import table
from tests.jaxapi.resolve import resolve
from tests.jaxapi.samples import KEY, MATRIX, USUAL, accepts, sample

pytestmark = pytest.mark.filterwarnings("ignore")
TESTED = ("jax.numpy.", "jax.lax.", "jax.nn.", "jax.random.", "jax.scipy.special.", "jax.scipy.linalg.", "jax.ops.")
NAMES = [name for name in declarations("jax") if name.startswith(TESTED) and not transform(name)]


def row(name: str) -> Function:
    found = function(name)
    assert found is not None
    return found


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def kind(value: Any) -> str:
    """The word for a result seen during a trace."""
    match value:
        case jax.Array() | np.ndarray() | np.generic():
            return dtype_kind(value.dtype)
        case tuple() | list() if value and any(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(value)):
            return "arrays"
        case _ if inspect.isroutine(value):
            return "function"
        case _:
            return "static"


def dtype_kind(dtype: Any) -> str:
    kinds = {"key": jax.dtypes.prng_key, "bool": jnp.bool, "int": jnp.integer, "complex": jnp.complexfloating}
    return next((word for word, super_type in kinds.items() if jnp.issubdtype(dtype, super_type)), "float")


@pytest.mark.parametrize("name", NAMES)
def test_returns(name: str) -> None:
    call, returns = sample(name), row(name).returns
    if call is None or returns in ("host", "none"):
        return
    seen = call.traced(look=kind) if accepts(call.traced) else kind(call())
    fed = {dtype_kind(value.dtype) for value in call.arrays.values()}
    match returns:
        case "array" | "same":
            assert seen in {"float", *fed}
        case "key" | "keys":
            assert seen == ("int" if name == "jax.random.PRNGKey" else "key")
        case "initializer":
            assert seen in ("float", "function")
        case _:
            assert seen == returns


@pytest.mark.parametrize("name", NAMES)
def test_static_parameters(name: str) -> None:
    call = sample(name)
    if call is None or row(name).sized or row(name).returns == "static":
        return
    usual = {param: call.arguments.get(param, USUAL.get(param)) for param in row(name).params}
    tried = {param for param, value in usual.items() if numbers(value) and accepts(call.given(param).traced)}
    static = {param for param in tried if not accepts(partial(call.traced, param))}
    assert static == tried & row(name).static


def numbers(value: Any) -> bool:
    """True for an int or a tuple of ints, which could be traced."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, tuple) and all(isinstance(item, int) for item in value)
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_needs_values_is_listed(name: str) -> None:
    call, known = sample(name), row(name)
    if call is None or known.returns == "static" or known.static & set(call.arrays):
        return
    assert known.sized or accepts(call.traced)


def sized() -> Iterator[tuple[str, Sized]]:
    for area in AREAS:
        for short in table(f"functions/{area}").get("sized", {}):
            name = f"{area}.{short}"
            yield name, cast("Sized", row(name).sized)


@pytest.mark.parametrize(("name", "needs"), list(sized()))
def test_sized(name: str, needs: Sized) -> None:
    call = sample(name)
    assert call is not None
    left = {param: value for param, value in call.arguments.items() if param not in (needs.param, needs.unless, "y")}
    bare = replace(call, arguments=left)
    traced = [param for param in bare.arguments if param not in row(name).static or param == "repeats"]
    with pytest.raises(getattr(jax.errors, needs.error)):
        bare.traced(*traced)
    if needs.param:
        assert needs.param in row(name).params
        bare.given(needs.param).traced(*traced)


CONSUMERS = [name for name in NAMES if row(name).key]


@pytest.mark.parametrize("name", CONSUMERS)
def test_key_parameters_take_a_key(name: str) -> None:
    call, known = sample(name), row(name)
    assert call is not None
    used = function_type_signature(lambda key: (call(**{str(known.key): key}), 0)[1], KEY)
    assert known.consumes == bool(list(used.sinks))


@pytest.mark.parametrize("name", [f"jax.numpy.{short}" for short in table("functions/jax.numpy")["inplace"]])
def test_inplace(name: str) -> None:
    call = sample(name)
    assert call is not None
    assert row(name).inplace
    assert not accepts(replace(call, arguments={**call.arguments, "inplace": None}))


MUTATIONS: dict[str, Callable[[Any, Any], object]] = {
    "numpy.copyto": lambda f, a: f(a, 9.0),
    "numpy.fill_diagonal": lambda f, a: f(a, 9.0),
    "numpy.place": lambda f, a: f(a, a > 0, [9.0]),
    "numpy.put": lambda f, a: f(a, [0], [9.0]),
    "numpy.put_along_axis": lambda f, a: f(a, np.zeros((1, 3), int), 9.0, 0),
    "numpy.putmask": lambda f, a: f(a, a > 0, 9.0),
    "numpy.random.shuffle": lambda f, a: (np.random.seed(0), f(a)),
}


@pytest.mark.parametrize("short", table("functions/numpy")["mutates"])
def test_mutates(short: str) -> None:
    name = f"numpy.{short}"
    call = MUTATIONS.get(name, lambda f, a: (f(a, 0, 2), f(a, 0, -3)))
    array = np.array([[1, 2], [3, 4]]) if "wise" in name else MATRIX.copy()
    before = array.copy()
    call(resolve(name), array)
    assert not np.array_equal(array, before)
    known = row(name)
    assert known.mutates is not None
    assert known.signature is None or known.mutates in known.params
    with pytest.raises((TypeError, ValueError, NotImplementedError)):
        call(resolve(name), jnp.asarray(MATRIX))

"""Attributes and methods are looked at on a real tracer, and methods are called."""

from collections.abc import Callable
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.jaxapi import Attribute, array_attribute, pure_method, update_method
from jaxlint.jaxapi.tables import index, table

LISTED = index("array", "attribute")
MATRIX = jnp.ones((3, 3))

# Arguments of methods that need some.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "argpartition": (1,),
    "astype": (int,),
    "choose": (jnp.ones((3, 3)),),
    "clip": (0, 1),
    "compress": (np.array([True, False, True]), 0),
    "addressable_data": (0,),
    "dot": (MATRIX,),
    "partition": (1,),
    "repeat": (2,),
    "reshape": (9,),
    "searchsorted": (0.5,),
    "swapaxes": (0, 1),
    "take": (0,),
    "to_device": (jax.devices()[0],),
    "view": (jnp.int32,),
}
KEYWORDS: dict[str, dict[str, Any]] = {"choose": {"mode": "clip"}, "compress": {"size": 2}}
ARRAYS = {"byteswap": jnp.zeros((3, 3), int), "choose": jnp.zeros((3, 3), int), "searchsorted": jnp.ones(3)}
NOT_NUMPY_2 = ("device_buffer", "device_buffers", "itemset", "newbyteorder", "tostring")


def on_tracer(look: Callable[[Any], Any], array: Any = MATRIX) -> Any:
    """What `look` says about a tracer."""
    seen = []
    jax.eval_shape(lambda x: seen.append(look(x)), array)
    return seen[0]


@pytest.mark.parametrize("name", [name for name in dir(MATRIX) if not name.startswith("_")])
def test_every_public_attribute_is_listed(name: str) -> None:
    assert name in LISTED


@pytest.mark.parametrize("name", LISTED)
def test_the_word_is_known(name: str) -> None:
    assert array_attribute(name) in get_args(Attribute)


@pytest.mark.parametrize("name", table("array")["attribute"]["absent"])
def test_absent(name: str) -> None:
    assert not hasattr(MATRIX, name)
    assert hasattr(np.ones(3), name) or name in NOT_NUMPY_2


@pytest.mark.parametrize("name", ["aval", "dtype", "itemsize", "nbytes", "ndim", "shape", "size", "weak_type"])
def test_static_while_tracing(name: str) -> None:
    assert array_attribute(name) == "static"
    assert not isinstance(on_tracer(lambda x: getattr(x, name)), jax.core.Tracer)


@pytest.mark.parametrize("name", ["T", "imag", "mT", "real"])
def test_another_array(name: str) -> None:
    assert array_attribute(name) == "array"
    assert isinstance(on_tracer(lambda x: getattr(x, name)), jax.Array)


def call(name: str, array: Any) -> Any:
    return getattr(array, name)(*ARGUMENTS.get(name, ()), **KEYWORDS.get(name, {}))


KINDS = {"method": "biufc", "bool method": "b", "int method": "iu"}
METHODS = [(name, word) for name, word in LISTED.items() if word in KINDS]


@pytest.mark.parametrize(("name", "word"), METHODS)
def test_method_gives_an_array(name: str, word: str) -> None:
    result = on_tracer(
        lambda x: (isinstance(y := call(name, x), jax.core.Tracer), y.dtype.kind), ARRAYS.get(name, MATRIX)
    )
    assert result[0]
    assert result[1] in KINDS[word]


@pytest.mark.parametrize("name", ["item", "tolist", "addressable_data"])
def test_host_methods_need_the_value(name: str) -> None:
    assert array_attribute(name) == "host method"
    with pytest.raises((jax.errors.ConcretizationTypeError, AttributeError)):
        on_tracer(lambda x: call(name, x))


@pytest.mark.parametrize("name", table("array")["updates"])
def test_updates(name: str) -> None:
    assert update_method(name)
    assert pure_method(name)
    assert callable(getattr(MATRIX.at[0], name))


def test_pure_methods() -> None:
    assert all(pure_method(name) for name in ("sort", "set", "reshape", "astype", "sum", "add"))
    assert not any(pure_method(name) for name in ("item", "block_until_ready", "shape", "fill", "delete", "append"))

"""The comparison of trees: what counts as the same, and what does not."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.verify.child.flatten import flatten
from jaxlint.verify.compare import Comparison, compare

F32 = np.float32


def against(expected: Any, actual: Any, x64: bool = True) -> Comparison:
    return compare(flatten(expected), flatten(actual), x64=x64)


@pytest.mark.parametrize(
    "expected, actual",
    [
        (np.arange(3, dtype="int32"), jnp.arange(3)),
        (F32([1, np.nan, np.inf]), F32([1, np.nan, np.inf])),
        (np.complex128(complex(np.nan, 1)), np.complex128(complex(1, np.nan))),
        (F32([1.0, 2.0]), F32([1.0 + 1e-6, 2.0])),
        (F32([1e8, 1.0]), F32([1e8, 1.5])),  # cancellation beside large elements
        (np.float64(0.0), np.float64(1e-17)),
        (2.5, F32(2.5)),
        (3, np.int32(3)),
        (True, np.bool_(True)),
        ({"a": [1.0, None]}, {"a": [1.0, None]}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (jnp.asarray([1.0, 2.0], jnp.bfloat16), jnp.asarray([1.0, 2.015], jnp.bfloat16)),
        (np.asarray([1, 2], "int8"), jnp.asarray([1, 2], "int8")),
        (jax.random.key(1), jax.random.key(1)),
        ("text", "text"),
        (10**30, 10**30),
    ],
)
def test_the_same(expected: Any, actual: Any) -> None:
    with jax.enable_x64(True):
        comparison = against(expected, actual)
    assert comparison.agrees, comparison


@pytest.mark.parametrize(
    "expected, actual, message",
    [
        (F32([1, np.nan]), F32([1, 2]), "result[1]: 2.0, expected nan (1 of 2 elements differ)"),
        (F32([np.inf]), F32([-np.inf]), "result[0]: -inf, expected inf"),
        (F32([1.0]), F32([1.001]), "result[0]: "),
        (np.float64([1.0]), np.float64([1.0 + 1e-9]), "result[0]: "),
        (np.float64(1e-8), np.float64(2e-8), "result: 2e-08, expected 1e-08"),
        (np.int64([1, 2]), np.int64([1, 3]), "result[1]: 3, expected 2 (1 of 2 elements differ)"),
        (np.bool_([True]), np.bool_([False]), "result[0]: False, expected True"),
        (np.float64(1), F32(1), "result: dtype is float32, expected float64"),
        (1, F32(1), "result: dtype is float32, expected int64"),
        (np.uint8(1), np.int8(1), "result: dtype is int8, expected uint8"),
        (np.ones(3), np.ones((3, 1)), "result: shape is (3, 1), expected (3,)"),
        ({"a": np.ones(2)}, {"a": np.zeros(2)}, "result['a'][0]: 0.0, expected 1.0 (2 of 2 elements differ)"),
        ([1.0], (1.0,), "result: structure is PyTreeDef((*,)), expected PyTreeDef([*])"),
        ("text", "texts", "result: text values differ"),
        (jax.random.key(1), jax.random.key(2), "result: key values differ"),
        (jax.random.PRNGKey(1), jax.random.key(1), "result: shape is (), expected (2,)"),
    ],
)
def test_not_the_same(expected: Any, actual: Any, message: str) -> None:
    (difference,) = against(expected, actual).differences
    assert difference.startswith(message)


def test_with_x64_off_a_narrow_type_stands_for_the_wide_one() -> None:
    assert against(np.float64([1.0, 1 / 3]), F32([1.0, 1 / 3]), x64=False).agrees
    assert not against(np.float64([1.0]), np.float16([1.0]), x64=False).agrees


def test_errors_are_measured() -> None:
    comparison = against(np.float64([1.0, 100.0]), np.float64([1.5, 100.0]))
    assert (comparison.max_abs, comparison.max_rel) == (0.5, 0.5)


def test_an_object_cannot_be_compared() -> None:
    comparison = against(object(), object())
    assert not comparison.agrees and comparison.incomparable == ("result: a `object` is not data",)

"""What the table says optax returns, against the optax that is installed, where there is one."""

import inspect
from typing import Any

import jax
import numpy as np
import pytest

from jaxlint.jaxapi import function
from jaxlint.jaxapi.tables import table
from tests.jaxapi.resolve import resolve

pytest.importorskip("optax")
NAMES = table("functions/optax")["returns"]["array"]
PROBABILITIES = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], np.float32)
LABELS = np.array([0, 2])
NUMBERS = {"safe_norm": (1e-6,)}


def arguments(name: str, given: Any) -> tuple[Any, ...]:
    """NumPy arrays, which only an operation of JAX turns into tracers."""
    params = [p for p in inspect.signature(given).parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD,)]
    required = [p for p in params if p.default is p.empty]
    last = NUMBERS.get(name, (LABELS,) if "integer" in name or "ntxent" in name else (PROBABILITIES,))
    return (PROBABILITIES, *last * (max(len(required), 1) - 1))


@pytest.mark.parametrize("name", NAMES)
def test_it_returns_a_tracer_in_a_trace(name: str) -> None:
    called, results = resolve(f"optax.{name}"), []

    def traced(x: jax.Array) -> jax.Array:
        results.append(called(*arguments(name, called)))
        return x

    jax.make_jaxpr(traced)(0.0)
    assert isinstance(results[0], jax.core.Tracer)
    assert (row := function(f"optax.{name}")) is not None and row.returns == "array"

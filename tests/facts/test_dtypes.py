"""Element types, extents and elements, against JAX itself."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.facts.model.dtypes import Dtype, promote
from jaxlint.facts.model.project import load
from jaxlint.facts.model.values import Array, HostArray, Value
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

PRELUDE = """import jax
import jax.numpy as jnp
import numpy as np
from functools import partial
def double(x): return x * 2
"""
TYPES = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bool",
         "bfloat16", "float16", "float32", "float64", "complex64", "complex128")  # fmt: skip


def value(expression: str) -> Value:
    """What the tracer says of an expression in a module."""
    project = load([SourceText("m.py", f"{PRELUDE}\nfound = {expression}\n")])
    tracer = Tracer(project)
    tracer.run()
    assert tracer.base is not None
    return tracer.base.contents(tracer.module_frame(project.modules[0]))["found"]


def test_promotion() -> None:
    for first, second in itertools.combinations_with_replacement(TYPES, 2):
        with jax.enable_x64(True):
            wanted = jnp.promote_types(first, second)
        found = promote(Dtype(first), Dtype(second))
        assert found is not None
        assert found == promote(Dtype(second), Dtype(first))
        assert found.wide == str(wanted)


KNOWN = [
    "jnp.array(1.0)", "jnp.asarray([1])", "jnp.asarray([1, 2.0])", "jnp.asarray([[1, 2], [3, 4]])", "jnp.zeros(3)",
    "jnp.zeros((2, 3), dtype=jnp.int8)", "jnp.ones(3, 'float16')", "jnp.full(3, 1)", "jnp.full((2,), 1.0)",
    "jnp.arange(3)", "jnp.arange(3.)", "jnp.arange(1, 7, 2)", "jnp.linspace(0, 1, 3)", "jnp.arange(3) / 2",
    "jnp.arange(3, dtype='int8') / 2", "jnp.arange(3, dtype='int8').sum()", "jnp.arange(3, dtype='uint8').sum()",
    "jnp.arange(4).mean()", "jnp.float32(1)", "jnp.int32(1) * 2.0", "jnp.arange(3, dtype='int8') * 2.0",
    "jnp.sqrt(jnp.arange(3, dtype='int8'))", "jnp.sqrt(2)", "jnp.where(jnp.ones(3) > 0, 1.0, 0)", "jnp.eye(3)",
    "jnp.float32(1) * np.float64(2)", "jnp.zeros(3, 'float32') + np.zeros(3)", "jnp.argmax(jnp.ones(3))",
    "jnp.stack([1.0, 2])", "jnp.stack([jnp.float32(1), 2])", "jnp.maximum(1., 2)", "jnp.maximum(jnp.arange(3), 0)",
    "jnp.asarray(np.array([1, 2]))", "jnp.array(np.float32(1))", "jnp.arange(5) // 2", "jnp.arange(4) ** 2",
    "jnp.arange(3) ** 2.0",
    "jnp.zeros_like(jnp.asarray(1.0))", "jnp.ones(3).astype(float)", "jnp.exp(jnp.asarray(1.0))",
    "jnp.dot(jnp.arange(3), jnp.arange(3))", "jnp.max(jnp.asarray(1.))", "jnp.clip(jnp.arange(3), 0, 1)",
    "jnp.sum(jnp.arange(1000))", "jnp.prod(jnp.arange(1, 6))", "jnp.arange(5)[2]", "jnp.array([[1, 2], [3, 4]])[1]",
    "jnp.array([1., 2.])[None, :]", "jnp.zeros((2, 3))[..., 1]", "jnp.zeros((2, 3, 4))[0, :, None]",
    "jnp.zeros((5, 3))[1:4]", "jnp.zeros((5, 3))[-2:]", "jnp.zeros((5, 3))[jnp.array([0, 1])]", "-jnp.arange(3)",
    "jnp.uint32(1) + jnp.int32(1)", "jnp.uint32(1) + 1", "jnp.arange(3).at[0].set(5)",
    "jnp.arange(4)[:, None] - jnp.arange(3)", "jnp.ones((2, 3)) * jnp.ones((2, 1))",
    "jnp.ones((2, 3)) @ jnp.ones((3, 4))",
    "jax.random.normal(jax.random.key(0))",
    "jax.jit(double)(2)", "jax.jit(double)(jnp.arange(3))", "jax.jit(double)(2.5)", "jax.nn.one_hot(1, 3)",
    "jnp.percentile(jnp.arange(9.0), jnp.array([25.0, 75.0]))", "jnp.array([200], dtype=jnp.uint8) + jnp.uint8(1)",
]  # fmt: skip


@pytest.mark.parametrize("expression", KNOWN)
def test_arrays(expression: str) -> None:
    """What is known of an array agrees with JAX, with x64 and without; the element type always is known."""
    found = value(expression)
    assert isinstance(found, Array)
    assert found.dtype is not None
    scope: dict[str, object] = {}
    exec(PRELUDE, scope)
    for x64 in (False, True):
        with jax.enable_x64(x64):
            real = jax.eval_shape(lambda: eval(expression, scope))
        assert (found.dtype.wide if x64 else found.dtype.name, found.dtype.weak) == (str(real.dtype), real.weak_type)
        assert found.ndim in (None, real.ndim)
        for length, actual in zip(found.dims or (), real.shape, strict=False):
            assert length in (None, actual)
    if found.contents is not None:
        real = eval(expression, scope)
        assert found.contents.dims == real.shape
        assert np.array_equal(list(found.contents.items), np.ravel(real))


@pytest.mark.parametrize(
    ("expression", "items"),
    [
        ("jnp.arange(4) * 3 + 1", [1, 4, 7, 10]),
        ("jnp.array([1, 2]) * jnp.array([3, 4])", [3, 8]),
        ("jnp.sum(jnp.arange(2000))", [1999000]),
        ("jnp.array([1, 2]).prod()", [2]),
        ("np.array([1.5, 2.5]) * 2", [3.0, 5.0]),
        ("jnp.asarray(np.array([1, 2]))", [1, 2]),
    ],
)
def test_contents(expression: str, items: list[float]) -> None:
    found = value(expression)
    assert isinstance(found, Array | HostArray)
    assert found.contents is not None
    assert list(found.contents.items) == items


@pytest.mark.parametrize(
    "expression",
    [
        "jnp.array([2_000_000_000]) * 2",  # overflows
        "jnp.zeros(3)[jnp.array([0, 1])]",
        "[jnp.arange(3) for _ in range(9)][0] if 'a' in dir() else jnp.arange(4)",
    ],
)
def test_unknown_contents(expression: str) -> None:
    found = value(expression)
    assert not isinstance(found, Array) or found.contents is None


def test_loops_and_stores_change_elements() -> None:
    program = """
x = jnp.array([1, 2])
for i in range(40):
    x = x * 2
y = np.array([1.0, 2.0])
y[0] = 5.0
found = (x, jnp.asarray(y), jax.lax.fori_loop(0, 9, lambda i, c: c * 2, jnp.int32(1)))
"""
    project = load([SourceText("m.py", PRELUDE + program)])
    tracer = Tracer(project)
    tracer.run()
    assert tracer.base is not None
    found = tracer.base.contents(tracer.module_frame(project.modules[0]))["found"]
    assert all(item.contents is None for item in found.items)  # type: ignore[union-attr]

"""What stores need to know: which library an array is of, and which NumPy arrays only show a jax array."""

import pytest

from jaxlint.facts.model.project import load
from jaxlint.facts.model.values import Array, Const, HostArray, Library, Tree, Unknown, Value
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

IMPORTS = "import jax\nimport jax.numpy as jnp\nimport numpy as np\nx = jnp.zeros(3)\nn = np.zeros(3)\n"


def value(expression: str) -> Value:
    """The value of an expression in a module."""
    project = load([SourceText("m.py", f"{IMPORTS}found = {expression}\n")])
    tracer = Tracer(project)
    tracer.run()
    assert tracer.base is not None
    return tracer.base.contents(tracer.module_frame(project.modules[0]))["found"]


@pytest.mark.parametrize(
    "expression, known",
    [
        ("isinstance(x, np.ndarray)", False),
        ("isinstance(x, jax.Array)", True),
        ("isinstance(x, jnp.ndarray)", True),
        ("isinstance(x, (list, tuple))", False),
        ("isinstance(x, (list, jax.Array))", True),
        ("isinstance(n, jax.Array)", False),
        ("hasattr(x, 'at')", True),
        ("hasattr(x, '__setitem__')", False),
        ("hasattr(n, 'at')", False),
        ("np is jnp", False),
        ("jnp is not np", True),
        ("jnp.__name__ == 'jax.numpy'", True),
    ],
)
def test_the_library_of_an_array_is_known(expression: str, known: bool) -> None:
    assert value(expression) == Const(known)


@pytest.mark.parametrize(
    "expression", ["isinstance(n, np.ndarray)", "isinstance(x, jax.core.Tracer)", "hasattr(x, 'foo')"]
)
def test_what_is_not_certain_stays_open(expression: str) -> None:
    assert not isinstance(value(expression), Const)


@pytest.mark.parametrize(
    "expression",
    [
        "np.asarray(x)",
        "jax.device_get(x)",
        "np.ascontiguousarray(x)",
        "np.asarray(x)[1:]",
        "np.asarray(x).reshape(3, 1)",
        "np.asarray(x).T",
    ],
)
def test_a_view_of_a_jax_array_is_known(expression: str) -> None:
    found = value(expression)
    assert isinstance(found, HostArray) and found.view_of is not None


@pytest.mark.parametrize(
    "expression",
    [
        "np.array(x)",
        "np.asarray(x, dtype=np.float64)",
        "np.asarray(x).copy()",
        "np.asarray(x)[[0, 1]]",
        "np.asarray(n)",
        "np.asarray(x) + 1",
    ],
)
def test_a_copy_is_no_view(expression: str) -> None:
    found = value(expression)
    assert isinstance(found, HostArray) and found.view_of is None


@pytest.mark.parametrize(
    "expression", ["jax.new_ref(x)", "jax.tree.unflatten(d, [x])", "jax.flatten_util.ravel_pytree(x)"]
)
def test_what_is_no_array_is_not_taken_for_one(expression: str) -> None:
    assert not isinstance(value(expression), Array | HostArray | Tree | Library)
    assert isinstance(value(expression), Unknown)

"""What settles that an argument of a trace is an array, and what does not."""

from textwrap import dedent, indent

import libcst as cst
import pytest

from jaxlint.facts.model.project import load
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

MODULE = """\
import jax
import jax.numpy as jnp


@jax.jit
def f(x: {annotation}, n):
{body}
    return probe(x)
"""


def is_array(body: str, annotation: str = "object") -> bool:
    """Whether the argument of ``probe`` is known to be a jax array."""
    text = MODULE.format(annotation=annotation, body=indent(dedent(body), "    "))
    tracer = Tracer(load([SourceText("page.py", text)]))
    tracer.run()
    (function,) = [owner for owner in tracer.activations if getattr(owner, "name", "") == "f"]
    verdicts = set()
    for frame in tracer.activations[function]:
        view = View(tracer, frame, frame.chunk)
        for node in view.nodes():
            if frame.boundary and isinstance(node, cst.Call) and getattr(node.func, "value", "") == "probe":
                verdicts.add(view.jax_array(node.args[0].value) and view.traced(node.args[0].value) is not None)
    (verdict,) = verdicts
    return verdict


@pytest.mark.parametrize(
    "body",
    ["x - n", "x / 2", "x * 0.5", "x + 1", "-x", "x @ x", "x < 3", "3 >= x", "x.shape", "x.at", "jnp.sin(x)",
     "jnp.where(n > 0, x, 0)", "jax.nn.relu(x)", "max(x, 0)", "y = x ** 2", "for i in range(3):\n    x - i"],
)  # fmt: skip
def test_what_only_arrays_bear_settles_it(body: str) -> None:
    assert is_array(body)


@pytest.mark.parametrize(
    "body",
    ["pass", "x + x", "x * 2", "x == 1", "x[0]", "len(x)", "x['w']", "x is None", "jnp.stack(x)", "jnp.asarray(x)",
     "jax.tree.map(jnp.sin, x)", "max(x, n)", "if isinstance(x, tuple):\n    x - 1",
     "if n is not None:\n    jnp.sin(x)",
     "y = x - 1 if n else 0", "n is None or x - 1"],
)  # fmt: skip
def test_what_containers_bear_or_a_condition_guards_does_not(body: str) -> None:
    assert not is_array(body)


@pytest.mark.parametrize(
    "annotation", ["float", "bool", "jax.Array", "jnp.ndarray", "'jax.Array'", "Float[Array, 'n']"]
)
def test_an_annotation_settles_it(annotation: str) -> None:
    assert is_array("pass", annotation)


@pytest.mark.parametrize(
    "annotation", ["object", "dict", "list[float]", "Optional[float]", "float | None", "tuple[int, ...]"]
)
def test_other_annotations_do_not(annotation: str) -> None:
    assert not is_array("pass", annotation)

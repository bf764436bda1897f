"""Code whose errors are caught or wanted shows no proof."""

import libcst as cst
import pytest

from jaxlint.facts.model.project import load
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.source import SourceText

MODULE = """\
import contextlib
import jax
import pytest


def f(x):
    return probe(x)


def test_f(self):
    {statement}:
        jax.jit(f)(1.0)
"""


def is_proven(statement: str) -> bool:
    """Whether the argument of ``probe`` counts as a tracer on which something would fail."""
    tracer = Tracer(load([SourceText("page.py", MODULE.format(statement=statement))]))
    tracer.run()
    (function,) = [owner for owner in tracer.activations if getattr(owner, "name", "") == "f"]
    views = [View(tracer, frame, frame.chunk) for frame in tracer.activations[function]]
    probes = [
        view.traced(node.args[0].value)
        for view in views
        for node in view.nodes()
        if isinstance(node, cst.Call) and getattr(node.func, "value", "") == "probe"
    ]
    return any(probes)


@pytest.mark.parametrize(
    "statement",
    ["with pytest.raises(TypeError)", "with self.assertRaises(jax.errors.ConcretizationTypeError)",
     "with self.assertRaisesRegex(TypeError, 'concrete') as caught", "with contextlib.suppress(Exception)",
     "with open('log'), pytest.raises(TypeError, match='concrete')"],
)  # fmt: skip
def test_what_is_raised_is_wanted(statement: str) -> None:
    assert not is_proven(statement)


@pytest.mark.parametrize(
    "statement", ["if True", "with open('log')", "with self.subTest('raises')", "with jax.debug_nans()"]
)
def test_other_blocks_prove_as_ever(statement: str) -> None:
    assert is_proven(statement)

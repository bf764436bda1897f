"""Messages call an argument of a trace what the user calls it."""

import pytest

from jaxlint.engine.check import check
from jaxlint.source import SourceText

CALLS = {
    "jax.jit(lambda x: float(x))(1.0)": "x",
    "jax.jit(lambda *xs: float(xs[0]))(1.0)": "xs[0]",
    "jax.jit(lambda x, *rest: float(rest[1]))(1.0, 2.0, 3.0)": "rest[1]",
    "jax.jit(lambda *xs, n: float(xs[0]))(1.0, n=2)": "xs[0]",
    "jax.jit(lambda *xs, n: float(n))(1.0, n=2)": "n",
    "jax.jit(functools.partial(lambda a, *xs: float(xs[1]), 0, 1))(2.0)": "xs[1]",
    "jax.lax.cond(c, lambda *a: float(a[0]), lambda *a: 0.0, 3.0)": "a[0]",
}


@pytest.mark.parametrize("call", CALLS)
def test_an_argument_is_called_by_its_parameter(call: str) -> None:
    text = f"import functools\nimport jax\n\n\ndef run(c):\n    return {call}\n"
    (found,) = check([SourceText("page.py", text)], lambda rule: True).values()
    expected = f"`{CALLS[call]}` is an argument of `lambda`"
    assert any(expected in step.message for diagnostic in found for step in diagnostic.trace)

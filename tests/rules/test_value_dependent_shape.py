"""The suggested bound: shown, never applied, and legal under jit."""

import jax
import jax.numpy as jnp
import pytest

from jaxlint.engine.apply import apply
from jaxlint.engine.check import check
from jaxlint.source import SourceText

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n@jax.jit\ndef f(x):\n    return "


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("jnp.nonzero(x)", "jnp.nonzero(x, size=x.size)"),
        ("x.nonzero()", "x.nonzero(size=x.size)"),
        ("jnp.unique(x, return_counts=True)", "jnp.unique(x, return_counts=True, size=x.size)"),
        ("jnp.flatnonzero(x,)", "jnp.flatnonzero(x,size=x.size)"),
    ],
)
def test_a_bound_is_suggested(call: str, expected: str) -> None:
    (found,) = check([SourceText("page.py", HEAD + call + "\n")], lambda rule: rule.code == "JAX501").values()
    (finding,) = found
    assert finding.fix is not None and finding.fix.applicability == "suggestion"
    text = apply(HEAD + call + "\n", finding.fix.edits)
    assert text == HEAD + expected + "\n"
    scope: dict[str, object] = {}
    exec(text, scope)
    jax.block_until_ready(scope["f"](jnp.array([0, 2, 0, 1])))  # type: ignore[operator]

"""What the page on JAX's pitfalls says that code gives, it gives."""

import ast
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

PAGE = (Path(__file__).parents[2] / "docs/explained.md").read_text("utf-8")
BLOCKS = [block for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE) if "#" in block]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_gives_what_its_comments_say(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"jax": jax, "jnp": jnp}
    lines = block.splitlines()
    for node in ast.parse(block).body:
        said = lines[(node.end_lineno or 1) - 1].partition("  # ")[2]
        if number := re.match(r"nan|-?\d+(\.\d+)?", said):
            assert isinstance(node, ast.Expr)
            value = float(eval(ast.unparse(node), names))
            assert repr(value) == repr(float(number[0]))
        else:
            exec(ast.unparse(node), names)
        if "==" in said:
            assert eval(said, names)
        printed = capsys.readouterr().out.strip()
        assert printed == (said if said.startswith("tracing") else "")


def test_numbers_in_the_text() -> None:
    assert jax.grad(lambda w: w * w.item())(3.0) == 3
    x = jnp.arange(3.0)
    assert x[10] == 2 and (x.at[10].set(5.0) == x).all()
    assert jax.grad(lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0))(0.0) == 0

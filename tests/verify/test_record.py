"""Calls that the user's own program makes are what the versions are compared on."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from jaxlint.verify import run

BEFORE = dedent(
    """
    from dataclasses import dataclass
    import jax
    import jax.numpy as jnp

    @dataclass
    class Layer:
        w: object
        def apply(self, x):
            return x @ self.w

    @jax.jit
    def double(x):
        return x + x

    def both(f, x):
        return f(x), double(x)

    def draw(key, n):
        return jax.random.normal(key, (n,))

    def unused(x):
        return x

    @staticmethod
    def loose(x):
        return x

    if __name__ == "__main__":
        import sys
        print("the program's own output")
        offset = float(sys.argv[1])
        Layer(jnp.ones((2, 3))).apply(jnp.arange(2.0))
        both(lambda v: v * offset, jnp.arange(3.0))
        draw(jax.random.key(3), 4)
    """
)
AFTER = (
    BEFORE.replace("return x @ self.w", "return jnp.dot(x, self.w)")
    .replace("return x + x", "return 2 * x")
    .replace("return f(x), double(x)", "return (f(x), double(x))")
    .replace("(key, (n,))", "(key, (n, ))")
    .replace("return x\n\n@static", "return -x\n\n@static")
    .replace("def draw(key, n):\n", "def draw(key, n):\n    n = n + 0\n")
)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "mine.py", tmp_path / "after.py"
    before.write_text(BEFORE)
    after.write_text(AFTER.replace("return (f(x), double(x))", "return f(x), double(x) + 0"))
    return before, after


def verdicts(text: str) -> dict[str, tuple[str, str]]:
    return {row["function"]: (row["verdict"], row["source"]) for row in json.loads(text)["verdicts"]}


def test_a_script_records_itself(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """Instances of its classes, a lambda with a closure, a typed key, a jitted function."""
    assert run(*pair, output_format="json", record=f"python {pair[0]} 2.5") == 1
    out, err = capfd.readouterr()
    assert "the program's own output" in err
    found = verdicts(out)
    assert {name for name, row in found.items() if row == ("equivalent", "recorded calls")} == {
        *("Layer.apply", "double", "both", "draw")
    }
    assert found["unused"][0] == "different"


def test_a_test_suite_is_recorded(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    tests = pair[0].parent / "test_mine.py"
    tests.write_text(
        "import jax.numpy as jnp\nfrom mine import both, double\n"
        "def square(x):\n    return x * x\n"
        "def test_double():\n    assert double(jnp.ones(())) == 2 and double.lower(1.0)\n"
        "def test_both():\n    both(square, jnp.ones(2))\n    both(open(__file__).read, -1)\n"
    )
    assert run(*pair, function="both", output_format="json", record=f"pytest -q {tests} --rootdir {tests.parent}") == 0
    assert verdicts(capfd.readouterr().out) == {"both": ("equivalent", "recorded calls")}


@pytest.mark.parametrize(
    "command, message", [("no-such-program", "cannot run"), ("python -c 0", "calls none of"), ("", "is empty")]
)
def test_a_program_that_tells_nothing(
    pair: tuple[Path, Path], command: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*pair, record=command) == 2
    assert message in capfd.readouterr().err

"""A fix is made for one call of a function, and holds for its other calls: with other sorts, kinds and shapes."""

import ast

import pytest

from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

HEAD = "import jax\nimport jax.numpy as jnp\nimport numpy as np\n\nCOST = {0: 1.0, 1: 5.0}\n\n\n"


def _every(rule: Rule) -> bool:
    return rule.level != "hint"


def fixed(code: str) -> str:
    """What all fixes make of a module's code."""
    text = fix([SourceText("m.py", HEAD + code)], _every, "unsafe").texts.get("m.py", HEAD + code)
    ast.parse(text)
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(
    "parameters, result, traced, host",
    [
        ("xs", "max(xs)", "jnp.ones(3)", "[3, 1, 2]"),
        ("xs", "any(v > 2 for v in xs)", "jnp.ones(3)", "[3, 1, 2]"),
        ("a, b", "max(a, b)", "1.0, 2.0", '"a", "b"'),
        ("m", "not m", "True", "None"),
        ("x, gate", "x * 2 if gate else x", "1.0, True", "1.0, None"),
        ("v", "np.square(v)", "1.0", "[3, 4]"),
        ("x", "float(x) / 3", "1.5", '"1.5"'),
        ("x, i", "x[i : i + 3]", "jnp.ones(5), 1", '"abcdef", 1'),
        ("x, i", "x[i : i + 3]", "jnp.ones(5), 1", "np.ones(5), 4"),
        ("xs", "sum(x * 2 for x in xs)", "jnp.ones((100, 3))", "[1, 2]"),
        ("i, table", "table[i]", "1, COST", "1, {1: 7.0, 0: 3.0}"),
    ],
)
def test_what_another_call_passes_stops_the_fix(parameters: str, result: str, traced: str, host: str) -> None:
    code = f"def f({parameters}):\n    return {result}\n\n\n"
    first, *rest = traced.split(", ")
    passed = ", ".join(["x", *rest]) if result == "table[i]" else None
    alone = f"{code}jax.jit(lambda x: f({passed}))({first})\n" if passed else f"{code}jax.jit(f)({traced})\n"
    both = f"{alone}f({host})\n"
    assert fixed(alone) != alone
    assert fixed(both) == both


@pytest.mark.parametrize(
    "result, traced, host, expected",
    [
        ("jnp.sum(x).item()", "jnp.ones(3)", "jnp.ones(2)", "jnp.sum(x)"),
        ("x.item()", "jnp.float32(1)", "jnp.ones((1, 1))", "x.reshape(())"),
        ("int(x / 2)", "jnp.ones(())", "jnp.float32(3)", "(x / 2).astype(int)"),
        ("int(x / 2)", "jnp.ones(())", "3.0", "jnp.asarray(x / 2, int)"),
        ("not (x > 1)", "jnp.ones(())", "jnp.float32(3)", "~(x > 1)"),
        ("not (x > 1)", "jnp.ones(())", "3.0", "jnp.logical_not(x > 1)"),
    ],
)
def test_the_text_suits_every_call(result: str, traced: str, host: str, expected: str) -> None:
    code = "def f(x):\n    return {}\n\n\n" + f"g = jax.jit(lambda x: f(x))\nprint(g({traced}), f({host}))\n"
    assert fixed(code.format(result)) == code.format(expected)

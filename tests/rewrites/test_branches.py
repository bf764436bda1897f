"""Branches on tracers, rewritten: forms that a page has no room for."""

from textwrap import dedent

import pytest

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.source import SourceText

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n@jax.jit\n"


def rewritten(body: str) -> str:
    """What unsafe fixes of control flow make of a jitted function."""
    text = HEAD + dedent(body)
    outcome = fix([SourceText("page.py", text)], lambda rule: rule.code.startswith("JAX4"), "unsafe")
    return outcome.texts.get("page.py", text).removeprefix(HEAD)


@pytest.mark.parametrize(
    "before, after",
    [
        (
            """\
            def sign(x):
                if x < 0:  # below
                    return -1
                elif x == 0:
                    # exactly
                    return 0
                else:
                    return 1
            """,
            """\
            def sign(x):
                # exactly
                return jnp.where(x < 0, -1, jnp.where(x == 0, 0, 1))  # below
            """,
        ),
        (
            """\
            def ramp(x):
                if x < 0:
                    return 0.0
                if x > 1:
                    return 1.0
                return x
            """,
            """\
            def ramp(x):
                return jnp.where(x < 0, 0.0, jnp.where(x > 1, 1.0, x))
            """,
        ),
        (
            """\
            def fall(x, y: float):
                if x < 0:
                    if y > 0: return x
                elif not y < 2 or x > 3:
                    return y
                return x * y
            """,
            """\
            def fall(x, y: float):
                return jnp.where(x < 0, jnp.where(y > 0, x, x * y), jnp.where((~(y < 2)) | (x > 3), y, x * y))
            """,
        ),
        (
            """\
            def bump(x):
                y = x * 2.0
                if y > 1:
                    y -= 1
                for k in range(3):
                    if y > k:
                        y = x
                    else:
                        y = -x
                return y
            """,
            """\
            def bump(x):
                y = x * 2.0
                y = jnp.where(y > 1, y - 1, y)
                for k in range(3):
                    y = jnp.where(y > k, x, -x)
                return y
            """,
        ),
    ],
)
def test_a_choice_of_values_becomes_where(before: str, after: str) -> None:
    assert rewritten(before) == dedent(after)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("def f(x):\n    if x > 0:\n        return None\n    return x\n", "another one nothing"),
        ("def f(x):\n    if x > 0:\n        y = x\n    return x\n", "nothing that the branch computes is read"),
        ("def f(x):\n    if x > 0:\n        y = x\n    return y\n", "perhaps unbound"),
        ("def f(x):\n    if x > 0:\n        return\n    print(1)\n", "would happen once"),
        (
            "def f(x):\n    if jnp.any(x > 0):\n        return jnp.linalg.norm(x, axis=0)\n    return 0.0\n",
            "perhaps a larger array",
        ),
        ('def f(x):\n    return "big" if x > 0 else "small"\n', "is a string on one path"),
        (
            "def f(x):\n    if x > 0:\n        y = jnp.sin\n    else:\n        y = jnp.cos\n    return y(x)\n",
            "is a function",
        ),
        (
            "def f(x):\n    y = x\n    g=lambda:y\n    if x > 0:\n        y = x + 1\n        y = g()\n    return y\n",
            "a nested function reads `y`",
        ),
        ("def f(x):\n    if x > 0:\n        return x, 1\n    return x, 1, 2\n", "tuples of different lengths"),
        ("def f(x):\n    if x > 0:\n        return x.astype(int)\n    return x.astype(float)\n", "cast one"),
        (
            "def f(x):\n    if x > 0:\n        with jax.debug_nans(True):\n            x = 1 / x\n    return x\n",
            "`with`",
        ),
        ("def f(x):\n    if x > 0:\n        y = jnp.exp(x)\n        del x\n        x = y\n    return x\n", "`del`"),
        (
            "def f(x, out):\n    if x > 0:\n        x = jnp.exp(x)\n        out.append(x)\n    return x\n",
            "how long `out` is",
        ),
        (
            "def f(x):\n    if x > 0:\n        raise ValueError(x)\n    else:\n        x = x + 1\n    return x\n",
            "`raise`",
        ),
    ],
)
def test_other_branches_are_declined(body: str, reason: str) -> None:
    assert rewritten(body) == body
    (found,) = check([SourceText("page.py", HEAD + body)], lambda rule: rule.code == "JAX401").values()
    assert found and reason in str(found[0].declined)

"""The fix of stale-capture: calls in other modules, and the uses that stop it."""

import pytest

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

LIB = """\
import jax

scale = 1.0


@jax.jit
def f(x):
    return x * scale  # frozen


def anneal(x, n):
    global scale
    for _ in range(n):
        x = f(x)
        scale = scale / 2
    return x
"""


def stale_capture(rule: Rule) -> bool:
    return rule.name == "stale-capture"


def project(use: str) -> list[SourceText]:
    return [SourceText("lib.py", LIB), SourceText("use.py", use)]


def test_calls_in_other_modules_pass_the_variable_of_that_module() -> None:
    outcome = fix(project("import lib as l\n\nprint(l.f(1.0), l.f(x=2.0))\n"), stale_capture, "unsafe")
    assert "def f(x, scale):\n    return x * scale  # frozen\n" in outcome.texts["lib.py"]
    assert "x = f(x, scale)" in outcome.texts["lib.py"]
    assert outcome.texts["use.py"] == "import lib as l\n\nprint(l.f(1.0, l.scale), l.f(x=2.0, scale=l.scale))\n"
    assert outcome.remaining == {"lib.py": [], "use.py": []}


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        ("from lib import f\n\nf(1.0)\n", "use.py:1 imports `f` by its name"),
        ("import jax\nimport lib\n\ng = jax.vmap(lib.f)\n", "`f` is used other than in a call (use.py:4)"),
        ("import lib\n\nlib.f(*[1.0])\n", "the arguments of a call are not written out (use.py:3)"),
        ("import other\n\nother.f(1.0)\n", "it is not known what is called in use.py:3"),
        ("def f(x):\n    return x\n", "`f` is the name of another function, too"),
    ],
)
def test_uses_that_stop_it(use: str, reason: str) -> None:
    (found,) = check(project(use), stale_capture)["lib.py"]
    assert found.declined == reason


def test_an_exported_function_keeps_its_signature() -> None:
    (found,) = check([SourceText("lib.py", LIB + '\n__all__ = ["f"]\n')], stale_capture)["lib.py"]
    assert found.declined == "`f` is in `__all__`: callers outside of the project are to be expected"

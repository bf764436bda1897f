"""Which functions are paired."""

from pathlib import Path

import pytest

from jaxlint.verify.plan import PlanError, cases_beside, plan

BEFORE = """
import numpy as np
def gone(): pass
def same(x): return x  # comment
def changed(x=1, *, y=2): return x
if True:
    def inner(): return 1
class C:
    def method(self): return 1
"""
AFTER = """
def same(x):
    return x
def changed(x=1, *, y=2): return y
if True:
    def inner(): return 2
class C:
    def method(self): return 2
"""


def test_functions_are_paired_by_qualified_name() -> None:
    found = plan(BEFORE, AFTER)
    assert found.common == ("same", "changed", "inner", "C.method")
    assert found.changed == ("changed", "inner", "C.method")
    assert found.nullary == {"changed", "inner"}
    assert found.to_compare(frozenset({"same"})) == found.common


def test_one_function_can_be_asked_for() -> None:
    assert plan(BEFORE, AFTER, "same").to_compare(frozenset()) == ("same",)
    with pytest.raises(PlanError, match="no function `gone` in the rewritten module"):
        plan(BEFORE, AFTER, "gone")


@pytest.mark.parametrize(
    "line, jax",
    [
        ("import jax", True),
        ("import jax.numpy as jnp", True),
        ("from jax import jit", True),
        ("def f():\n    from jax.lax import scan", True),
        ("import jaxtyping", False),
        ("from .jax import jit", False),
        ("import numpy", False),
    ],
)
def test_jax_code_is_known_by_its_imports(line: str, jax: bool) -> None:
    assert plan(line, "").before_is_jax is jax


@pytest.mark.parametrize("text, counts", [("cases = {'f': [(1,)]}", True), ("cases = [1, 2]", False), ("x = 1", False)])
def test_cases_beside_a_module_are_a_dict(tmp_path: Path, text: str, counts: bool) -> None:
    (tmp_path / "cases.py").write_text(text)
    assert (cases_beside(tmp_path / "module.py") is not None) == counts
    assert cases_beside(tmp_path / "cases.py") is None

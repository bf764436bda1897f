"""A bug in a rule or in the static tracer costs one diagnostic, not the run."""

import libcst as cst
import pytest

from jaxlint.edits import Finding
from jaxlint.engine.check import check
from jaxlint.facts.trace.tracer import Tracer
from jaxlint.rules import Rule
from jaxlint.source import SourceText

SOURCES = [
    SourceText("good.py", "import jax\n\n\n@jax.jit\ndef f(x):\n    if x:\n        return x\n    return 1\n"),
    SourceText("broken.py", "import jax\nx = (\n"),
]


def every_branch(ctx, node: cst.If):
    yield Finding(node.test, "a branch")


def breaks(ctx, node: cst.If):
    yield Finding(node.test, "before it breaks")
    raise KeyError("x")


def rule(code: str, check) -> Rule:
    return Rule(code, code.lower(), check, (cst.If,), "warning", None, "0.1")


RULES = [rule("JAX801", breaks), rule("JAX802", every_branch)]


def found() -> dict[str, list[tuple[str, tuple[int, int]]]]:
    listed = check(SOURCES, lambda rule: True, RULES)
    return {path: [(one.code, one.start) for one in ones] for path, ones in listed.items()}


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAXLINT_RAISE")


def test_a_rule_that_raises_does_not_stop_the_others(caught: None) -> None:
    assert found() == {
        "good.py": [("JAX801", (6, 8)), ("JAX000", (6, 5)), ("JAX802", (6, 8))],
        "broken.py": [("JAX001", (2, 5))],
    }
    internal = check(SOURCES, lambda rule: True, RULES)["good.py"][1]
    assert internal.message == "internal error in rule JAX801 (jax801): KeyError: 'x'; please report"
    assert internal.level == "error"


def test_a_tracer_that_raises_leaves_the_syntax_errors(caught: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(tracer: Tracer, frame: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr(Tracer, "enter", fail)
    assert found() == {"good.py": [("JAX000", (1, 1))], "broken.py": [("JAX001", (2, 5))]}
    (internal,) = check(SOURCES, lambda rule: True, RULES)["good.py"]
    assert internal.message == "internal error in the static tracer: ValueError: two lines; please report"


def test_under_test_it_is_raised() -> None:
    with pytest.raises(KeyError):
        found()

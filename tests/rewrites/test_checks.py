"""Assertions on tracers and branches that raise, as checks of values: suggested, never applied, and right when they
are."""

from typing import Any

import jax.numpy as jnp
import pytest
from jax.experimental import checkify

from jaxlint.engine.apply import apply
from jaxlint.engine.check import check
from jaxlint.engine.fix import concrete, fix
from jaxlint.source import SourceText

HEAD = "import jax\nimport jax.numpy as jnp\n\n\n@jax.jit\n"


def suggested(text: str) -> str:
    """The text with the one suggestion applied that branches and assertions get."""
    (found,) = check([SourceText("page.py", text)], lambda rule: rule.code in ("JAX401", "JAX402")).values()
    (finding,) = found
    assert finding.fix is not None and finding.fix.applicability == "suggestion"
    planned = concrete(SourceText("page.py", text), finding)
    return apply(text, [*planned.imports, *(edit for _, edit in planned.edits)])


@pytest.mark.parametrize(
    ("statement", "call", "message"),
    [
        ("assert x > 0", 'checkify.check(x > 0, "x > 0")', "x > 0"),
        ("assert x > 0, 'too low: {}'", "checkify.check(x > 0, 'too low: {{}}')", "too low: {}"),
        ('assert 0 < x < 3, f"x={x}"', 'checkify.check((0 < x) & (x < 3), "x={x}", x=x)', "x=-1.0"),
        ('if x < 0: raise ValueError("negative")', 'checkify.check(~(x < 0), "negative")', "negative"),
        (
            'if x < 0 or x > 9:\n        raise ValueError("%s is bad" % x)',
            'checkify.check(~((x < 0) | (x > 9)), "{} is bad", x)',
            "-1.0 is bad",
        ),
    ],
)
def test_a_check_is_suggested_and_fails_where_python_would(statement: str, call: str, message: str) -> None:
    text = suggested(f"{HEAD}def f(x):\n    {statement}\n    return 2 * x\n")
    assert text == (
        "import jax\nimport jax.numpy as jnp\nfrom jax.experimental import checkify\n\n\n@jax.jit\n"
        f"def f(x):\n    {call}\n    return 2 * x\n"
    )
    scope: dict[str, Any] = {}
    exec(text, scope)
    checked = checkify.checkify(scope["f"])
    error, result = checked(jnp.float32(1.5))
    assert error.get() is None and result == 3.0
    error, _ = checked(jnp.float32(-1.0))
    assert error.get().startswith(message)


def test_equinox_checks_by_itself() -> None:
    head = "import equinox as eqx\nimport jax\n\n\n@jax.jit\n"
    text = head + 'def f(x):\n    assert x > 0, "negative"\n    return 2 * x\n'
    assert suggested(text) == head + 'def f(x):\n    x = eqx.error_if(x, ~(x > 0), "negative")\n    return 2 * x\n'


def test_a_suggestion_is_not_applied() -> None:
    text = HEAD + "def f(x):\n    assert x > 0\n    return 2 * x\n"
    outcome = fix([SourceText("page.py", text)], lambda rule: rule.code == "JAX402", "unsafe")
    assert outcome.texts.get("page.py", text) == text


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("assert jnp.sum(x)", "perhaps no bool scalar"),
        ("assert 0 < 2 * x < 1", "evaluated twice"),
        ('assert x > 0, "%(a)s" % {"a": x}', "no counterpart"),
        ('if x < 0:\n        # why\n        raise ValueError("negative")', "comment inside"),
    ],
)
def test_what_no_check_can_say_is_declined(statement: str, reason: str) -> None:
    text = f"{HEAD}def f(x):\n    {statement}\n    return 2 * x\n"
    (found,) = check([SourceText("page.py", text)], lambda rule: rule.code in ("JAX401", "JAX402")).values()
    (finding,) = found
    assert finding.fix is None and reason in str(finding.declined)

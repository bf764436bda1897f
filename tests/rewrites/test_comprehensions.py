"""Comprehensions on tracers: one array of all items, or a reason why not."""

from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from .lowered import HEAD, outcome, verdict

M = np.arange(6, dtype=np.float32).reshape(3, 2) / 4
W = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)

SAME: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "a list": ("x: jax.Array, w", "[w @ v for v in x]", (M, W)),
    "a tuple": ("x: jax.Array, w: jax.Array", "tuple(jnp.dot(v, u) for v, u in zip(x, w))", (M[:2], W)),
    "stacked": ("x: jax.Array", "jnp.stack([jnp.sum(v) * i for i, v in enumerate(x)])", (M,)),
    "by index": ("x: jax.Array", "jnp.array([jnp.max(x[i]) + i for i in range(len(x))])", (M,)),
    "backwards": ("x: jax.Array", "jnp.stack([jnp.cumsum(v) for v in reversed(x)])", (M,)),
    "a sum": ("x: jax.Array", "sum(jnp.max(v) for v in x)", (M,)),
    "the largest": ("x: jax.Array", "max(jnp.sum(v) for v in x)", (M,)),
    "all of them": ("x: jax.Array", "all(jnp.sum(v) < i + 9 for i, v in enumerate(x))", (M,)),
    "any of them": ("x: jax.Array, w: jax.Array", "any(jnp.vdot(v, u) < 0 for v, u in zip(x, w))", (M[:2], W)),
    "nested targets": ("x: jax.Array, w: jax.Array", "[a * i + b for i, (a, b) in enumerate(zip(x, w))]", (W, W)),
}


@pytest.mark.parametrize("parameters, value, given", [pytest.param(*case, id=name) for name, case in SAME.items()])
@pytest.mark.parametrize("x64", [False, True], ids=["float32", "x64"])
def test_it_gives_the_same(parameters: str, value: str, given: tuple[Any, ...], x64: bool) -> None:
    code = f"@jax.jit\ndef f({parameters}):\n    return {value}\n"
    made = outcome(code)
    assert not made.remaining.get("m.py")
    assert " for " not in made.texts["m.py"]
    assert verdict(code, [given], x64=x64).kind.passes


@pytest.mark.parametrize(
    "value, reason",
    [
        ("{i: jnp.sum(v) for i, v in enumerate(x)}", "an entry for each item"),
        ("{jnp.sum(v) for v in x}", "has to hash"),
        ("[jnp.sum(v) for v in x if v.ndim]", "depends on a condition"),
        ("[a * b for a in x for b in x]", "one loop within another"),
        ("[(v, v) for v in x]", "perhaps no array"),
        ("[float(i) * v for i, v in enumerate(x)]", "needs a concrete number"),
        ("[v if i > 1 else 2 * v for i, v in enumerate(x)]", "`i > 1` will be a tracer"),
        ("[hook(v) * v for v in x]", "is not known"),
        ("jnp.concatenate([jnp.flip(v) for v in x])", "joined along an axis"),
        ("hook(jnp.sum(v) for v in x)", "perhaps needs them so"),
        ("[jnp.sum(p) for p in pairs()]", None),
    ],
)
def test_it_stays_with_a_reason(value: str, reason: str | None) -> None:
    code = dedent(f"""\
        from elsewhere import hook, pairs

        @jax.jit
        def f(x: jax.Array):
            return {value}
        """)
    made = outcome(code)
    assert made.texts.get("m.py", HEAD + code) == HEAD + code
    reasons = [found.declined or "" for found in made.remaining.get("m.py", []) if found.code.startswith("JAX4")]
    assert [text for text in reasons if reason in text] if reason else not reasons, reasons


def test_a_list_that_is_only_stacked_is_one_array_from_the_start() -> None:
    made = outcome(dedent(STACKED)).texts["m.py"]
    assert "each = jax.vmap(lambda v: w @ v)(x)" in made
    assert "return each, each[0], len(each)" in made


STACKED = """\
    @jax.jit
    def f(x: jax.Array, w):
        each = [w @ v for v in x]
        return jnp.stack(each), each[0], len(each)
    """

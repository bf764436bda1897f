"""Branches on tracers: each function is run eagerly as it was against the rewritten one under jit."""

from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlint.engine.check import check
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText
from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.verdict import judge

HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n\n@jax.jit\n"
V = np.array([1.0, -2.0, 0.5], np.float32)


@dataclass(frozen=True)
class Case:
    """A function `f`, what its rewrite must mention, and the arguments to call it with."""

    name: str
    body: str
    inputs: tuple[Any, ...]
    uses: str = ""
    grad: bool = True


def _by_default(rule: Rule) -> bool:
    return rule.level != "hint"


def rewritten(text: str) -> str:
    return fix([SourceText("page.py", text)], _by_default, "unsafe").texts.get("page.py", text)


def scalars(*values: float) -> tuple[Any, ...]:
    return tuple((np.float32(value),) for value in values)


CASES = [
    Case(
        "costly branches",
        """
        def f(x):
            if x > 0:
                y = jnp.log(x)
                z = y * 2
            else:
                z = jnp.exp(x)
            return z
        """,
        scalars(2.0, -1.0, 0.5),
        "lax.cond",
    ),
    Case(
        "a nested function's own variable",
        """
        def f(x):
            if x > 0:
                def half(y):
                    z = y / 2
                    return z
                z = half(x) + 1
            else:
                z = jnp.sin(x)
            return z
        """,
        scalars(2.0, -1.0),
        "lax.cond",
    ),
    Case(
        "two names",
        """
        def f(x, y):
            if jnp.sum(x) > y:
                low, high = jnp.sort(x), x @ x
            else:
                low = x / 2
                high = jnp.sum(x)
            return low * high
        """,
        ((V, 0.1), (V, -3.0), (V, np.float32(-1.0))),
        "lax.cond",
    ),
    Case(
        "no else",
        """
        def f(x, y):
            if jnp.sum(x) > y:
                # towards the middle
                x = x - jnp.mean(x)
                x = x / jnp.linalg.norm(x)
            return x
        """,
        ((V, -3.0), (V, 3.0)),
        "lax.cond",
    ),
    Case(
        "in place of itself",
        """
        def f(x):
            total = x * 2.0
            if x > 1:
                total += jnp.sqrt(x)
                total *= x
            return total
        """,
        scalars(4.0, 0.5, -1.0),
        "lax.cond",
    ),
    Case(
        "early return",
        """
        def f(x):
            if x < 0:
                return -x
            y = jnp.sqrt(x + 1)
            z = jnp.log(y)
            return z / y
        """,
        scalars(4.0, 0.5, -1.0, -9.0),
        "lax.cond",
    ),
    Case(
        "several early returns",
        """
        def f(x, y):
            if x < 0:
                return jnp.exp(x)
            # not negative
            r = jnp.sqrt(x)
            if r > y:
                r = r - y
                return jnp.log(r)
            y = y / r
            if y > 2:
                return y
            return y * r
        """,
        tuple((np.float32(x), np.float32(y)) for x in (4.0, 0.5, -1.0) for y in (0.25, 3.0, 1.1)),
        "lax.cond",
    ),
    Case(
        "nested early return",
        """
        def f(x, y):
            z = x
            if x < 0:
                z = -x
                if y > 1:
                    return jnp.exp(z)
                z = z * 3
            w = jnp.cos(z)
            return w + z
        """,
        tuple((np.float32(x), np.float32(y)) for x in (4.0, -1.0) for y in (0.5, 3.0)),
        "lax.cond",
    ),
    Case(
        "elif",
        """
        def f(x):
            if x < -1:
                y = jnp.exp(x)
            elif x < 1:
                y = jnp.sin(x) / 3
            else:
                y = jnp.log(x)
            return y
        """,
        scalars(-2.0, 0.0, 5.0),
        "lax.cond",
    ),
    Case(
        "a tuple returned",
        """
        def f(x, y):
            if x > y:
                return x, y
            return y, x
        """,
        ((np.float32(1), np.float32(2)), (np.float32(2), np.float32(1))),
    ),
    Case(
        "static inside",
        """
        def f(x, y):
            if jnp.sum(x) > y:
                if x.ndim == 1:
                    z = x[::-1]
                else:
                    z = x.T
                for k in range(2):
                    z = z + k
            else:
                z = x * y
            return z
        """,
        ((V, 0.1), (V, -3.0), (np.ones((2, 2), np.float32), np.float32(0.0))),
        "lax.cond",
    ),
    Case(
        "a dict slot",
        """
        def f(state, x):
            state = dict(state)
            if x > 0:
                state["w"] = state["w"] * jnp.log(x)
            return state["w"], state["b"]
        """,
        tuple(({"w": V, "b": np.float32(1)}, np.float32(x)) for x in (2.0, -2.0)),
        "lax.cond",
        grad=False,
    ),
    Case(
        "a store into an array",
        """
        def f(x, i):
            if i > 0:
                x = x.at[i].set(jnp.exp(x[i]))
                x = x.at[0].add(1.0)
            else:
                x = -x
            return x
        """,
        ((V, np.int32(1)), (V, np.int32(0)), (V, np.int32(-1))),
        "lax.cond",
    ),
    Case(
        "a subscript store",
        """
        def f(x, i):
            if i > 0:
                x[i] = 2.0 * x[i]
            return x
        """,
        ((V, np.int32(1)), (V, np.int32(0)), (V, np.int32(2))),
        "lax.cond",
        grad=False,
    ),
    Case(
        "walrus",
        """
        def f(x):
            if (y := x - 1) > 0:
                return jnp.log(y)
            return y
        """,
        scalars(2.0, 0.0, 1.0),
    ),
    Case(
        "match",
        """
        def f(x, k: int):
            match k:
                case 0:
                    y = jnp.sin(x)
                case 1:
                    y = jnp.cos(x)
                case _:
                    y = jnp.exp(x)
            return y
        """,
        tuple((np.float32(2.0), np.int32(k)) for k in (0, 1, 2, -1, 7)),
    ),
    Case(
        "match without default",
        """
        def f(x, k: int):
            y = x * 1.0
            match k:
                case 0 | 3:
                    y = jnp.sort(y)
                case 1:
                    z = jnp.cumsum(y)
                    y = z - y
                case n if n > 5:
                    y = y * n
            return y
        """,
        tuple((V, np.int32(k)) for k in (0, 1, 2, 3, 6, -1)),
    ),
    Case(
        "ternary with a division",
        """
        def f(x, n):
            return x / n if n > 1 else x
        """,
        tuple((np.float32(2.0), np.float32(n)) for n in (0.0, 1.0, 3.0)),
    ),
    Case(
        "guarded log",
        """
        def f(x):
            if x > 0:
                y = x * jnp.log(x)
            else:
                y = 0.0
            return y
        """,
        scalars(2.0, 0.0, -1.0),
    ),
    Case(
        "guarded read",
        """
        def f(x, i):
            n = x.shape[0]
            if i + 1 < n:
                y = x[i + 1]
            else:
                y = x[0]
            return y
        """,
        tuple((V, np.int32(i)) for i in (0, 1, 2, 9)),
    ),
    Case(
        "and, not, chain",
        """
        def f(x, y):
            if 0 < x < 3 and not y > 1:
                z = jnp.sqrt(x)
            else:
                z = y
            return z
        """,
        tuple((np.float32(x), np.float32(y)) for x in (-1.0, 2.0, 5.0) for y in (0.5, 2.0)),
    ),
    Case(
        "bound before as a number",
        """
        def f(x):
            y = 0.0
            if x[0] > 0:
                y = jnp.sum(jnp.exp(x))
            return y
        """,
        ((V,), (-V,)),
    ),
    Case(
        "a local function inside",
        """
        def f(x, y):
            if y > 0:
                def g(a):
                    return jnp.sin(a) * y
                z = g(x) + g(x[::-1])
            else:
                z = x
            return z
        """,
        ((V, np.float32(1.0)), (V, np.float32(-1.0))),
        "lax.cond",
    ),
    Case(
        "two ifs in a row",
        """
        def f(x, y):
            if y > 0:
                x = jnp.sort(x)
            if x[0] > 0:
                x = jnp.cumsum(x)
            else:
                x = x[::-1] / 2
            return x
        """,
        ((V, np.float32(1.0)), (V, np.float32(-1.0)), (-V, np.float32(-1.0))),
        "lax.cond",
    ),
    Case(
        "names that are taken",
        """
        def f(x, y):
            true_branch = x + 1
            if y > 0:
                z = jnp.sort(x) + true_branch
            else:
                z = x
                z = z[::-1]
            return z
        """,
        ((V, np.float32(1.0)), (V, np.float32(-1.0))),
        "lax.cond",
    ),
    Case(
        "inside a loop",
        """
        def f(x):
            total = 0.0
            for k in range(3):
                if x[k] > 0:
                    total = total + jnp.sqrt(x[k])
                else:
                    total = total - 1.0
            return total
        """,
        ((V,), (-V,)),
    ),
    Case(
        "returns within a known if",
        """
        def f(x, mode="a"):
            y = x
            if mode == "a":
                if x > 0:
                    return jnp.log(x)
                y = x + 1
            elif mode == "b":
                y = jnp.exp(y)
            if y < -1:
                y = jnp.exp(y)
                return y * 2
            z = jnp.sin(y)
            return z + y
        """,
        scalars(2.0, -1.5, -5.0),
        "lax.cond",
    ),
    Case(
        "known and traced",
        """
        def f(x, mask=None, n=2):
            if mask is not None and x > 0:
                x = jnp.log(x)
            elif x > 3 and n is not None:
                x = jnp.sqrt(x) + n
            else:
                x = x - 1
            if n is None or x < 0:
                return jnp.cos(x)
            x = x + n
            return jnp.sin(x)
        """,
        scalars(4.0, 2.0, -1.0),
        "lax.cond",
    ),
    Case(
        "a branch that does nothing",
        """
        def f(x, y):
            if y > 0:
                pass
            elif y < -1:
                x = jnp.sort(x)
            else:
                # keep it
                pass
            return x
        """,
        tuple((V, np.float32(y)) for y in (1.0, -0.5, -2.0)),
        "lax.cond",
    ),
]


@pytest.mark.parametrize("x64", [False, True], ids=["x32", "x64"])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_the_rewritten_branch_does_the_same(case: Case, x64: bool) -> None:
    text = HEAD + dedent(case.body).lstrip()
    after = rewritten(text)
    left = [f for f in check([SourceText("page.py", after)], _by_default)["page.py"] if f.level == "error"]
    assert not left, f"{left[0].message}: {left[0].declined}\n{after}"
    assert case.uses in after, after
    print(after)
    before_scope: dict[str, Any] = {}
    after_scope: dict[str, Any] = {}
    exec(text, before_scope)
    exec(after, after_scope)
    with jax.enable_x64(x64):
        pairs = []
        for number, arguments in enumerate(case.inputs):
            call, grad = Call(arguments), case.grad and not x64 and number < 2
            expected = original(before_scope["f"], call, jax_code=True, grad=grad)
            pairs.append((expected, subject(after_scope["f"], call, grad=grad)))
        for verdict in judge("f", pairs, x64=x64):
            assert verdict.kind.passes, f"{verdict}\n{after}"


def test_inputs_are_arrays() -> None:
    assert all(
        isinstance(leaf, np.ndarray | np.generic | float) for case in CASES for leaf in jax.tree.leaves(case.inputs)
    )
    assert jnp.float32(1.0).dtype == V.dtype

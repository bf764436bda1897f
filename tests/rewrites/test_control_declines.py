"""Branches and loops that no rewrite of lax's could keep right: they stay as they are, and the finding says why."""

from textwrap import dedent, indent

import pytest

from jaxlint.rewrite.control.choices import FILLS

from .lowered import HEAD, outcome

BRANCHES = {
    "a default of None": (
        """
        def f(x, y=None):
            if x[0] > 0:
                y = jnp.sin(x)
            return y
        """,
        "`y` is None on one path",
    ),
    "a default that is a number": (
        """
        def f(x, rate=0.1):
            if x[0] > 0:
                rate = jnp.linalg.norm(x, axis=0)
            return rate * x
        """,
        "`rate` is a number",
    ),
    "all of an array, and a part": (
        """
        def f(c, x):
            if c > 0:
                return x
            return x[:2]
        """,
        "one path gives another part of `x`",
    ),
    "two parts of other lengths": (
        """
        def f(c, x):
            if c > 0:
                y = jnp.exp(x[1:])
            else:
                y = x[:2] * 2
            return y
        """,
        "one path gives another part of `x`",
    ),
    "a variable of the module": (
        """
        def f(x):
            global SEEN
            if x[0] > 0:
                SEEN = jnp.sin(x)
            else:
                SEEN = x
            return x
        """,
        "`SEEN` is `global`",
    ),
    "a sum, and what is summed": (
        """
        def f(c, x):
            return jnp.sum(x) if c > 0 else x
        """,
        "one path gives another part of `x`",
    ),
}

LOOPS = {
    "None before the first turn": (
        """
        def f(xs: jax.Array):
            last, total = None, 0.0
            for x in xs:
                if last is not None:
                    total = total + jnp.abs(x - last)
                last = x
            return total
        """,
        "`last` is None before the loop",
    ),
    "a default of None, replaced in a turn": (
        """
        def f(xs: jax.Array, h=None):
            for x in xs:
                h = x if h is None else h + x
            return h
        """,
        "`h` is None before the loop",
    ),
    "an array that grows": (
        """
        def f(xs: jax.Array):
            ys = jnp.zeros(1)
            for x in xs:
                ys = jnp.concatenate([ys, x[None]])
            return ys
        """,
        "`ys` grows in each turn",
    ),
    "another part of what it was": (
        """
        def f(xs: jax.Array, w):
            y = w
            for x in xs:
                y = w[1:] * 2.0
            return y, x
        """,
        "`y` gets another shape in the loop",
    ),
    "a list that starts with something larger": (
        """
        def f(xs: jax.Array):
            ys = [jnp.zeros(2)]
            for x in xs:
                ys.append(2.0 * x)
            return ys
        """,
        "`jnp.zeros(2)`, first in `ys`",
    ),
    "a list that starts with a number, of which an item is read": (
        """
        def f(xs: jax.Array):
            ys = [1]
            for x in xs:
                ys.append(2.0 * x)
            return ys[0]
        """,
        "`1`, first in `ys`",
    ),
}

STATEMENTS = {
    "try": ("try: x = jnp.sin(x)\nexcept ValueError: x = x", "the `try` at line"),
    "with": ("with jax.named_scope('a'): x = jnp.sin(x)", "the `with` at line"),
    "del": ("y = x\ndel y\nx = jnp.sin(x)", "the `del` at line"),
    "class": ("class A: pass\nx = jnp.sin(x)", "the `class` at line"),
    "import": ("import math\nx = jnp.sin(x)", "the `import` at line"),
    "raise": ("if x.shape[0] > 9: raise ValueError\nx = jnp.sin(x)", "the `raise` at line"),
    "yield": ("yield x\nx = jnp.sin(x)", "`yield x` would happen once"),
    "assert": ("assert x[0] > 0\nx = jnp.sin(x)", "an `assert` on a tracer"),
    "print": ("print(k)\nx = jnp.sin(x)", "would happen once"),
    "global": ("global SEEN\nSEEN = x\nx = jnp.sin(x)", "the `global` at line"),
    "a walrus in what a `while` tests": (
        "while (e := jnp.max(x)) > 1: x = 0.5 * x\nx = x / e",
        "also binds a name",
    ),
}
"""Bodies of a long loop."""

FINE = {
    "None is replaced before": """
        def f(x, y=None):
            if y is None:
                y = jnp.zeros_like(x)
            if x[0] > 0:
                y = y + x
            return y
        """,
    "None is asked for around it": """
        def f(x, y=None):
            if y is not None:
                if x[0] > 0:
                    y = y + x
            return y
        """,
    "None returns": """
        def f(x, y=None):
            if y is None:
                return x
            if x[0] > 0:
                y = y + x
            return y
        """,
    "two parts of one length": """
        def f(c, x):
            if c > 0:
                return x[1:]
            return x[:-1]
        """,
    "a window that moves on": """
        def f(xs: jax.Array, w):
            for x in xs:
                w = w[1:]
                w = jnp.concatenate([w, x[None]])
            return w
        """,
    "stars": """
        def f(x: jax.Array, *rest):
            for r in rest:
                if x[0] > 0:
                    first, *others = x
                    x = jnp.stack([first, *others]) + r
            while x[0] > 1:
                x = jnp.minimum(*(x, 0.5 * x))
            return x
        """,
    "a walrus in what an `if` tests": """
        def f(x):
            if (s := jnp.sum(x)) > 1:
                x = jnp.log(x)
            while s > 1:
                s = 0.5 * s
            return x, s
        """,
    "annotations, lambdas and pass": """
        def f(x):
            for k in range(40):
                scale: jax.Array = lambda v: v * k
                pass
                x = scale(x)
            return x
        """,
    "a list that starts with what the loop hands on": """
        def f(xs: jax.Array, first: jax.Array):
            h = first
            hs = [first]
            for x in xs:
                h = h + x
                hs.append(h)
            return hs
        """,
}


@pytest.mark.parametrize("body, reason", [pytest.param(*case, id=name) for name, case in (BRANCHES | LOOPS).items()])
def test_it_stays_with_a_reason(body: str, reason: str) -> None:
    code = f"@jax.jit{dedent(body)}"
    made = outcome(code)
    assert made.texts.get("m.py", HEAD + code) == HEAD + code
    reasons = [found.declined or "" for found in made.remaining["m.py"] if found.code.startswith("JAX4")]
    assert [text for text in reasons if reason in text], reasons


@pytest.mark.parametrize("body, reason", [pytest.param(*case, id=name) for name, case in STATEMENTS.items()])
def test_statements_that_lax_has_nothing_for(body: str, reason: str) -> None:
    code = f"@jax.jit\ndef f(x):\n    for k in range(50):\n{indent(body, '        ')}\n    return x\n"
    made = outcome(code)
    assert made.texts.get("m.py", HEAD + code) == HEAD + code
    reasons = [found.declined or "" for found in made.remaining["m.py"] if found.code in ("JAX401", "JAX406")]
    assert [text for text in reasons if reason in text], reasons


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in FINE.items()])
def test_what_looks_alike_is_rewritten(body: str) -> None:
    made = outcome(f"@jax.jit{dedent(body)}")
    assert "lax." in made.texts["m.py"]
    assert not [found for found in made.remaining["m.py"] if found.code.startswith("JAX4")]


@pytest.mark.parametrize(
    "value, said",
    [
        ("1 if x > 0 else 0.5", "Choose with `jnp.where`; all paths give a float then"),
        ("True if x > 0 else 0", "Choose with `jnp.where`; all paths give an int then"),
        ("1.0 if x > 0 else 0.5", "Choose with `jnp.where`"),
        ("x if x > 0 else 0", "Choose with `jnp.where`"),
        ("x if x.sum() > 0 else 0.0", f"Choose with `jnp.where`; {FILLS}"),
        ("jnp.log(x) if x.sum() > 0 else 0.0", f"Choose with `lax.cond`; {FILLS}"),
        ("max(x, 0.0)", "Use `jnp.maximum`; it is NaN where anything compared is"),
        ("min(jnp.argmax(x), 3)", "Use `jnp.minimum`"),
        ("max(x)", "Use `jnp.max`; it is NaN where anything compared is"),
        ("any(x > 0)", "Use `jnp.any`"),
    ],
)
def test_a_fix_says_what_it_changes(value: str, said: str) -> None:
    made = outcome(f"@jax.jit\ndef f(x: jax.Array):\n    return {value}\n")
    assert [found.fix.message for _, found in made.applied if found.fix] == [said]


def test_arms_say_that_they_become_floats() -> None:
    made = outcome(dedent(ARMS))
    assert [found.fix.message for _, found in made.applied if found.fix] == [
        "Write it with `jax.lax.cond`; all paths give a float then"
    ]


ARMS = """\
    @jax.jit
    def f(x):
        if x > 0:
            y, z = 1, x
        else:
            t = x * 2
            y, z = 0.5, t * t
        return y, z
    """

"""What is live after the statement marked with a ``# live: …`` comment, by reading the code."""

import textwrap

import libcst as cst
import pytest

from jaxlint.facts.queries.liveness import liveness
from jaxlint.source import walk

PROGRAMS = {
    "straight": """
        a = 1
        b = a  # live: b
        return b
    """,
    "rebound": """
        a = f()  # live:
        a = 2
        return a
    """,
    "one branch reads": """
        a = f()  # live: a c
        if c:
            return a
        return 0
    """,
    "loop carries": """
        s = 0
        for x in xs:
            s = s + x  # live: s
        return s
    """,
    "a nested function's own names": """
        a = f()  # live: b f
        b = f()  # live: b
        def g(a):
            def h(c):
                return a + b + c
            return h
        return g
    """,
    "loop local": """
        for x in xs:
            t = x  # live: g t
            g(t)  # live: g
        return 0
    """,
    "break and continue": """
        a = 0
        b = 0
        while p(a):
            if q:
                a = 1  # live: b
                break
            b = 2  # live: a b p q
        return b
    """,
    "subscript store reads its base": """
        x = f()  # live: i v x
        x[i] = v  # live: x
        return x
    """,
    "augmented": """
        x = 1  # live: x y
        x += y
        return x
    """,
    "captured": """
        a = 1  # live: a
        def inner():
            return a
        a = 2  # live: a inner
        return inner
    """,
    "a handler reads": """
        a = 1
        try:
            a = f()  # live: a g
            a = g()  # live: a
        except ValueError:
            return a
        return a
    """,
    "finally reads": """
        a = 1
        try:
            return f()
        finally:
            g(a)  # live:
    """,
    "keywords and attributes are no reads": """
        a = 1  # live: b f
        return f(a=b.a)
    """,
    "else of a loop": """
        r = 0  # live: r xs
        for x in xs:
            if x:
                break
        else:
            return r
        return 1
    """,
    "comprehension": """
        n = 3  # live: n xs
        return [n * x for x in xs]
    """,
    "tuple target": """
        a, b = f()  # live: a b
        a, c = b, a  # live: a c
        return a + c
    """,
    "del": """
        a = f()  # live: a
        del a  # live:
        return 0
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_liveness(name: str) -> None:
    source = "def function():\n" + textwrap.indent(textwrap.dedent(PROGRAMS[name]), "    ")
    function = cst.ensure_type(cst.parse_module(source).body[0], cst.FunctionDef)
    found = liveness(function.body)
    marked = 0
    for line in walk(function.body):
        if isinstance(line, cst.SimpleStatementLine) and (comment := line.trailing_whitespace.comment) is not None:
            marked += 1
            expected = set(comment.value.removeprefix("# live:").split())
            assert found.after[line] - {"ValueError"} == expected, cst.Module([line]).code
    assert marked


def test_globals_stay_live() -> None:
    function = cst.ensure_type(cst.parse_module("def f():\n    global n\n    n = 1\n").body[0], cst.FunctionDef)
    assert liveness(function.body, kept={"n"}).after[function.body.body[-1]] == {"n"}

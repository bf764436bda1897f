"""LibCST is asked for nothing that kills the process or runs for minutes; what passes can be parsed and written back.

Each shape is tried in a child process, which may crash.
"""

import subprocess
import sys
from collections.abc import Callable

import pytest

from jaxlint.source import SourceText, parse_module
from jaxlint.source.gate import excess

SHAPES: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: f"x = {'(' * n}1{')' * n}\n",
    "lists": lambda n: f"x = {'[' * n}1{']' * n}\n",
    "calls": lambda n: f"x = {'f(' * n}1{')' * n}\n",
    "dicts": lambda n: f"x = {'{1:' * n}1{'}' * n}\n",
    "subscripts": lambda n: f"x = {'a[' * n}1{']' * n}\n",
    "elifs": lambda n: "if x:\n    y\n" + "elif x:\n    y\n" * n,
    "sum": lambda n: f"x = {'+'.join(['a'] * n)}\n",
    "power": lambda n: f"x = {' ** '.join(['a'] * n)}\n",
    "conjunction": lambda n: f"x = {' and '.join(['a'] * n)}\n",
    "negation": lambda n: f"x = {'not ' * n}a\n",
    "minus": lambda n: f"x = {'-' * n}a\n",
    "attributes": lambda n: f"x = a{'.b' * n}\n",
    "method calls": lambda n: f"x = a{'.b()' * n}\n",
    "subscript chain": lambda n: f"x = a{'[0]' * n}\n",
    "conditionals": lambda n: f"x = {'a if b else ' * n}c\n",
    "lambdas": lambda n: f"x = {'lambda: ' * n}c\n",
    "comprehension": lambda n: f"x = [a {'for a in b ' * n}]\n",
    "strings": lambda n: "x = ('a'" + "\n'a'" * n + ")\n",
    "f-strings": lambda n: "x = " + 'f"{' * n + "b" + '}"' * n + "\n",
    "dotted import": lambda n: f"import a{'.b' * n}\n",
    "blocks": lambda n: "".join(" " * i + "if x:\n" for i in range(n)) + " " * n + "pass\n",
    "functions": lambda n: "".join(" " * i + "def f():\n" for i in range(n)) + " " * n + "pass\n",
    "list patterns": lambda n: f"match x:\n    case {'[' * n}{']' * n}:\n        pass\n",
    "tuple patterns": lambda n: f"match x:\n    case {'(' * n}a{',)' * n}:\n        pass\n",
    "class patterns": lambda n: f"match x:\n    case {'A(a=' * n}b{')' * n}:\n        pass\n",
    "dict patterns": lambda n: f"match x:\n    case {'{1:' * n}b{'}' * n}:\n        pass\n",
}
CHILD = """
import sys, libcst
for text in sys.stdin.read().split("\\0"):
    try:
        libcst.parse_module(text).code
    except libcst.ParserSyntaxError:
        pass
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_what_passes_is_safe_and_what_is_huge_does_not_pass(shape: str) -> None:
    texts = [SHAPES[shape](size) for size in (5, 6, 7, 20, 50, 90, 130, 249, 600, 3000, 20000)]
    passed = [text for text in texts if excess(text) is None]
    assert texts[0] in passed
    assert texts[-1] not in passed
    done = subprocess.run([sys.executable, "-c", CHILD], input="\0".join(passed), text=True, timeout=60)
    assert done.returncode == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_a_statement_that_nests_too_deeply_does_not_cost_the_others(shape: str) -> None:
    module = parse_module(SourceText("a.py", f"import jax\n\n\n{SHAPES[shape](3000)}\n\ndef f():\n    return 1\n"))
    assert {chunk.name for chunk in module.chunks} == {None, "f"}
    assert module.errors
    assert all(error.line > 3 for error in module.errors)


def test_the_message_says_where() -> None:
    (error,) = parse_module(
        SourceText("a.py", "x = 1\n\n\ndef f():\n    return " + "[" * 150 + "]" * 150 + "\n")
    ).errors
    assert error.message.startswith("too deeply nested to analyse safely")
    assert error.line == 5


WIDE = {
    "list": "x = [" + "a + b, " * 20_000 + "]\n",
    "dict": "x = {" + "'a': f(b.c, -1), " * 10_000 + "}\n",
    "calls": "f(a)(b); g.h[1].k(2)\n" * 10_000,
    "comparison": "x = " + " < ".join(["a"] * 300) + "\n",
    "branches": "if a:\n    b\nelif c:\n    d\n" * 5_000,
    "docstring": 'def f():\n    """' + "a.b.c (not - and) if else. " * 5_000 + '"""\n',
    "case as a name": "case = f(f(f(f(f(f(f(f(1))))))))\n",
}


@pytest.mark.parametrize("text", WIDE.values(), ids=WIDE)
def test_what_is_only_wide_passes(text: str) -> None:
    assert excess(text) is None

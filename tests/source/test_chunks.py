"""Chunks, joined, are the module; parsed by themselves they are what the whole file is; a broken one costs no other."""

import ast
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxlint.source import Module, SourceError, SourceText, parse_module, read
from tests.source.corpus import sample

ODD = Path(__file__).parents[2] / "fixtures" / "odd"


def module(text: str) -> Module:
    return parse_module(SourceText("a.py", text))


def covered(parsed: Module) -> str:
    """The text, put together from what the chunks and the gaps between them cover."""
    ranges = sorted([(chunk.start, chunk.end) for chunk in parsed.chunks] + list(parsed.gaps))
    return "".join(parsed.source.text[start:end] for start, end in ranges)


def bare(statement: cst.CSTNode) -> cst.CSTNode:
    """Without the comments above, which LibCST keeps in the module's header before the first statement."""
    return statement.with_changes(leading_lines=())


@pytest.mark.parametrize("file", sample(25), ids=lambda file: file.name)
def test_chunks_are_the_whole_file(file: Path) -> None:
    parsed = parse_module(read(file))
    assert not parsed.errors
    assert "".join(chunk.text for chunk in parsed.chunks) == parsed.source.text
    statements = [statement for chunk in parsed.chunks for statement in chunk.tree.body]
    whole = cst.parse_module(parsed.source.text).body
    assert len(statements) == len(whole)
    assert all(bare(one).deep_equals(bare(other)) for one, other in zip(statements, whole, strict=True))


PIECES = [
    "x = 1", "def f():", "class A:", "if x:", "    y = 2", "    pass", "  # c", "# c", "", "  ", "\f", "\fx = 1",
    "else:", "try:", "except E :", "finally:", "    return (", "1", ")", "@d", "x = 1; y = 2", "x = 1 \\", "\\",
    '"""a', 'b"""', "if x: pass", "    # in", "        # in", "f(", "async def h(): await x", "match x:", "    case 1:",
    "é = f'{y!r:>{z}}'",
]  # fmt: skip
programs = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["\n", "\n", "\r\n", "\r"])), max_size=8)


@given(programs.map(lambda lines: "".join(map("".join, lines))), st.booleans())
def test_every_byte_is_covered_and_every_span_is_right(text: str, unfinished: bool) -> None:
    text = text[:-1] if unfinished else text
    parsed = module(text)
    assert covered(parsed) == text
    try:
        statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    except (SyntaxError, ValueError):
        return
    assert not parsed.errors
    try:
        found = sorted(
            parsed.source.position(chunk.span(node)[0]) for chunk in parsed.chunks for node in written(chunk.tree)
        )
    except SourceError as error:
        assert "LibCST cannot read this" in error.message
        return
    columns = {(node.lineno, node.col_offset + 1) for node in statements}
    assert set(found) == columns


def written(tree: cst.Module) -> list[cst.CSTNode]:
    class Collect(cst.CSTVisitor):
        def on_visit(self, node: cst.CSTNode) -> bool:
            if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement):
                nodes.append(node)
            return True

    nodes: list[cst.CSTNode] = []
    tree.visit(Collect())
    return nodes


def test_functions_and_classes_are_chunks_with_the_comments_above() -> None:
    parsed = module(
        "import jax\nx = 1\n\n# about f\n@jax.jit\ndef f(x):\n    pass\n    # inside\n\nclass A:\n    pass\n# end\n"
    )
    assert [(chunk.name, chunk.text) for chunk in parsed.chunks] == [
        (None, "import jax\nx = 1\n"),
        ("f", "\n# about f\n@jax.jit\ndef f(x):\n    pass\n    # inside\n"),
        ("A", "\nclass A:\n    pass\n"),
        (None, "# end\n"),
    ]


BROKEN = {
    "unclosed bracket": "def f(x):\n    y = g(x\n    return y\n",
    "missing colon": "def f(x)\n    return x\n",
    "python 2": "def f(x):\n    print x\n",
    "bad indentation": "def f(x):\n        y = x\n    return y\n",
    "unfinished": "def f(x):\n    y = \n",
    "unclosed string": "def f(x):\n    return 'abc\n",
    "stray bracket": "def f(x):\n    return x)\n",
    "surrogate": "def f(x):\n    return '\ud800'\n",
    "two": "def f(x):\n    y = \n\n\nclass f:\n    def\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_function_does_not_cost_the_others(broken: str) -> None:
    text = f"import jax\n\n\ndef before():\n    return 1\n\n\n{broken}\n\n@jax.jit\ndef after():\n    return 2\n"
    parsed = module(text)
    assert [chunk.name for chunk in parsed.chunks] == [None, "before", "after"]
    assert covered(parsed) == text
    assert len(parsed.errors) == broken.count("\n\n\n") + 1
    assert all(8 <= error.line < 8 + broken.count("\n") for error in parsed.errors)
    assert {definition.name for definition in parsed.index.definitions} == {"before", "f", "after"}


NEWER = {
    "PEP 695": "def f[T](x: T) -> T:\n    return x\n",
    "PEP 701": 'def f(x):\n    return f"{x["a"]}"\n',
    "PEP 758": "def f(x):\n    try:\n        return x\n    except A, B:\n        pass\n",
    "PEP 750": 'def f(x):\n    return t"{x}"\n',
}


@pytest.mark.parametrize("newer", NEWER.values(), ids=NEWER)
def test_syntax_newer_than_the_running_python_is_read(newer: str) -> None:
    parsed = module(f"import jax\n\n\n{newer}\n\ndef g():\n    return f(1)\n")
    assert not parsed.errors
    assert [chunk.name for chunk in parsed.chunks] == [None, "f", "g"]
    assert cst.Module([parsed.chunks[1].tree.body[0]]).code == newer


@pytest.mark.parametrize("text", ["def (\n", "x = '''\n", ")", "\\", "@", "  x = 1", "\udcff"])
def test_a_text_that_is_all_broken_has_errors_and_no_chunks(text: str) -> None:
    parsed = module(text)
    assert parsed.errors
    assert not parsed.chunks
    assert parsed.gaps == ((0, len(text)),)


@pytest.mark.parametrize("text", ["", "\n", "# c", "   \n\n", "\f", "\r\n\r\n"])
def test_a_text_without_statements_is_one_chunk(text: str) -> None:
    (chunk,) = module(text).chunks
    assert (chunk.name, chunk.text, len(chunk.tree.body)) == (None, text, 0)


def test_odd_files_are_read_in_full() -> None:
    for file in ODD.glob("*.py"):
        parsed = parse_module(read(file))
        assert covered(parsed) == parsed.source.text
        assert bool(parsed.errors) == file.name.startswith("broken"), file.name
        assert all(chunk.tree for chunk in parsed.chunks)


def test_nothing_imports_libcst_before_a_tree_is_asked_for() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from jaxlint.source import *\n"
        "m = parse_module(SourceText('a.py', 'def f(): pass')); index(m.source, 'a')\n"
        "assert 'libcst' not in sys.modules; m.chunks[0].tree; assert 'libcst' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0

"""The walker visits all syntax in source order, and no trivia."""

from pathlib import Path

import libcst as cst
import pytest

from jaxlint.source import SourceText, children, parse_module, read, walk
from tests.source.corpus import sample

ORDER = """
@a
@b
def c[d](e, /, f: g = h, *i, j, k=l, **m) -> n: o
@p
class q[r](s, t=u): v
w if x else y
try: z
except aa as ab: ac
match ad:
    case ae if af: ag
{ah: ai for aj in ak if al}
am[an:ao:ap], aq(ar, *at, au=av, **aw)
lambda ax, *ay: az
type ba[bb] = bc
bd: be = bf
with bg as bh: bi
for bj in bk: bl
else: bm
"""
"""All names in alphabetical order."""


def test_names_come_in_source_order() -> None:
    names = [node for chunk in parse_module(SourceText("a.py", ORDER)).chunks for node in walk(chunk.tree)]
    found = [node.value for node in names if isinstance(node, cst.Name)]
    assert found == sorted(found, key=lambda name: (len(name), name))
    assert len(found) > 60


@pytest.mark.parametrize("file", sample(10), ids=lambda file: file.name)
def test_every_name_is_visited_once_and_in_order(file: Path) -> None:
    class Names(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            seen.append(node)

    for chunk in parse_module(read(file)).chunks:
        seen: list[cst.Name] = []
        chunk.tree.visit(Names())
        found = [node for node in walk(chunk.tree) if isinstance(node, cst.Name)]
        assert set(map(id, found)) == set(map(id, seen))
        assert len(found) == len(seen)
        starts = [chunk.span(node) for node in found]
        assert starts == sorted(starts)


def test_children_leave_out_commas_and_parentheses() -> None:
    call = cst.parse_expression("(f(a, b))")
    assert [type(child) for child in children(call)] == [cst.Name, cst.Arg, cst.Arg]

"""Spans against LibCST's own, slow PositionProvider: this is what guards the use of its private code generator."""

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from jaxlint.source import SourceText, parse_module, read, walk
from jaxlint.source.spans import spans
from tests.source.corpus import sample

ODD = sorted((Path(__file__).parents[2] / "fixtures" / "odd").glob("*.py"))


@pytest.mark.parametrize("file", [*sample(12), *ODD], ids=lambda file: file.name)
def test_spans_are_those_of_the_position_provider(file: Path) -> None:
    for chunk in parse_module(read(file)).chunks:
        source = SourceText("a.py", chunk.tree.code)
        wrapper = MetadataWrapper(chunk.tree, unsafe_skip_copy=True)
        expected = wrapper.resolve(PositionProvider)
        found = spans(chunk.tree, source.text)
        for node in (node for statement in chunk.tree.body for node in walk(statement)):
            place = expected[node]
            start, end = source.offset(place.start.line, place.start.column + 1), source.offset(place.end.line)
            assert found[node] == (start, end + place.end.column), cst.Module([]).code_for_node(node)


@pytest.mark.parametrize("file", [*sample(12), *ODD], ids=lambda file: file.name)
def test_a_name_stands_where_its_span_says(file: Path) -> None:
    module = parse_module(read(file))
    for chunk in module.chunks:
        for node in walk(chunk.tree):
            if isinstance(node, cst.Name | cst.SimpleString | cst.Integer):
                start, end = chunk.span(node)
                assert module.source.text[start:end] == node.value
                assert chunk.line(node) == module.source.position(start)[0]


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("\f\fdef f(): pass\n", "\f\f"),
        ("try: f\nexcept (A, B) : g\n", " "),
        ("x = 1\ry = 2\r", "\r"),
        ("\\\nx = 1\n", "\\\n"),
    ],
)
def test_spans_are_right_where_libcst_drops_a_byte(text: str, dropped: str) -> None:
    (chunk,) = parse_module(SourceText("a.py", text)).chunks
    assert len(chunk.tree.code) == len(text) - len(dropped)
    for node in walk(chunk.tree):
        if isinstance(node, cst.Name):
            assert text[slice(*chunk.span(node))] == node.value


def test_spans_are_right_where_libcst_repeats_a_form_feed() -> None:
    text = "def f(x):\n\f    a = x\n    if a:\n\f        b = a\n        c = b\n    return c\n\n\ndef g(): pass\n"
    for chunk in parse_module(SourceText("a.py", text)).chunks:
        for node in walk(chunk.tree):
            if isinstance(node, cst.Name):
                assert text[slice(*chunk.span(node))] == node.value

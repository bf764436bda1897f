"""What is decoded can be written back byte for byte; what cannot is refused in plain words."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxlint.source import SourceError, SourceText, decode, read
from jaxlint.source.text import MAX_BYTES

ODD = Path(__file__).parents[2] / "fixtures" / "odd"

GOOD = {
    "empty": b"",
    "bom": b"\xef\xbb\xbfx = 1\n",
    "bom with a cookie": b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "latin-1 in the first line": b"# \xe9\n# vim: set fileencoding=iso-8859-15 :\nx = '\xa4'\n",
    "cookie is no comment": b"x = 'coding: latin-1'\n# coding: latin-1\ny = '\xc3\xa9'\n",
    "carriage returns": b"# one\r# coding: cp1252\rx = '\x80'\r",
    "crlf": b"x = 1\r\ny = 2\r\n",
    "mixed": b"x = 1\r\ny = 2\nz = 3\rw = 4",
    "form feed": b"\x0c\n\x0cx = 1\n",
}
BAD = {
    "UTF-16": "x = 1\n".encode("utf-16"),
    "NUL": b"x = 1\ny = '\0'\n",
    "not valid utf-8": b"x = 1\nyy = '\xff'\n",
    "unknown encoding": b"# coding: klingon\n",
    "cannot be read as rot-13": b"# coding: rot13\n",
    "byte order mark says UTF-8": b"\xef\xbb\xbf# coding: latin-1\n",
    "byte for byte": b"# coding: utf-7\nx = '+AGE-'\n",
    "too large": b"x = 1\n" * (MAX_BYTES // 6 + 1),
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_decoded_text_goes_back_to_the_same_bytes(data: bytes) -> None:
    source = decode(data, "a.py")
    assert source.encode(source.text) == data


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_the_text_means_what_python_reads(data: bytes) -> None:
    assert ast.dump(ast.parse(decode(data, "a.py").text)) == ast.dump(ast.parse(data))


@pytest.mark.parametrize(("message", "data"), BAD.items(), ids=BAD)
def test_what_cannot_be_read_is_refused_in_words(message: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=message):
        decode(data, "a.py")


def test_a_refusal_says_where() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"x = 1\r\nyy = '\xff'\n", "a.py")
    assert (caught.value.line, caught.value.column) == (2, 7)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_or_go_back(data: bytes) -> None:
    try:
        source = decode(data, "a.py")
    except SourceError:
        return
    assert source.encode(source.text) == data


@given(st.text(alphabet="ab\r\n\f\t\v\x85\u2028é😀", max_size=30))
def test_offsets_and_positions_are_inverse(text: str) -> None:
    source = SourceText("a.py", text)
    for offset in range(len(text) + 1):
        line, column = source.position(offset)
        assert source.offset(line, column) == offset
    assert len(source.line_starts) == text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@pytest.mark.parametrize("file", sorted(ODD.glob("*.py")), ids=lambda file: file.name)
def test_odd_files_go_back(file: Path) -> None:
    source = read(file)
    assert source.encode(source.text) == file.read_bytes()

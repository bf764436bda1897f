"""Bytes to text and back, byte for byte; offsets to lines and columns.

Lines end at ``\\n``, ``\\r\\n`` or ``\\r`` only (a form feed, ``\\x85`` or ``\\u2028`` does not end a line),
as in the Python tokenizer and in LibCST.
"""

import bisect
import codecs
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

LINE_END = re.compile(r"\r\n|\n|\r")
MAX_BYTES = 10_000_000

_LINE_END_BYTES = re.compile(rb"\r\n|\n|\r")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(?:#.*)?$")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def lines(text: str) -> list[str]:
    """The lines of a text with their ends; after a final line end comes one more, empty line."""
    starts = [0, *(found.end() for found in LINE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]


class SourceError(Exception):
    """A file that cannot be analysed: unreadable bytes or text that does not parse."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True)
class SourceText:
    """Decoded text of one file. ``text`` has no BOM and keeps every newline as it was."""

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets, in code points, at which lines begin."""
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column (code points) of an offset."""
        line = bisect.bisect_right(self.line_starts, offset) - 1
        return line + 1, offset - self.line_starts[line] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """Offset of a 1-based line and column."""
        return self.line_starts[line - 1] + column - 1

    def line_end(self, line: int) -> int:
        """Offset after a 1-based line's newline, where the next line begins."""
        return self.line_starts[line] if line < len(self.line_starts) else len(self.text)

    def cell_at(self, line: int) -> tuple[int, int] | None:
        """The cell of a notebook that a line is in, and its number there; None in other files."""
        return None

    def written(self, line: int) -> str:
        """A line without its end, as the file has it."""
        return self.text[self.line_starts[line - 1] : self.line_end(line)].rstrip("\r\n")

    @property
    def parts(self) -> dict[str, str]:
        """The text, in pieces if it is a notebook: by what is put after the path to name them."""
        return {"": self.text}

    def encode(self, text: str) -> bytes:
        """Bytes of ``text`` in this file's encoding, with its BOM. Raises ValueError (UnicodeEncodeError)."""
        data = text.encode(self.encoding)
        return codecs.BOM_UTF8 + data if self.bom else data


def decode(data: bytes, path: str) -> SourceText:
    """Decode as the Python tokenizer would (PEP 263 cookie, BOM, else UTF-8). Raises SourceError.

    ``decode(data, path).encode(text)`` gives back ``data``; bytes for which it could not are refused.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES // 1_000_000} MB, too large to analyse")
    if data.startswith(_UTF16):
        raise SourceError("UTF-16, which Python does not read: save the file as UTF-8")
    if (nul := data.find(b"\0")) >= 0:
        raise SourceError("not Python source: it holds a NUL byte", *_position(data, nul))
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding = _encoding(body, bom)
    try:
        source = SourceText(path, body.decode(encoding), encoding, bom)
        exact = encoding == "utf-8" or source.encode(source.text) == data
    except UnicodeDecodeError as error:
        raise SourceError(f"not valid {encoding}: {error.reason}", *_position(body, error.start)) from None
    except (LookupError, UnicodeError) as error:
        raise SourceError(f"cannot be read as {encoding}: {error}") from None
    if not exact:
        raise SourceError(f"cannot be written back in its encoding {encoding} byte for byte")
    return source


def _encoding(data: bytes, bom: bool) -> str:
    """Canonical name of the codec that the cookie in the first two lines asks for."""
    for line in _LINE_END_BYTES.split(data, maxsplit=2)[:2]:
        if cookie := _COOKIE.match(line):
            return _codec(cookie[1].decode("ascii", "replace"), bom)
        if not _BLANK.match(line):
            break
    return "utf-8"


def _codec(name: str, bom: bool) -> str:
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        raise SourceError(f"unknown encoding: {name}") from None
    if encoding.startswith("utf-8"):
        return "utf-8"
    if bom:
        raise SourceError(f"the coding comment says {name}, the byte order mark says UTF-8")
    return encoding


def _position(data: bytes, index: int) -> tuple[int, int]:
    """1-based line, and column in bytes, of a byte that cannot be decoded."""
    ends = [match.end() for match in _LINE_END_BYTES.finditer(data, 0, index)]
    return len(ends) + 1, index - (ends[-1] if ends else 0) + 1

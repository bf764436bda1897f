"""Bytes to text and back, byte for byte; offsets to lines and columns.

Lines end at ``\\n``, ``\\r\\n`` or ``\\r`` only (a form feed, ``\\x85`` or ``\\u2028`` does not end a line),
as in the Python tokenizer and in LibCST.
"""

import bisect
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LINE_END = re.compile(r"\r\n|\n|\r")


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

    def encode(self, text: str) -> bytes:
        """Bytes of ``text`` in this file's encoding, with its BOM. Raises UnicodeEncodeError."""
        data = text.encode(self.encoding)
        return b"\xef\xbb\xbf" + data if self.bom else data


def decode(data: bytes, path: str) -> SourceText:
    """Decode as the Python tokenizer would (PEP 263 cookie, BOM, else UTF-8). Raises SourceError."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise SourceError(str(error)) from None
    bom = encoding == "utf-8-sig"
    if bom:
        encoding, data = "utf-8", data[3:]
    try:
        return SourceText(path, data.decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"not valid {encoding}: {error.reason}", line) from None


def read(path: Path) -> SourceText:
    """Read and decode a file. Raises OSError and SourceError."""
    return decode(path.read_bytes(), str(path))

"""The few tokens that decide where statements, strings and comments are, read off broken code as well as good.

The stdlib's tokenizer stops at the first error and knows the f-strings of its own version only; this one never fails,
and reads nested f-strings (PEP 701) under any Python.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["comment", "string", "open", "close", "newline", "comma", "colon", "semicolon"]


class Token(NamedTuple):
    """``text[start:end]``; ``depth`` is the number of brackets and f-string fields around it.

    A newline of depth 0 ends a logical line. Names, numbers, operators and spaces are passed over. A field of an
    f-string is a bracket between two strings.
    """

    kind: Kind
    start: int
    end: int
    depth: int


# One character class and a table: several times faster than one alternation of named groups.
_STOP = re.compile(r"""[#'"()\[\]{}\r\n\\,:;]""")
_KIND: dict[str, Kind] = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close"}
_KIND |= {"#": "comment", ",": "comma", ":": "colon", ";": "semicolon", "\r": "newline", "\n": "newline"}
_LINE = re.compile(r"[^\r\n]*")
_PREFIX = re.compile(r"(?<![\w])[a-zA-Z]{1,2}$")
_QUOTES = ("'", '"', "'''", '"""')
_STRING, _LITERAL, _FORMAT = {}, {}, {}


def _run(plain: str, *special: str) -> re.Pattern[str]:
    return re.compile(rf"{plain}*+(?:(?:{'|'.join(special)}){plain}*+)*+", re.DOTALL)


for _quotes in _QUOTES:
    _mark = _quotes[0]
    # Where the closing quotes are missing, a short string ends with its line and a long one with the text.
    _plain, _lone = (r"\r\n", r"\\\r\n") if len(_quotes) == 1 else ("", rf"{_mark}(?!{_mark}{_mark})")
    _STRING[_quotes] = _run(rf"[^\\{_mark}{_plain}]", _lone, r"\\.")
    _LITERAL[_quotes] = _run(rf"[^\\{_mark}{{}}{_plain}]", _lone, r"\\[^{}]", r"\\(?=[{}])", r"\{\{", r"\}\}")
    _FORMAT[_quotes] = _run(rf"[^{_mark}{{}}{_plain}]", _lone)

# A line that begins so cannot continue an expression: where one does, a bracket above it was never closed.
_FRESH = re.compile(
    r"(?:(?:async[ \t]+)?def|class|import|return|while|with|try|raise|assert|del|global|pass)\b"
    r"|from[ \t]+[\w.]+[ \t]+import\b|@\w"
)


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens of a text in order. ``start`` must be outside of strings and brackets."""
    return _Lexer(text, start).run()


class _Lexer:
    """``open`` holds what is open around ``at``: a bracket, the quotes of an f-string whose field it is, or these
    quotes with a colon for the format of such a field."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.open: list[str] = []

    def run(self) -> Iterator[Token]:
        text, search = self.text, _STOP.search
        while match := search(text, self.at):
            start, self.at = match.span()
            character = text[start]
            kind = _KIND.get(character)
            if kind is None:
                yield from self.quote_or_backslash(start, character)
            elif kind == "open":
                yield Token(kind, start, self.at, len(self.open))
                self.open.append(character)
            elif kind == "close":
                yield from self.close(start, character)
            elif kind == "newline":
                yield self.newline(start)
            elif kind == "comment":
                self.at = self.skip(_LINE, start)
                yield Token(kind, start, self.at, len(self.open))
            else:
                yield Token(kind, start, self.at, len(self.open))
                if kind == "colon" and self.open and self.open[-1] in _QUOTES:
                    self.open[-1] += ":"
                    yield from self.literal(self.at, self.open[-1])

    def newline(self, start: int) -> Token:
        if self.text.startswith("\r\n", start):
            self.at += 1
        if self.open and _FRESH.match(self.text, self.at):
            self.open.clear()
        return Token("newline", start, self.at, len(self.open))

    def quote_or_backslash(self, start: int, character: str) -> Iterator[Token]:
        if character == "\\":
            self.at += 2 if self.text.startswith("\r\n", self.at) else 1
        else:
            quotes = character * 3 if self.text.startswith(character * 3, start) else character
            self.at = start + len(quotes)
            yield from self.string(start, quotes)

    def string(self, start: int, quotes: str) -> Iterator[Token]:
        prefix = _PREFIX.search(self.text, max(0, start - 3), start)
        if prefix and not set("fFtT").isdisjoint(prefix[0]):
            yield from self.literal(start, quotes)
        else:
            self.at = self.skip(_STRING[quotes], self.at)
            self.at += len(quotes) if self.text.startswith(quotes, self.at) else 0
            yield Token("string", start, self.at, len(self.open))

    def literal(self, start: int, quotes: str) -> Iterator[Token]:
        """The literal part of an f-string or of a field's format: up to a field, the end, or where it breaks off."""
        closing = quotes.rstrip(":")
        end = self.skip((_LITERAL if quotes == closing else _FORMAT)[closing], self.at)
        self.at = end
        if self.text.startswith("{", end):
            yield Token("string", start, end, len(self.open))
            yield Token("open", end, end + 1, len(self.open))
            self.at += 1
            self.open.append(closing)
        elif quotes != closing and self.text.startswith("}", end):
            yield Token("string", start, end, len(self.open))
            self.at += 1
            yield from self.close(end, "}")
        else:
            if quotes != closing:
                self.open.pop()
            self.at += len(closing) if self.text.startswith(closing, end) else 0
            yield Token("string", start, self.at, len(self.open))

    def close(self, start: int, bracket: str) -> Iterator[Token]:
        if bracket == "}" and self.open[-1:] != ["{"]:
            self.drop_to_field()
        closed = self.open.pop() if self.open else ""
        yield Token("close", start, self.at, len(self.open))
        if closed.rstrip(":") in _QUOTES:
            outer = self.open[-1] if self.open else ""
            yield from self.literal(self.at, outer if outer.endswith(":") else closed.rstrip(":"))

    def drop_to_field(self) -> None:
        """Forget brackets that were left open inside an f-string's field."""
        if any(entry.rstrip(":") in _QUOTES for entry in self.open):
            while self.open[-1].rstrip(":") not in _QUOTES:
                self.open.pop()

    def skip(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at

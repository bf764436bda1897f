"""Refuses text that nests too deeply for LibCST, before LibCST sees it.

Measured on LibCST 1.9: 3,000 brackets or 10,000 `elif`s or `and`s overflow the C stack (the process dies), a chain of
10,000 operators runs for minutes, `case` patterns take four times longer with every level of tuples (10 levels: 3 s),
and writing a tree back needs 5 Python frames for each call around an expression, 4 for each block, 2 for each operator,
`elif`, string of a concatenation or attribute. Depth is counted in these frames; Python allows 1,000, and whoever
analyses the tree recurses about as deeply.
"""

import re
from functools import lru_cache

from jaxlint.source.lexer import Token, tokens

LIMIT = 500
MAX_PATTERN_DEPTH = 6
BRACKET, BLOCK, LINK = 5, 4, 2

_LINK = re.compile(r"\*\*|//|[-+*/%@&|^~]|\.(?!\d)|\b(?:and|or|not|if|else|for|lambda|await)\b")
_WORDS = ("and", "or", "not", "if", "else", "for", "lambda", "await")
# No expression goes on over a line that begins with one of these words.
_STATEMENT = re.compile(
    r"[\r\n][ \t]*(?:def|class|return|import|while|with|try|raise|assert|del|elif|except|finally|pass)\b"
)
_DEEP_BLOCK = re.compile(r"[\r\n][ \t]{20,}(?:if|for|while|with|try|else|elif|def|class|async|match|case)\b")
_CASE = re.compile(r"[ \t]*case\b(?=[ \t]*[^\s=.,:)])")
_CASE_LINE = re.compile(r"(?:^|[\r\n])" + _CASE.pattern)
_COLUMN = re.compile(r"[ \t\f]*")


@lru_cache(maxsize=2048)
def excess(text: str) -> int | None:
    """Offset at which a text becomes too deep for LibCST, or None. Nearly always one pass of counting characters."""
    return None if _plainly_shallow(text) else _Depth(text).excess()


def _plainly_shallow(text: str) -> bool:
    if _DEEP_BLOCK.search(text) or ("case" in text and _CASE_LINE.search(text)):
        return False
    room = LIMIT - 20 * BLOCK - LINK * text.count("elif")
    return all(_weight(part) <= room for part in _STATEMENT.split(text))


def _weight(part: str) -> int:
    """More than the depth of any expression in a part."""
    count = part.count
    brackets = count("(") + count("[") + count("{")
    if BRACKET * len(part) <= LIMIT // 2:
        return 0
    links = sum(map(count, ".+-*/%@&|^~\"'")) + sum(map(count, _WORDS))
    return (BRACKET + LINK) * brackets + LINK * links


class _Depth:
    """One walk over the tokens. ``links`` counts the chain at each open bracket, ``total`` is the depth just here."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.total, self.links = 0, [0]
        self.columns, self.elifs = [0], [0]
        self.in_case = False

    def excess(self) -> int | None:
        at, fresh = 0, True
        for token in tokens(self.text):
            if fresh and token.kind not in ("newline", "comment"):
                self.statement(at)
                fresh = False
            self.link(len(_LINK.findall(self.text, at, token.start)))
            if self.total > LIMIT or (self.in_case and len(self.links) > MAX_PATTERN_DEPTH + 1):
                return token.start
            self.step(token)
            fresh = fresh or (token.kind == "newline" and token.depth == 0)
            at = token.end
        self.link(len(_LINK.findall(self.text, at)))
        return at if self.total > LIMIT else None

    def step(self, token: Token) -> None:
        match token.kind:
            case "open":
                self.total += BRACKET
                self.links.append(0)
            case "close" if len(self.links) > 1:
                self.total -= BRACKET + self.links.pop()
                self.link(1)
            case "string":
                self.link(1)
            case "comma" | "semicolon":
                self.unlink()
            case "colon" if token.depth == 0:
                self.in_case = False
            case "newline" if token.depth == 0:
                while len(self.links) > 1:
                    self.total -= BRACKET + self.links.pop()
                self.unlink()

    def link(self, count: int) -> None:
        self.links[-1] += LINK * count
        self.total += LINK * count

    def unlink(self) -> None:
        self.total -= self.links[-1]
        self.links[-1] = 0

    def statement(self, at: int) -> None:
        """A logical line begins: what blocks and `elif`s is it in?"""
        indent = _COLUMN.match(self.text, at)
        start = indent.end() if indent else at
        column = len(self.text[at:start].expandtabs())
        while column < self.columns[-1]:
            self.columns.pop()
            self.total -= BLOCK + LINK * self.elifs.pop()
        if column > self.columns[-1]:
            self.columns.append(column)
            self.elifs.append(0)
            self.total += BLOCK
        if self.text.startswith("elif", start):
            self.elifs[-1] += 1
            self.total += LINK
        elif not self.text.startswith("else", start):
            self.total -= LINK * self.elifs[-1]
            self.elifs[-1] = 0
        self.in_case = _CASE.match(self.text, at) is not None

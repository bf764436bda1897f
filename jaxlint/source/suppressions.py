"""Comments that silence findings: ``# jaxlint: ignore[JAX301] reason``, ``# jaxlint: file-ignore[...]``, ``# noqa``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jaxlint.source.lexer import tokens
from jaxlint.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Suppression:
    """One directive in a comment.

    ``codes`` are codes, prefixes of codes or names (``traced-branch``), None means all. ``line`` is the comment's
    line, ``target`` the line of code that it is about: the same, or the next one with code where the comment has its
    line to itself (1-based both). ``start`` and ``end`` are the offsets of the directive with its reason, from its
    ``#``.
    """

    line: int
    target: int
    codes: tuple[str, ...] | None
    scope: Literal["line", "file"]
    start: int
    end: int
    kind: Literal["jaxlint", "noqa"]
    reason: str = ""


_DIRECTIVE = re.compile(
    r"#\s*(?:jaxlint\s*:\s*(?P<scope>file-ignore|ignore)(?![\w-])(?:\s*\[(?P<codes>[^\]#]*)\])?(?P<reason>[^#]*)"
    r"|noqa\b(?:\s*:\s*(?P<noqa>[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*))?(?P<text>[^#]*))",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Z]+[0-9]+")
_SELECTOR = re.compile(r"[A-Za-z][\w-]*")
_OURS = re.compile(r"JAX[0-9]*|ALL", re.IGNORECASE)
_CODELESS = re.compile(r"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")


def suppressions(source: SourceText) -> tuple[Suppression, ...]:
    """All directives of a text, from its real comments, in order. Broken code is read as far as it can be."""
    if not any(_is_ours(match) for match in _DIRECTIVE.finditer(source.text)):
        return ()
    comments = (token for token in tokens(source.text) if token.kind == "comment")
    return tuple(found for comment in comments for found in _directives(source, comment.start, comment.end))


def _is_ours(match: re.Match[str]) -> bool:
    """False for a ``# noqa`` with the codes of other tools only."""
    return match["noqa"] is None or "JAX" in match["noqa"].upper()


def _directives(source: SourceText, start: int, end: int) -> Iterator[Suppression]:
    for match in _DIRECTIVE.finditer(source.text, start, end):
        line, column = source.position(start)
        alone = not source.text[start - column + 1 : start].strip()
        target = _next_code(source, line) if alone else line
        where = (match.start(), match.start() + len(match[0].rstrip()))
        reason = (match["reason"] or match["text"] or "").strip()
        if match["scope"]:
            scope: Literal["line", "file"] = "file" if match["scope"].lower() == "file-ignore" else "line"
            codes = None if match["codes"] is None else _selectors(match["codes"])
            yield Suppression(line, target, codes, scope, *where, "jaxlint", reason)
        elif match["noqa"] is None:
            yield Suppression(line, target, None, "line", *where, "noqa", reason)
        elif ours := tuple(code for code in _CODE.findall(match["noqa"].upper()) if code.startswith("JAX")):
            yield Suppression(line, target, ours, "line", *where, "noqa", reason)


def _selectors(text: str) -> tuple[str, ...]:
    """Codes in capitals, names in small letters, however they are written."""
    words = _SELECTOR.findall(text)
    return tuple(word.upper() if _OURS.fullmatch(word) else word.lower() for word in words)


def _next_code(source: SourceText, line: int) -> int:
    """The first line below that holds code; the line itself where there is none."""
    for below in range(line + 1, len(source.line_starts) + 1):
        start = source.offset(below)
        blank = _CODELESS.match(source.text, start)
        if blank is None or blank.end() < source.line_end(below):
            return below
    return line

"""Reads the executable code blocks of a rule's page (the format is described in docs/rule-pages.md)."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_FENCE = re.compile(r"(?P<fence>`{3,})(?P<info>.*)")
_INFO = re.compile(r"python (?P<kind>bad|good|ok|run)(?: declines: (?P<declines>.+))?")
_TITLE = re.compile(r"# (?P<name>[a-z0-9-]+) \((?P<code>JAX\d{3})\)")
_MARKER = re.compile(r"[ \t]*#\s*(?P<codes>JAX\d{3}(?:\s*,\s*JAX\d{3})*)[ \t]*$", re.MULTILINE)


class PageError(Exception):
    """A page that does not follow the format."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its kind, its code, the page's line on which the code starts, and a promised decline."""

    kind: str
    code: str
    line: int
    declines: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A bad block with what belongs to it."""

    bad: Block
    good: Block | None = None
    run: Block | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One rule's page."""

    path: Path
    name: str
    code: str
    examples: tuple[Example, ...]
    ok: tuple[Block, ...]


def read_page(path: Path) -> Page:
    """Read a page from its file. Raises PageError."""
    return parse_page(path.read_text("utf-8"), path)


def parse_page(text: str, path: Path) -> Page:
    """Read a page from its text. Raises PageError."""
    title = _TITLE.fullmatch(text.partition("\n")[0].rstrip())
    if title is None:
        raise PageError(f"{path.name}:1: the first line must be like `# traced-branch (JAX401)`")
    examples: list[Example] = []
    ok: list[Block] = []
    for block in _blocks(text, path):
        if block.kind == "bad":
            examples.append(Example(block))
        elif block.kind == "ok":
            ok.append(block)
        else:
            _attach(block, examples, path)
    return Page(path, title["name"], title["code"], tuple(examples), tuple(ok))


def _attach(block: Block, examples: list[Example], path: Path) -> None:
    last = examples[-1] if examples else None
    if last is None or getattr(last, block.kind) is not None:
        raise PageError(f"{path.name}:{block.line}: this `{block.kind}` block has no `bad` block of its own before it")
    examples[-1] = replace(last, good=block) if block.kind == "good" else replace(last, run=block)


def _blocks(text: str, path: Path) -> Iterator[Block]:
    """The executable blocks; a plain ```python block, or one in another language, is only read by people."""
    lines = iter(enumerate(text.splitlines(keepends=True), start=1))
    for number, line in lines:
        fence = _FENCE.match(line)
        if fence is None:
            continue
        body = []
        for _, inner in lines:
            if inner.strip() == fence["fence"]:
                break
            body.append(inner)
        else:
            raise PageError(f"{path.name}:{number}: this block is never closed")
        info = fence["info"].strip()
        if not info.startswith("python "):
            continue
        known = _INFO.fullmatch(info)
        if known is None or (known["declines"] and known["kind"] != "bad"):
            raise PageError(f"{path.name}:{number}: unknown kind of block: `{info}`")
        yield Block(known["kind"], "".join(body), number + 1, known["declines"])


def markers(code: str) -> set[tuple[int, str]]:
    """The (line, code) pairs that a block's trailing comments ask for."""
    found = set()
    for number, line in enumerate(code.splitlines(), start=1):
        if marker := _MARKER.search(line):
            found |= {(number, name.strip()) for name in marker["codes"].split(",")}
    return found


def without_markers(code: str) -> str:
    """The code without its markers."""
    return _MARKER.sub("", code)


def comments(code: str) -> list[str]:
    """Every comment but the markers, sorted."""
    tokens = tokenize.generate_tokens(io.StringIO(without_markers(code)).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)

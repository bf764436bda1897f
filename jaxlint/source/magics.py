"""IPython's own syntax in a cell, masked by Python of the same length: every offset stays where it was."""

import re

from jaxlint.source.lexer import tokens

# The body of such a cell is Python that runs in the notebook's namespace; that of any other cell magic is not.
_PYTHON_CELLS = frozenset({"capture", "debug", "prun", "python", "python3", "time", "timeit"})
_CELL = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*%%(\w+)[^\r\n]*")
_TIME = re.compile(r"%time[ \t]+(?=[^\s\-])")
_MAGIC = re.compile(
    r"[ \t]*(?P<magic>(?:[!%]|[/,;](?=\S)|\?{1,2}(?=\w))[^\r\n]*"
    r"|[^\W\d][\w.*\[\]'\"]*\?{1,2}(?=[ \t]*(?:[\r\n]|\Z)))"
)
_ASSIGNED = re.compile(r"[ \t]*[^\W\d][\w., \t\[\]'\"]*=[ \t]*(?P<magic>(?:!|%(?=[a-zA-Z]))[^\r\n]*)")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST = re.compile(r"[^\r\n]*")


def masked(cell: str) -> str:
    """The Python of a cell. A magic line becomes zeros, a line of another language a comment, indentation stays.

    ``%time f(x)`` keeps its statement: it becomes ``0;    f(x)``, or ``y =       f(x)`` where it is assigned.
    """
    if magic := _CELL.match(cell):
        body = cell[magic.end() :]
        return _commented(magic[0]) + (masked(body) if magic[1] in _PYTHON_CELLS else _commented(body))
    at = 0
    while (found := _next_magic(cell, at)) is not None:
        cell, at = _without(cell, *found)
    return cell


def _next_magic(cell: str, at: int) -> tuple[int, int] | None:
    """Start and end of the first magic at the head of a logical line, from the line that begins at ``at``."""
    if found := _magic_line(cell, at):
        return found
    for token in tokens(cell, at):
        if token.kind == "newline" and token.depth == 0 and (found := _magic_line(cell, token.end)):
            return found
    return None


def _magic_line(cell: str, at: int) -> tuple[int, int] | None:
    match = _MAGIC.match(cell, at) or _ASSIGNED.match(cell, at)
    return match.span("magic") if match else None


def _without(cell: str, start: int, end: int) -> tuple[str, int]:
    """The cell with one magic masked, and where to go on."""
    line = max(cell.rfind("\n", 0, start), cell.rfind("\r", 0, start)) + 1
    if time := _TIME.match(cell, start):
        head = "" if cell[line:start].strip() else "0;"
        return cell[:start] + head.ljust(time.end() - start) + cell[time.end() :], time.end()
    text = cell[start:end]
    cell = cell[:start] + "0" * len(text) + cell[end:]
    while text.endswith("\\") and (newline := _NEWLINE.match(cell, end)) and (rest := _REST.match(cell, newline.end())):
        text = rest[0]
        cell = cell[: rest.start()] + "#" * len(text) + cell[rest.end() :]
        end = rest.end()
    newline = _NEWLINE.match(cell, end)
    return cell, newline.end() if newline else len(cell)


def _commented(text: str) -> str:
    return _REST.sub(lambda line: "#" * len(line[0]), text)

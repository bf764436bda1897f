"""Between the editor's positions (code units, by line) and ours (code points): one splitting of lines for both.

pygls splits lines as ``str.splitlines`` does, at form feeds and ``\\x85`` too. Editors and Python do not, so that an
incremental edit below such a character would change another line than the one that was meant.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument

from jaxlint.edits import Edit
from jaxlint.source import SourceText
from jaxlint.source.text import LINE_END


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text with their ends; after a final line end comes one more, empty line."""
    starts = [0, *(found.end() for found in LINE_END.finditer(text)), len(text)]
    return tuple(text[start:end] for start, end in pairwise(starts))


def split_documents_as_editors_do() -> None:
    """Make pygls apply edits to the lines that the editor means."""
    TextDocument.lines = property(lambda document: lines(document.source))  # type: ignore[assignment, method-assign]


@dataclass(frozen=True)
class Places:
    """The positions of one text for one editor."""

    source: SourceText
    codec: PositionCodec

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return lines(self.source.text)

    def position(self, line: int, column: int) -> types.Position:
        """The editor's position of a 1-based line and column."""
        line = min(line, len(self.lines))
        return types.Position(line - 1, self.codec.client_num_units(self.lines[line - 1][: column - 1]))

    def range(self, start: tuple[int, int], end: tuple[int, int]) -> types.Range:
        return types.Range(self.position(*start), self.position(*end))

    def whole_line(self, line: int) -> types.Range:
        """What a line says, without its indentation."""
        text = self.lines[min(line, len(self.lines)) - 1]
        said = text.rstrip()
        return self.range((line, len(said) - len(said.lstrip()) + 1), (line, len(said) + 1))

    def span(self, start: int, end: int) -> types.Range:
        """The editor's range of two offsets."""
        return self.range(self.source.position(start), self.source.position(end))

    def edit(self, edit: Edit) -> types.TextEdit:
        return types.TextEdit(self.span(edit.start, edit.end), edit.text)

    def place(self, position: types.Position) -> tuple[int, int]:
        """Our line and column of an editor's position."""
        ours = self.codec.position_from_client_units(self.lines, types.Position(position.line, position.character))
        return ours.line + 1, ours.character + 1


def edits_between(source: SourceText, after: str) -> list[Edit]:
    """Edits of whole lines that make one text of another, as few as a person would make."""
    old, new = lines(source.text), lines(after)
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    middle = SequenceMatcher(None, old[same : len(old) - tail], new[same : len(new) - tail], autojunk=False)
    offsets = [*source.line_starts, len(source.text)]
    return [
        Edit(offsets[same + a], offsets[same + b], "".join(new[same + c : same + d]))
        for kind, a, b, c, d in middle.get_opcodes()
        if kind != "equal"
    ]


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """With how many equal lines two texts begin."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))

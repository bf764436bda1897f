"""Between the editor's positions (code units, by line of a file or cell) and ours (code points, by line of the whole).

pygls splits lines as ``str.splitlines`` does, at form feeds and ``\\x85`` too. Editors and Python do not, so that an
incremental edit below such a character would change another line than the one that was meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument

from jaxlint.edits import Edit
from jaxlint.engine.apply import apply
from jaxlint.front.lsp.documents import Document, Part
from jaxlint.source import SourceText
from jaxlint.source.text import lines

Changes = list[tuple[Part, list[types.TextEdit]]]


def split_documents_as_editors_do() -> None:
    """Make pygls apply edits to the lines that the editor means."""
    TextDocument.lines = property(lambda document: tuple(lines(document.source)))  # type: ignore[assignment, method-assign]


@dataclass(frozen=True)
class Places:
    """The positions of one document for one editor."""

    document: Document
    codec: PositionCodec
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def lines(self, part: Part) -> list[str]:
        if part.uri not in self._lines:
            self._lines[part.uri] = lines(part.text)
        return self._lines[part.uri]

    def location(self, start: tuple[int, int], end: tuple[int, int]) -> types.Location:
        """The range of our lines and columns, in the part in which it starts."""
        part = self.document.part_of(start[0])
        return types.Location(part.uri, types.Range(self._position(part, *start), self._position(part, *end)))

    def whole_line(self, line: int) -> types.Location:
        """What a line says, without its indentation."""
        part = self.document.part_of(line)
        known = self.lines(part)
        text = known[min(max(line - part.first, 0), len(known) - 1)]
        said = text.rstrip()
        return self.location((line, len(said) - len(said.lstrip()) + 1), (line, len(said) + 1))

    def place(self, uri: str, position: types.Position) -> tuple[int, int] | None:
        """Our line and column of a position in a file or cell."""
        part = self.document.part(uri)
        if part is None:
            return None
        ours = self.codec.position_from_client_units(
            self.lines(part), types.Position(position.line, position.character)
        )
        return ours.line + part.first, ours.character + 1

    def changes(self, edits: Sequence[Edit]) -> Changes | None:
        """Edits of the whole as edits of its parts; None if they cannot be had, since they change what is between
        cells or a magic."""
        source = self.document.source
        if len(self.document.parts) == 1 and source.text == self.document.parts[0].text:
            (part,) = self.document.parts
            return [(part, [self._edit(part, edit) for edit in edits])]
        return self.changes_to(apply(source.text, edits))

    def changes_to(self, after: str) -> Changes | None:
        """Edits of whole lines that make another text of this one, part by part."""
        try:
            texts = tuple(replace(self.document.source, text=after).parts.values())
        except ValueError:
            return None
        changed = [both for both in zip(self.document.parts, texts, strict=True) if both[0].text != both[1]]
        return [(part, [self._edit(part, edit) for edit in edits_between(part.text, text)]) for part, text in changed]

    def _edit(self, part: Part, edit: Edit) -> types.TextEdit:
        text = SourceText("", part.text)
        start, end = (text.position(offset) for offset in (edit.start, edit.end))
        first = part.first - 1
        where = types.Range(
            self._position(part, start[0] + first, start[1]), self._position(part, end[0] + first, end[1])
        )
        return types.TextEdit(where, edit.text)

    def _position(self, part: Part, line: int, column: int) -> types.Position:
        """The editor's position of a line and column, or the end of the part if it is below."""
        known = self.lines(part)
        if line - part.first >= len(known):
            line, column = part.first + len(known) - 1, len(known[-1]) + 1
        at = max(line - part.first, 0)
        return types.Position(at, self.codec.client_num_units(known[at][: column - 1]))


def edits_between(before: str, after: str) -> Iterator[Edit]:
    """Edits of whole lines that make one text of another, as few as a person would make."""
    old, new = lines(before), lines(after)
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    middle = SequenceMatcher(None, old[same : len(old) - tail], new[same : len(new) - tail], autojunk=False)
    offsets = [*SourceText("", before).line_starts, len(before)]
    for kind, a, b, c, d in middle.get_opcodes():
        if kind != "equal":
            yield Edit(offsets[same + a], offsets[same + b], "".join(new[same + c : same + d]))


def _common(one: list[str], other: list[str]) -> int:
    """With how many equal lines two texts begin."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))

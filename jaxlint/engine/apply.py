"""Edits onto a text. Untouched characters stay as they are."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from jaxlint.edits import Edit
from jaxlint.source.text import LINE_END


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made, in its own newlines; insertions at one place keep their order.

    The edits must be ``sound``.
    """
    found = LINE_END.search(text)
    newline = found[0] if found is not None else "\n"
    parts: list[str] = []
    at = 0
    for edit in in_order(edits):
        parts += (text[at : edit.start], LINE_END.sub(newline, edit.text))
        at = edit.end
    return "".join((*parts, text[at:]))


def sound(text: str, edits: Sequence[Edit]) -> bool:
    """Whether edits lie inside the text and do not overlap each other."""
    ordered = in_order(edits)
    inside = all(0 <= edit.start <= edit.end <= len(text) for edit in ordered)
    return inside and all(a.end <= b.start for a, b in pairwise(ordered))


def clash(one: Edit, other: Edit) -> bool:
    """Whether two edits of different fixes want the same place. An insertion also minds what it touches."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: (edit.start, edit.end))

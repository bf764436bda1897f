"""What rules give: findings, and fixes as data. A fix is ranges and new text; one place applies it (engine/fix.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import libcst as cst

    from jaxlint.facts.model.why import Why
    from jaxlint.facts.queries.view import View

Applicability = Literal["safe", "unsafe", "suggestion"]
"""safe: same values and types, or repairs code that could only raise. unsafe: may change behaviour that someone could
rely on. suggestion: shown, never applied."""

Level = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` of a module (offsets in code points) by ``text``; an insertion has start == end."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, all or none.

    ``uses`` lists the canonical names that the new text spells (``jax.numpy.where``, as ``ctx.spell`` wrote it); where
    the module does not import them yet, applying the fix adds the import in the file's own style. ``elsewhere`` holds
    edits of other modules of the project, by path.
    """

    message: str
    edits: tuple[Edit, ...]
    applicability: Applicability = "safe"
    uses: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, tuple[Edit, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Decline:
    """A rewrite that was considered and refused; the user sees the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One report of a rule at a node. ``why`` is the proof; its steps become the trace path."""

    node: cst.CSTNode
    message: str
    fix: Fix | Decline | None = None
    why: Why | None = None


def repair(ctx: View) -> Applicability:
    """Of a fix to code that can only raise in a trace: safe where the function never runs in another way."""
    return "safe" if ctx.always_traced else "unsafe"


def replace(ctx: View, node: cst.CSTNode, text: str) -> Edit:
    """Put a text in place of a node (its surrounding parentheses stay)."""
    return Edit(*ctx.span(node), text)


def insert_before(ctx: View, node: cst.CSTNode, *lines: str) -> Edit:
    """Put whole lines before the statement that a node is in, at its indentation."""
    start = ctx.span(ctx.statement(node))[0]
    indent = ctx.indent(node)
    return Edit(start, start, "".join(f"{line}\n{indent}" for line in lines))

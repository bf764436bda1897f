"""Code actions: fix this, silence this, fix everything that is safe. Edits are made from our own diagnostics only:
the ranges of those that the editor sends back may be stale, or in other units."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from jaxlint.edits import Edit
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import Refused, concrete
from jaxlint.engine.own import UNUSED
from jaxlint.engine.suppress import ignores
from jaxlint.front.lsp.analysis import Analysis
from jaxlint.front.lsp.places import Places, edits_between
from jaxlint.front.lsp.reports import report
from jaxlint.source import SourceText

FIX_ALL = "source.fixAll.jaxlint"


def wants(context: types.CodeActionContext, kind: str) -> bool:
    """Whether the editor asks for a kind: by its name, by a prefix of its parts, or by naming none."""
    return not context.only or any(kind == only or kind.startswith(f"{only}.") for only in context.only)


def quick_fixes(
    analysis: Analysis, places: Places, asked: types.Range, document: types.OptionalVersionedTextDocumentIdentifier
) -> Iterator[types.CodeAction]:
    """The fix of each diagnostic in a range, then the comments that would silence them."""
    first, last = places.place(asked.start), places.place(asked.end)
    touched = [one for one in analysis.found if one.start <= last and first <= one.end]
    for one in touched:
        if one.fix and (edits := _edits(analysis, one)) is not None:
            safe = one.fix.applicability == "safe"
            yield types.CodeAction(
                f"{one.code}: {one.fix.message}{'' if safe else ' (unsafe)'}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[report(one, places, document.uri)],
                is_preferred=safe or None,
                edit=workspace_edit(document, places, edits),
            )
    for one in touched:
        if one.code != UNUSED.code and (edits := ignores(analysis.source, [one])):
            yield types.CodeAction(
                f"{one.code}: ignore it on this line",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[report(one, places, document.uri)],
                edit=workspace_edit(document, places, edits),
            )


def workspace_edit(
    document: types.OptionalVersionedTextDocumentIdentifier, places: Places, edits: Sequence[Edit]
) -> types.WorkspaceEdit:
    """Edits of one document, with its version where the editor knows how to refuse edits of an older one."""
    changes = [places.edit(edit) for edit in edits]
    if document.version is None:
        return types.WorkspaceEdit(changes={document.uri: changes})
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(changes))])


def fix_all(
    source: SourceText, after: str, places: Places, document: types.OptionalVersionedTextDocumentIdentifier
) -> types.WorkspaceEdit:
    """From a document to the same with all safe fixes."""
    return workspace_edit(document, places, edits_between(source, after))


def _edits(analysis: Analysis, one: Diagnostic) -> list[Edit] | None:
    """The edits of a fix, its imports first; None if it cannot be applied, or not in this document alone."""
    try:
        planned = concrete(analysis.source, one)
    except Refused:
        return None
    if planned.paths - {analysis.source.path}:
        return None
    return [*planned.imports, *(edit for _, edit in planned.edits)]

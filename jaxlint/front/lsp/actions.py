"""Code actions: fix this, silence this, explain this, fix everything that is safe. Edits are made from our own
diagnostics only: the ranges of those that the editor sends back may be stale, or in other units."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import Refused, concrete
from jaxlint.engine.own import UNUSED
from jaxlint.engine.suppress import ignores
from jaxlint.front.lsp.documents import Document
from jaxlint.front.lsp.places import Changes, Places
from jaxlint.front.lsp.reports import Reporter
from jaxlint.source import SourceText

FIX_ALL = "source.fixAll.jaxlint"
NOTEBOOK_FIX_ALL = "notebook.source.fixAll.jaxlint"
EXPLAIN = "jaxlint.explain"


def wants(context: types.CodeActionContext, kind: str) -> bool:
    """Whether the editor asks for a kind: by its name, by a prefix of its parts, or by naming none."""
    return not context.only or any(kind == only or kind.startswith(f"{only}.") for only in context.only)


def workspace_edit(changes: Changes, versioned: bool) -> types.WorkspaceEdit:
    """Edits of documents, with their versions where the editor knows how to refuse edits of older ones."""
    if not versioned:
        return types.WorkspaceEdit(changes={part.uri: edits for part, edits in changes})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version), list(edits))
            for part, edits in changes
        ]
    )


@dataclass(frozen=True, slots=True)
class Actions:
    """The code actions of one document, as it was looked at. ``other``: the places of another module of the project."""

    source: SourceText
    found: Sequence[Diagnostic]
    reporter: Reporter
    other: Callable[[str], Places | None]
    unsafe: bool
    versioned: bool

    @property
    def _places(self) -> Places:
        return self.reporter.places

    def quick_fixes(self, uri: str, asked: types.Range) -> Iterator[types.CodeAction]:
        """The fix of each diagnostic in a range, then the comments that would silence them, then their explanations."""
        touched = self._touched(uri, asked)
        for one in touched:
            yield from self._fix(one)
        for one in touched:
            yield from self._ignore(one)
        for one in touched:
            yield self._explain(one, uri)

    def _touched(self, uri: str, asked: types.Range) -> list[Diagnostic]:
        first, last = self._places.place(uri, asked.start), self._places.place(uri, asked.end)
        if first is None or last is None:
            return []
        return [one for one in self.found if one.start <= last and first <= one.end and self.reporter.uri(one) == uri]

    def _fix(self, one: Diagnostic) -> Iterator[types.CodeAction]:
        if one.fix is None or one.fix.applicability == "suggestion":
            return
        safe = one.fix.applicability == "safe"
        if (safe or self.unsafe) and (changes := self._changes(one)):
            title = f"{one.code}: {one.fix.message}{'' if safe else ' (unsafe)'}"
            yield self._action(title, one, changes, preferred=safe)

    def _ignore(self, one: Diagnostic) -> Iterator[types.CodeAction]:
        edits = ignores(self.source, [one]) if one.code != UNUSED.code else []
        if edits and (changes := self._places.changes(edits)):
            yield self._action(f"{one.code}: ignore it on this line", one, changes)

    def _explain(self, one: Diagnostic, uri: str) -> types.CodeAction:
        position = self._places.location(one.start, one.end).range.start
        asked = {"code": one.code, "uri": uri, "position": {"line": position.line, "character": position.character}}
        title = f"{one.code}: explain `{one.name}`"
        command = types.Command(title=title, command=EXPLAIN, arguments=[asked])
        return types.CodeAction(
            title, types.CodeActionKind.QuickFix, diagnostics=[self.reporter.report(one)], command=command
        )

    def _action(self, title: str, one: Diagnostic, changes: Changes, preferred: bool = False) -> types.CodeAction:
        return types.CodeAction(
            title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self.reporter.report(one)],
            is_preferred=preferred or None,
            edit=workspace_edit(changes, self.versioned),
        )

    def _changes(self, one: Diagnostic) -> Changes | None:
        """The edits of a fix, its imports first; None if it cannot be applied."""
        try:
            planned = concrete(self.source, one)
        except Refused:
            return None
        own = [*planned.imports, *(edit for path, edit in planned.edits if path == self.source.path)]
        changes = self._places.changes(own)
        for path in sorted(planned.paths - {self.source.path}):
            places = self.other(path)
            more = places.changes([edit for where, edit in planned.edits if where == path]) if places else None
            changes = [*changes, *more] if changes is not None and more is not None else None
        return changes


def fix_all(document: Document, notebook: bool) -> types.CodeAction:
    """The action that fixes everything that is safe; its edit is made when it is chosen."""
    kind = NOTEBOOK_FIX_ALL if notebook else FIX_ALL
    return types.CodeAction("jaxlint: fix everything that is safe", kind=kind, data={"uri": document.uri})


def fixing(places: Places, after: str, versioned: bool) -> types.WorkspaceEdit | None:
    """From a document to the same with its fixes."""
    changes = places.changes_to(after)
    return workspace_edit(changes, versioned) if changes is not None else None

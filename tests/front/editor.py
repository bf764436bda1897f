"""An editor without a screen: a real server over stdio, with what it says written down."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

CODE = types.NotebookCellKind.Code


def capabilities(*encodings: str) -> types.ClientCapabilities:
    """Those of an editor that can do all that the server asks about."""
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(e) for e in encodings])
        if encodings
        else None,
        workspace=types.WorkspaceClientCapabilities(
            configuration=True,
            apply_edit=True,
            workspace_folders=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
        window=types.WindowClientCapabilities(work_done_progress=True),
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
    )


class Editor:
    """What is open, and what the server has said of it, by URI."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.client = LanguageClient("editor without a screen", "1")
        self.settings: dict[str, Any] = {}
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.registered: list[str] = []
        self.progress: list[Any] = []
        self.edits: list[types.WorkspaceEdit] = []
        self.versions: dict[str, int] = {}
        for method, heard in (
            (types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, self._published),
            (types.WINDOW_SHOW_MESSAGE, lambda params: self.messages.append(params.message)),
            (types.WORKSPACE_CONFIGURATION, lambda params: [self.settings]),
            (types.CLIENT_REGISTER_CAPABILITY, self._register),
            (types.WINDOW_WORK_DONE_PROGRESS_CREATE, lambda params: None),
            (types.PROGRESS, lambda params: self.progress.append(params)),
            (types.WORKSPACE_APPLY_EDIT, self._apply),
        ):
            self.client.feature(method)(_plain(heard))

    def _published(self, params: types.PublishDiagnosticsParams) -> None:
        self.published[params.uri] = params

    def _register(self, params: types.RegistrationParams) -> None:
        self.registered += [one.method for one in params.registrations]

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.edits.append(params.edit)
        return types.ApplyWorkspaceEditResult(applied=True)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def cell(self, notebook: str, name: str) -> str:
        return f"vscode-notebook-cell:{(self.root / notebook).as_posix()}#{name}"

    # --- typing --------------------------------------------------------------------------------------------------

    def open(self, name: str, text: str | None = None) -> str:
        """Open a file, with what is on disk unless a text is given."""
        uri = self.uri(name)
        self.versions[uri] = 1
        text = (self.root / name).read_bytes().decode() if text is None else text
        item = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str, where: types.Range | None = None) -> None:
        """Replace a range, or the whole."""
        change = self._change(uri, text, where)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(*change))

    def _change(self, uri: str, text: str, where: types.Range | None) -> tuple[Any, list[Any]]:
        self.versions[uri] += 1
        partly = types.TextDocumentContentChangePartial
        change = partly(where, text) if where else types.TextDocumentContentChangeWholeDocument(text)
        return types.VersionedTextDocumentIdentifier(self.versions[uri], uri), [change]

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def touched(self, *names: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        """Tell of changes on disk."""
        events = [types.FileEvent(self.uri(name), kind) for name in names]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def configure(self, **settings: Any) -> None:
        self.settings = settings
        self.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))

    # --- notebooks -----------------------------------------------------------------------------------------------

    def open_notebook(self, name: str, cells: dict[str, str]) -> str:
        """Open a notebook of code cells, by their names."""
        uris = [self.cell(name, cell) for cell in cells]
        self.versions |= dict.fromkeys(uris, 1) | {self.uri(name): 1}
        notebook = types.NotebookDocument(
            self.uri(name), "jupyter-notebook", 1, [types.NotebookCell(CODE, uri) for uri in uris]
        )
        items = [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, cells.values(), strict=True)]
        self.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))
        return self.uri(name)

    def change_cell(self, notebook: str, uri: str, text: str, where: types.Range | None = None) -> None:
        document, changes = self._change(uri, text, where)
        content = types.NotebookDocumentCellContentChanges(document, changes)
        self._notebook(notebook, types.NotebookDocumentCellChanges(text_content=[content]))

    def change_cells(
        self,
        notebook: str,
        start: int,
        removed: int,
        cells: Sequence[str],
        opened: dict[str, str] | None = None,
        closed: Sequence[str] = (),
    ) -> None:
        """Put cells, by their URIs, in place of some of a notebook."""
        items = [types.TextDocumentItem(uri, "python", 1, text) for uri, text in (opened or {}).items()]
        self.versions |= dict.fromkeys(opened or {}, 1)
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(start, removed, [types.NotebookCell(CODE, uri) for uri in cells]),
            items,
            [types.TextDocumentIdentifier(uri) for uri in closed],
        )
        self._notebook(notebook, types.NotebookDocumentCellChanges(structure=structure))

    def _notebook(self, uri: str, changes: types.NotebookDocumentCellChanges) -> None:
        self.versions[uri] += 1
        named = types.VersionedNotebookDocumentIdentifier(self.versions[uri], uri)
        event = types.NotebookDocumentChangeEvent(cells=changes)
        self.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(named, event))

    # --- asking --------------------------------------------------------------------------------------------------

    async def actions(self, uri: str, line: int = 0, column: int = 0, *only: str) -> Sequence[Any]:
        at = types.Position(line, column)
        context = types.CodeActionContext([], only=list(only) or None)
        asked = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(at, at), context)
        return await self.client.text_document_code_action_async(asked) or ()

    async def found(self, uri: str) -> list[tuple[str, int]]:
        """Codes and lines, from 0, after a whole look: questions are answered when it is done."""
        await self.actions(uri, 0, 0, "quickfix")
        return [(str(one.code), one.range.start.line) for one in self.published[uri].diagnostics]

    async def run(self, command: str, **argument: Any) -> Any:
        params = types.ExecuteCommandParams(command, [argument])
        return await self.client.workspace_execute_command_async(params)


def _plain(heard: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that pygls can mark as a feature, which it cannot do with a method."""
    return lambda params: heard(params)


@asynccontextmanager
async def editing(
    root: Path, *folders: str, given: types.ClientCapabilities | None = None, options: Any = None, **settings: Any
) -> AsyncIterator[Editor]:
    """An editor with a server, on workspace folders below ``root``, or on ``root`` itself."""
    editor = Editor(root)
    editor.settings = settings
    await editor.client.start_io(sys.executable, "-m", "jaxlint", "server")
    named = [types.WorkspaceFolder((root / name).as_uri(), name) for name in folders or (".",)]
    params = types.InitializeParams(given or capabilities(), workspace_folders=named, initialization_options=options)
    await editor.client.initialize_async(params)
    editor.client.initialized(types.InitializedParams())
    try:
        yield editor
    finally:
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        await editor.client.stop()

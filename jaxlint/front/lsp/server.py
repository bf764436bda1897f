"""``jaxlint server``: the Language Server Protocol on stdin and stdout.

Diagnostics are pushed: most clients that pull cannot be told to pull again when a configuration changes.
"""

import gc
import logging
import sys
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from jaxlint import __version__
from jaxlint.front.lsp.analysis import Analyst
from jaxlint.front.lsp.desk import Desk, Outside, Shown
from jaxlint.front.lsp.documents import Document, document_at, documents, on_disk
from jaxlint.front.lsp.places import Places, split_documents_as_editors_do
from jaxlint.front.lsp.reports import Reporter
from jaxlint.front.lsp.settings import EditorSettings

log = logging.getLogger(__name__)


class Server(LanguageServer):
    """A language server, with what it knows of the documents that are open."""

    def __init__(self) -> None:
        super().__init__(
            "jaxlint",
            __version__,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage("python")], notebook="*")], save=True
            ),
        )
        self.options: dict[str, Any] = {}
        """The ``initializationOptions``."""
        self.stated: Any = None
        """The settings that the editor sent without being asked."""
        self.analyst = Analyst()
        self.desk = Desk(self.analyst, Outside(self.opened, self._show, self.failed))
        self._published: dict[str, dict[str, tuple[int | None, list[types.Diagnostic]]]] = {}
        self._said: set[str] = set()
        self._problem: str | None = None

    # --- documents -----------------------------------------------------------------------------------------------

    def opened(self) -> dict[str, Document]:
        """The open documents, by path."""
        return {document.path: document for document in documents(self.workspace)}

    def document(self, uri: str) -> Document | None:
        return document_at(self.workspace, uri)

    def places(self, document: Document) -> Places:
        return Places(document, self.workspace.position_codec)

    def places_at(self, path: str) -> Places | None:
        """The places of an open document."""
        document = self.opened().get(path)
        return self.places(document) if document else None

    def places_in(self, shown: Shown, path: str) -> Places | None:
        """The places of a module that was looked at, open or not. The cells of a closed notebook have none."""
        if places := self.places_at(path):
            return places
        source = shown.look.source(path)
        known = source is not None and not path.endswith(".ipynb") and Path(path).is_absolute()
        return self.places(on_disk(source, Path(path).as_uri())) if source and known else None

    def reporter(self, document: Document) -> Reporter:
        return Reporter(self.places(document), self.places_at)

    # --- what the client can do ----------------------------------------------------------------------------------

    @property
    def settings(self) -> EditorSettings:
        return self.analyst.settings

    @property
    def versioned(self) -> bool:
        """Whether the client understands edits with the version of their document."""
        workspace = self.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        return bool(edits and edits.document_changes)

    # --- telling -------------------------------------------------------------------------------------------------

    def _show(self, shown: Shown) -> None:
        """Publish the diagnostics of a document, cell by cell, where they are not those that were published last."""
        reporter = self.reporter(shown.document)
        by_uri: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in shown.document.parts}
        for one in shown.found:
            by_uri[reporter.uri(one)].append(reporter.report(one))
        before = self._published.get(shown.document.path, {})
        now = {part.uri: (part.version, by_uri[part.uri]) for part in shown.document.parts}
        for uri in before.keys() - now.keys():
            self._publish(uri, None, [])
        for uri, (version, listed) in now.items():
            if before.get(uri) != (version, listed):
                self._publish(uri, version, listed)
        self._published[shown.document.path] = now
        if shown.look.problem != self._problem:
            self._problem = shown.look.problem
            if self._problem:
                self.window_show_message(
                    types.ShowMessageParams(types.MessageType.Warning, f"jaxlint: {self._problem}")
                )

        self._forget_answered()

    def _forget_answered(self) -> None:
        """pygls keeps a future for each notification that it has handled itself, one a keystroke, for ever."""
        futures = self.protocol._request_futures
        for number in [number for number, future in futures.items() if future.done()]:
            del futures[number]

    def clear(self, path: str) -> None:
        """A document was closed: its diagnostics go."""
        for uri in self._published.pop(path, {}):
            self._publish(uri, None, [])

    def _publish(self, uri: str, version: int | None, listed: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, listed, version))

    def say(self, message: str, kind: types.MessageType) -> None:
        """Show a message, once."""
        if message not in self._said:
            self._said.add(message)
            self.window_show_message(types.ShowMessageParams(kind, f"jaxlint: {message}"))

    def failed(self, error: Exception) -> None:
        """Say what went wrong in jaxlint itself; the editor keeps what it has."""
        log.error("%s", error, exc_info=error)
        self.say(f"internal error: {type(error).__name__}: {error}; please report", types.MessageType.Error)

    def report_server_error(self, error: Exception, source: Any) -> None:
        self.failed(error)


def serve() -> None:
    """Speak with an editor until it says goodbye. What the code prints goes to stderr: stdout is the protocol's."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    stdout, sys.stdout = sys.stdout.buffer, sys.stderr
    split_documents_as_editors_do()
    # Garbage is collected after each look (`Analyst.tidy`), not in the middle of an answer.
    gc.disable()
    server().start_io(stdout=stdout)


def server() -> Server:
    """A server with all of its features."""
    from jaxlint.front.lsp import commands, features

    made = Server()
    features.register(made)
    commands.register(made)
    return made

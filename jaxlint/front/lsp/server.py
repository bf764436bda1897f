"""``jaxlint server``: the Language Server Protocol on stdin and stdout.

Diagnostics are pushed: most clients that pull cannot be told to pull again when a configuration changes. Documents
are analysed in one thread of their own, so that requests are answered meanwhile; results for a version that is no
longer the current one are dropped.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import unquote

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from jaxlint import __version__
from jaxlint.engine.settings import FILE_NAMES, Configuration
from jaxlint.front.lsp.actions import FIX_ALL, fix_all, quick_fixes, wants
from jaxlint.front.lsp.analysis import Analysis, analyse, fixed
from jaxlint.front.lsp.places import Places, split_documents_as_editors_do
from jaxlint.front.lsp.reports import report
from jaxlint.front.pages import page
from jaxlint.source import SourceText

DEBOUNCE = 0.2
"""Seconds without typing after which a document is analysed."""
_STACK = 64 * 1024 * 1024

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Server(LanguageServer):
    """A language server with the newest analysis of each open document."""

    def __init__(self) -> None:
        super().__init__("jaxlint", __version__)
        self.analyses: dict[str, Analysis] = {}
        self._said: set[str] = set()
        # Parsers recurse: threads have a far smaller stack than the main one, on macOS 512 kB.
        threading.stack_size(_STACK)
        self._worker = ThreadPoolExecutor(1, "analysis")

    def source(self, uri: str) -> SourceText:
        """An open document as the engine reads it."""
        return SourceText(to_fs_path(uri) or uri, self.workspace.get_text_document(uri).source)

    def version_of(self, uri: str) -> int | None:
        return self.workspace.get_text_document(uri).version

    def is_open(self, uri: str) -> bool:
        return unquote(uri) in self.workspace.text_documents

    def places(self, source: SourceText) -> Places:
        return Places(source, self.workspace.position_codec)

    def document(self, uri: str) -> types.OptionalVersionedTextDocumentIdentifier:
        """A document as edits name it: with its version, if the client understands that."""
        workspace = self.client_capabilities.workspace
        versioned = workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
        return types.OptionalVersionedTextDocumentIdentifier(uri, self.version_of(uri) if versioned else None)

    async def work(self, task: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    async def analysis(self, uri: str) -> Analysis | None:
        """The analysis of a document as it is now; None if it was changed or closed meanwhile."""
        known = self.analyses.get(uri)
        version, source = self.version_of(uri), self.source(uri)
        if known and (known.version, known.source) == (version, source):
            return known

        def task() -> Analysis | None:
            stale = not self.is_open(uri) or self.version_of(uri) != version
            return None if stale else analyse(source, version)

        done = await self.work(task)
        if done is None or not self.is_open(uri) or self.version_of(uri) != version:
            return None
        self.analyses[uri] = done
        return done

    async def publish(self, uri: str) -> None:
        """Analyse a document and send what was found. After an internal error, the editor keeps what it has."""
        try:
            analysis = await self.analysis(uri)
        except Exception as error:
            log.exception("analysing %s", uri)
            self.say(f"internal error: {type(error).__name__}: {error}; please report", types.MessageType.Error)
            return
        if analysis is None:
            return
        if analysis.problem:
            self.say(analysis.problem, types.MessageType.Warning)
        places = self.places(analysis.source)
        diagnostics = [report(one, places, uri) for one in analysis.found]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, analysis.version))

    async def publish_all(self) -> None:
        self.analyses.clear()
        for document in list(self.workspace.text_documents.values()):
            await self.publish(document.uri)

    def say(self, message: str, kind: types.MessageType) -> None:
        """Show a message, once."""
        if message not in self._said:
            self._said.add(message)
            self.window_show_message(types.ShowMessageParams(kind, f"jaxlint: {message}"))

    def report_server_error(self, error: Exception, source: Any) -> None:
        log.error("%s", error, exc_info=error)
        self.say(f"internal error: {type(error).__name__}: {error}; please report", types.MessageType.Error)


def serve() -> None:
    """Speak with an editor until it says goodbye. What the code prints goes to stderr: stdout is the protocol's."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    stdout, sys.stdout = sys.stdout.buffer, sys.stderr
    split_documents_as_editors_do()
    server().start_io(stdout=stdout)


def server() -> Server:
    """A server with all of its features."""
    made = Server()
    made.feature(types.INITIALIZED)(_initialized)
    made.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    made.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    made.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    made.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    made.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(_reconfigured)
    made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_reconfigured)
    offered = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True)
    made.feature(types.TEXT_DOCUMENT_CODE_ACTION, offered)(_code_actions)
    made.feature(types.CODE_ACTION_RESOLVE)(_resolve)
    made.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    return made


async def _initialized(server: Server, params: types.InitializedParams) -> None:
    """Ask to be told of changed configuration files. Where a client does not, each analysis looks them up anyway."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if not (watching and watching.dynamic_registration):
        return
    watchers = [types.FileSystemWatcher(f"**/{name}") for name in FILE_NAMES]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    asked = types.Registration("configuration", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    with suppress(JsonRpcException):
        await server.client_register_capability_async(types.RegistrationParams([asked]))


async def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    await server.publish(params.text_document.uri)


async def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri, version = params.text_document.uri, params.text_document.version
    await asyncio.sleep(DEBOUNCE)
    if server.is_open(uri) and server.version_of(uri) == version:
        await server.publish(uri)


async def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    server.analyses.pop(params.text_document.uri, None)
    await server.publish(params.text_document.uri)


async def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.analyses.pop(params.text_document.uri, None)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))


async def _reconfigured(server: Server, params: object) -> None:
    await server.publish_all()


async def _code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    actions: list[types.CodeAction] = []
    if wants(params.context, types.CodeActionKind.QuickFix) and (analysis := await server.analysis(uri)):
        places = server.places(analysis.source)
        actions += quick_fixes(analysis, places, params.range, server.document(uri))
    if wants(params.context, FIX_ALL):
        every = types.CodeAction("jaxlint: fix everything that is safe", kind=FIX_ALL, data={"uri": uri})
        if not _resolves_edits(server) and params.context.only:
            every = await _resolve(server, every)
        actions.append(every)
    return actions


def _resolves_edits(server: Server) -> bool:
    """Whether the client can fetch the edit of an action when it is chosen."""
    document = server.client_capabilities.text_document
    support = document.code_action.resolve_support if document and document.code_action else None
    return bool(support and "edit" in support.properties)


async def _resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    uri = action.data["uri"] if isinstance(action.data, dict) else None
    if uri and server.is_open(uri):
        source, document = server.source(uri), server.document(uri)
        after = await server.work(lambda: fixed(source))
        action.edit = fix_all(source, after, server.places(source), document)
    return action


async def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that reports something here."""
    analysis = await server.analysis(params.text_document.uri)
    if analysis is None:
        return None
    places = server.places(analysis.source)
    at = places.place(params.position)
    here = [one for one in analysis.found if one.start <= at <= one.end]
    if not here:
        return None
    rules = {rule.code: rule for rule in Configuration(isolated=True).rules}
    pages = [page(rules[code]) for code in dict.fromkeys(one.code for one in here)]
    text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages))
    return types.Hover(text, places.range(here[0].start, here[0].end))

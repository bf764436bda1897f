"""What happens when the editor opens, changes, saves and asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from jaxlint.engine.own import Known
from jaxlint.engine.settings import FILE_NAMES, Configuration
from jaxlint.front.lsp.actions import FIX_ALL, NOTEBOOK_FIX_ALL, Actions, fix_all, fixing, wants
from jaxlint.front.lsp.desk import Shown
from jaxlint.front.lsp.documents import Document
from jaxlint.front.lsp.server import Server
from jaxlint.front.lsp.settings import understood
from jaxlint.front.pages import for_readers, page
from jaxlint.source.files import SUFFIXES
from jaxlint.source.suppressions import suppressions

_PATIENCE = 2.0
"""Seconds that an editor has for answering what its settings are."""
_WATCHED = (*FILE_NAMES, "setup.cfg", "setup.py", ".gitignore", *(f"*{suffix}" for suffix in SUFFIXES))


def register(server: Server) -> None:
    """Everything but commands."""
    actions = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL], resolve_provider=True)
    features: list[tuple[str, Callable[..., Any], Any]] = [
        (types.INITIALIZE, _initialize, None),
        (types.INITIALIZED, _initialized, None),
        (types.TEXT_DOCUMENT_DID_OPEN, _opened, None),
        (types.TEXT_DOCUMENT_DID_CHANGE, _changed, None),
        (types.TEXT_DOCUMENT_DID_SAVE, _saved, None),
        (types.TEXT_DOCUMENT_DID_CLOSE, _closed, None),
        (types.NOTEBOOK_DOCUMENT_DID_OPEN, _notebook_opened, None),
        (types.NOTEBOOK_DOCUMENT_DID_CHANGE, _notebook_changed, None),
        (types.NOTEBOOK_DOCUMENT_DID_SAVE, _notebook_saved, None),
        (types.NOTEBOOK_DOCUMENT_DID_CLOSE, _notebook_closed, None),
        (types.WORKSPACE_DID_CHANGE_CONFIGURATION, _reconfigured, None),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _files_changed, None),
        (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, _folders_changed, None),
        (types.TEXT_DOCUMENT_CODE_ACTION, _code_actions, actions),
        (types.CODE_ACTION_RESOLVE, _resolve, None),
        (types.TEXT_DOCUMENT_HOVER, _hover, None),
        (types.TEXT_DOCUMENT_INLAY_HINT, _inlay_hints, None),
    ]
    for name, handler, options in features:
        (server.feature(name, options) if options else server.feature(name))(handler)


# --- settings and files ------------------------------------------------------------------------------------------


def _initialize(server: Server, params: types.InitializeParams) -> None:
    given = params.initialization_options
    server.options = given if isinstance(given, dict) else {}
    server.stated = server.options.get("settings")


async def _initialized(server: Server, params: types.InitializedParams) -> None:
    """Learn the settings, and ask to be told of changes. Where a client tells nothing, each look looks anyway."""
    _follow_folders(server)
    await _learn_settings(server)
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    configuring = workspace.did_change_configuration if workspace else None
    wanted = []
    if watching and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(f"**/{name}") for name in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if configuring and configuring.dynamic_registration:
        section = {"section": "jaxlint"}
        wanted.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        with suppress(JsonRpcException):
            await server.client_register_capability_async(types.RegistrationParams(wanted))


async def _reconfigured(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if isinstance(params.settings, dict):
        server.stated = params.settings.get("jaxlint", params.settings)
    server.desk.everything_changed()
    await _learn_settings(server)
    server.desk.everything_changed()


async def _learn_settings(server: Server) -> None:
    """Ask the editor, if it can be asked; else what it has sent counts. Until then, nothing is looked at."""
    server.desk.ready.clear()
    workspace = server.client_capabilities.workspace
    given = server.stated
    if workspace and workspace.configuration:
        asked = types.ConfigurationParams([types.ConfigurationItem(section="jaxlint")])
        with suppress(JsonRpcException, TimeoutError):
            answer = await asyncio.wait_for(server.workspace_configuration_async(asked), _PATIENCE)
            given = answer[0] if answer and isinstance(answer[0], dict) else given
    server.analyst.settings = understood(given, lambda problem: server.say(problem, types.MessageType.Warning))
    server.desk.ready.set()


async def _files_changed(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    if any(change.type != types.FileChangeType.Changed for change in params.changes):
        server.analyst.surroundings.forget_listings()
    server.desk.everything_changed()


async def _folders_changed(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    _follow_folders(server)
    server.desk.everything_changed()


def _follow_folders(server: Server) -> None:
    folders = [folder.uri for folder in server.workspace.folders.values()] or [server.workspace.root_uri]
    paths = (to_fs_path(uri) for uri in folders if uri)
    server.analyst.surroundings.folders = tuple(Path(path) for path in paths if path)
    server.analyst.surroundings.forget_listings()


# --- documents ---------------------------------------------------------------------------------------------------


async def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    await _touched(server, params.text_document.uri, at_once=True)


async def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    await _edited(server, params.text_document.uri)


async def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    await _touched(server, params.text_document.uri, at_once=True)


async def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    _left(server, params.text_document.uri)


async def _notebook_opened(server: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    await _touched(server, params.notebook_document.uri, at_once=True)


async def _notebook_changed(server: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    await _edited(server, params.notebook_document.uri)


async def _notebook_saved(server: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    await _touched(server, params.notebook_document.uri, at_once=True)


async def _notebook_closed(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    _left(server, params.notebook_document.uri)


async def _edited(server: Server, uri: str) -> None:
    if server.settings.run == "onType":
        await _touched(server, uri, glance=True)


async def _touched(server: Server, uri: str, at_once: bool = False, glance: bool = False) -> None:
    if document := server.document(uri):
        await server.desk.changed(document.path, at_once, glance)
    elif path := to_fs_path(uri):
        server.desk.closed(path)
        server.clear(path)


def _left(server: Server, uri: str) -> None:
    path = to_fs_path(uri) or uri
    server.desk.closed(path)
    server.clear(path)


# --- questions ---------------------------------------------------------------------------------------------------


async def _settled(server: Server, uri: str) -> tuple[Document, Shown] | None:
    """The document of a URI, and what a whole look at it has found."""
    document = server.document(uri)
    if document is None:
        return None
    if server.settings.run == "onSave" and server.desk.shown(document.path) is None:
        await server.desk.changed(document.path, at_once=True, glance=False)
    shown = await server.desk.settled(document.path)
    return (shown.document, shown) if shown else None


async def _code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    actions: list[types.CodeAction] = []
    if wants(params.context, types.CodeActionKind.QuickFix) and (settled := await _settled(server, uri)):
        document, shown = settled
        offered = Actions(
            document.source,
            shown.found,
            server.reporter(document),
            lambda path: server.places_in(shown, path),
            server.settings.unsafe_fixes,
            server.versioned,
        )
        actions += offered.quick_fixes(uri, params.range)
    for kind in (FIX_ALL, NOTEBOOK_FIX_ALL):
        asked = wants(params.context, kind) and (kind == FIX_ALL or params.context.only)
        if asked and (known := server.document(uri)):
            every = fix_all(known, kind == NOTEBOOK_FIX_ALL)
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
    uri = action.data.get("uri") if isinstance(action.data, dict) else None
    if uri:
        action.edit = await fixed(server, uri)
    return action


async def fixed(server: Server, uri: str, unsafe: bool = False) -> types.WorkspaceEdit | None:
    """The edit that applies all safe fixes to a document, or all fixes."""
    document, sources = server.document(uri), [one.source for one in server.opened().values()]
    if document is None:
        return None
    source = document.source
    after = await server.desk.work(lambda: server.analyst.fixed(source, sources, unsafe))
    return fixing(server.places(document), after, server.versioned)


async def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that reports something here, or that a suppression comment names."""
    uri = params.text_document.uri
    document = server.document(uri)
    if document is None:
        return None
    shown = server.desk.shown(document.path)
    if shown is None and (settled := await _settled(server, uri)):
        document, shown = settled
    places = server.places(document)
    at = places.place(uri, params.position)
    if at is None:
        return None
    here = [one for one in shown.found if one.start <= at <= one.end] if shown else []
    rules = {rule.code: rule for rule in Configuration(isolated=True).rules}
    if here:
        pages = [for_readers(page(rules[code])) for code in dict.fromkeys(one.code for one in here)]
        return _markdown(pages, places.location(here[0].start, here[0].end).range)
    named = _named(document, at, rules)
    return _markdown([for_readers(page(rule)) for rule in named], None) if named else None


def _named(document: Document, at: tuple[int, int], rules: dict[str, Known]) -> list[Known]:
    """The rules that a suppression comment names where the cursor is."""
    offset = document.source.offset(*at)
    for comment in suppressions(document.source):
        if comment.start <= offset <= comment.end:
            return [rule for rule in rules.values() if {rule.code, rule.name} & set(comment.codes or ())]
    return []


def _markdown(pages: list[str], where: types.Range | None) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages)), where)


async def _inlay_hints(server: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    """How functions are traced, behind their heads."""
    await server.desk.ready.wait()
    if not server.settings.inlay_hints or not (settled := await _settled(server, params.text_document.uri)):
        return []
    document, shown = settled
    places = server.places(document)
    found = []
    for context in shown.look.contexts:
        if context.path == document.path:
            place = places.location(context.place, context.place)
            if place.uri == params.text_document.uri:
                found.append(types.InlayHint(place.range.start, context.text, padding_left=True))
    return found

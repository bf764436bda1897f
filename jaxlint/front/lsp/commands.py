"""The commands of docs/editors.md."""

from __future__ import annotations

import json
import platform
from typing import Any

import libcst
import msgspec
from lsprotocol import types

from jaxlint import __version__
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.options import ConfigError
from jaxlint.engine.settings import Configuration
from jaxlint.front.lsp.actions import EXPLAIN
from jaxlint.front.lsp.features import fixed
from jaxlint.front.lsp.reports import page_file
from jaxlint.front.lsp.server import Server
from jaxlint.front.lsp.verifying import function_at, verified
from jaxlint.front.pages import find, for_readers, page


class _Place(msgspec.Struct):
    line: int
    character: int


class _Asked(msgspec.Struct):
    """The argument of a command."""

    uri: str | None = None
    position: _Place | None = None
    code: str | None = None
    unsafe: bool = False


def register(server: Server) -> None:
    """All commands."""
    server.command(EXPLAIN)(_explain)
    server.command("jaxlint.verify")(_verify)
    server.command("jaxlint.fixAll")(_fix_all)
    server.command("jaxlint.debugInformation")(_debug)


async def _explain(server: Server, *arguments: Any) -> dict[str, str]:
    """The page of a rule, and the proof of its finding at a place; without a rule, of what is found there."""
    asked = _asked(arguments)
    here = _findings(server, asked)
    code = asked.code or next((one.code for one in here), None)
    if code is None:
        return {"code": "", "markdown": "Nothing is reported here."}
    try:
        rule = find(code, Configuration(isolated=True).rules)
    except ConfigError as error:
        return {"code": code, "markdown": str(error)}
    proofs = [_proof(one) for one in here if one.code == rule.code]
    if not server.options.get("rendersMarkdown"):
        file = page_file(rule.code, rule.name)
        first, *_ = page(rule).partition("\n```")
        await _open(server, file.as_uri() if file else None, "\n\n".join([*proofs, first.strip()]))
    return {"code": rule.code, "markdown": "\n\n".join([*proofs, for_readers(page(rule))])}


def _findings(server: Server, asked: _Asked) -> list[Diagnostic]:
    """What is shown at the place that a command is about."""
    document = server.document(asked.uri) if asked.uri else None
    shown = server.desk.shown(document.path) if document else None
    if document is None or shown is None or asked.position is None or asked.uri is None:
        return []
    at = server.places(document).place(asked.uri, types.Position(asked.position.line, asked.position.character))
    return [one for one in shown.found if at and one.start <= at <= one.end]


def _proof(one: Diagnostic) -> str:
    places = [f"line {step.line}" + (f" of {step.path}" if step.path != one.path else "") for step in one.trace]
    steps = [f"{n}. {place}: {step.message}" for n, (place, step) in enumerate(zip(places, one.trace, strict=True), 1)]
    declined = [f"There is no fix: {one.declined}."] if one.declined else []
    return "\n".join((f"{one.message}.", "", *steps, *declined)).strip()


async def _open(server: Server, uri: str | None, text: str) -> None:
    """Show a document, if the editor can; else a message."""
    window = server.client_capabilities.window
    if uri and window and window.show_document and window.show_document.support:
        await server.window_show_document_async(types.ShowDocumentParams(uri, take_focus=True))
    else:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


async def _verify(server: Server, *arguments: Any) -> dict[str, str | None]:
    """Run the function under the cursor before and after its fixes."""
    asked = _asked(arguments)
    document = server.document(asked.uri) if asked.uri else None
    if document is None or asked.position is None or asked.uri is None:
        return {"function": None, "verdict": None, "markdown": "The document is not open."}
    at = server.places(document).place(asked.uri, types.Position(asked.position.line, asked.position.character))
    name = function_at(document.source, at[0]) if at else None
    if name is None:
        answer = {"function": None, "verdict": None, "markdown": "There is no function here."}
    else:
        answer = await verified(server, document.source, name)
    if not server.options.get("rendersMarkdown"):
        good = answer["verdict"] == "equivalent"
        kind = types.MessageType.Info if good else types.MessageType.Warning
        server.window_show_message(types.ShowMessageParams(kind, f"jaxlint: {answer['markdown']}"))
    return answer


async def _fix_all(server: Server, *arguments: Any) -> bool:
    """Apply all safe fixes, or all fixes, to a document."""
    asked = _asked(arguments)
    edit = await fixed(server, asked.uri, asked.unsafe) if asked.uri else None
    if edit is None:
        return False
    applied = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, "jaxlint: fix everything"))
    return applied.applied


async def _debug(server: Server, *arguments: Any) -> dict[str, str]:
    """What to put into a bug report."""
    lines = [
        f"- jaxlint {__version__}, Python {platform.python_version()}, LibCST {libcst.LIBCST_VERSION}",
        f"- positions: {server.workspace.position_encoding}",
        f"- folders: {', '.join(map(str, server.analyst.surroundings.folders)) or 'none'}",
        f"- settings: `{json.dumps(msgspec.to_builtins(server.settings))}`",
    ]
    for path in server.opened():
        shown = server.desk.shown(path)
        told = "not looked at"
        if shown:
            modules, look = len(shown.look.project.sources), shown.look
            told = f"{len(shown.found)} findings, looked at with {modules} modules in {look.seconds:.2f} s"
        lines.append(f"- `{path}`: {told}")
    return {"markdown": "\n".join(lines)}


def _asked(arguments: tuple[Any, ...]) -> _Asked:
    """The argument, whatever the client made of it on the way."""
    given = arguments[0] if arguments else {}
    plain = json.loads(json.dumps(given, default=lambda one: getattr(one, "_asdict", lambda: vars(one))()))
    try:
        return msgspec.convert(plain, _Asked)
    except msgspec.ValidationError:
        return _Asked()

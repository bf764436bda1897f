"""The language server, driven by a real client over stdio, with the capabilities of real editors."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

from jaxlint.front.pages import for_readers, page
from jaxlint.rules.traced_branch import traced_branch

ROOT = Path(__file__).parents[2]
PUBLISHED = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
BRANCH = 'import jax\n\n\n@jax.jit\ndef f(x):\n    "😀😀"; y = 1 if x > 0 else 2\n    return y\n'
UNUSED = "a = 1\f\nb = 2  # jaxlint: ignore[JAX401]\n"
PROFILES = {
    "visual-studio-code": ("utf-16", 2),
    "neovim@0.11": ("utf-8", 6),
    "emacs@29": ("utf-32", 0),
}

pytestmark = pytest.mark.asyncio


@pytest_lsp.fixture(
    params=list(PROFILES),
    config=ClientServerConfig(
        server_command=[sys.executable, "-m", "jaxlint", "server"],
        server_env={**os.environ, "PYTHONPATH": str(ROOT)},
    ),
)
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient) -> AsyncIterator[None]:
    lsp_client.profile = request.param
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    answer = await lsp_client.initialize_session(types.InitializeParams(client_capabilities(request.param)))
    lsp_client.encoding = answer.capabilities.position_encoding
    yield
    await lsp_client.shutdown_session()


class Document:
    """An open document, as an editor would keep it."""

    def __init__(self, client: LanguageClient, file: Path, text: str) -> None:
        self.client, self.file, self.uri, self.version = client, file, file.as_uri(), 1
        item = types.TextDocumentItem(self.uri, "python", 1, text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    async def diagnostics(self) -> list[types.Diagnostic]:
        """Those of the newest version, after a whole look: questions are answered when it is done."""
        await self.actions(span(0, 0, 0), "quickfix")
        assert self.client.diagnostics_versions.get(self.uri) == self.version
        return list(self.client.diagnostics[self.uri])

    def change(self, text: str, where: types.Range | None = None) -> None:
        self.version += 1
        change = (
            types.TextDocumentContentChangePartial(where, text)
            if where
            else types.TextDocumentContentChangeWholeDocument(text)
        )
        named = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(named, [change]))

    async def actions(self, at: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=list(only) or None)
        named = types.TextDocumentIdentifier(self.uri)
        found = await self.client.text_document_code_action_async(types.CodeActionParams(named, at, context))
        return [action for action in found or () if isinstance(action, types.CodeAction)]


@pytest.fixture
def opened(client: LanguageClient, tmp_path: Path):
    client.diagnostics_versions = {}
    keep = client.protocol.fm.features[PUBLISHED]

    def published(params: types.PublishDiagnosticsParams) -> None:
        keep(params)
        client.diagnostics_versions[params.uri] = params.version

    client.protocol.fm.features[PUBLISHED] = published
    (tmp_path / "jaxlint.toml").write_text('select = ["JAX0", "JAX401"]\n')
    return lambda text: Document(client, tmp_path / "a file.py", text)


def span(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


def edits(action: types.CodeAction) -> list[types.TextEdit]:
    """The edits of an action, whichever way the client prefers them."""
    assert action.edit
    if action.edit.changes:
        (made,) = action.edit.changes.values()
        return list(made)
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version is not None
    return [edit for edit in change.edits if isinstance(edit, types.TextEdit)]


def applied(text: str, made: list[types.TextEdit]) -> str:
    """ASCII text after edits."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for edit in sorted(made, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        start, end = (starts[p.line] + p.character for p in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text


async def test_diagnostics_in_the_units_of_the_client(client: LanguageClient, opened) -> None:
    encoding, more = PROFILES[client.profile]
    assert client.encoding == encoding
    (found,) = await opened(BRANCH).diagnostics()
    assert found.code == "JAX401"
    assert found.range == span(5, 19 + more, 24 + more)
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.source == "jaxlint"
    file = ROOT / "rules/traced_branch.md"
    assert found.code_description == (types.CodeDescription(file.as_uri()) if file.is_file() else None)
    (step,) = found.related_information or ()
    assert step.location.range == span(3, 0, 8)
    assert "traced by `jax.jit`" in step.message


async def test_a_quick_fix_with_its_import(client: LanguageClient, opened) -> None:
    text = BRANCH.replace("😀😀", "ab").replace("import jax", "from jax import jit").replace("@jax.jit", "@jit")
    document = opened(text)
    (found,) = await document.diagnostics()
    fix, ignore = await document.actions(types.Range(found.range.start, found.range.start), "quickfix")
    assert fix.title.startswith("JAX401: ") and fix.title.endswith("(unsafe)")
    assert not fix.is_preferred
    after = applied(text, edits(fix))
    assert after.startswith("import jax.numpy as jnp\nfrom jax import jit\n")
    assert '"ab"; y = jnp.where(x > 0, 1, 2)\n' in after
    assert applied(text, edits(ignore)) == text.replace("else 2\n", "else 2  # jaxlint: ignore[JAX401]\n")


async def test_fix_all_and_an_edit_below_a_form_feed(client: LanguageClient, opened) -> None:
    document = opened(UNUSED)
    (found,) = await document.diagnostics()
    assert (found.code, found.range) == ("JAX002", span(1, 7, 32))
    assert found.tags and list(found.tags) == [types.DiagnosticTag.Unnecessary]
    document.change("bcd", span(1, 0, 1))
    (found,) = await document.diagnostics()
    assert found.range == span(1, 9, 34)
    preferred, *_ = await document.actions(found.range, "quickfix")
    assert preferred.is_preferred
    (every,) = await document.actions(span(0, 0, 0), "source.fixAll")
    assert every.kind == "source.fixAll.jaxlint"
    if every.edit is None:
        every = await client.code_action_resolve_async(every)
    assert applied(UNUSED.replace("b", "bcd", 1), edits(every)) == "a = 1\f\nbcd = 2\n"
    assert not await document.actions(found.range, "refactor")


async def test_hover_shows_the_page(client: LanguageClient, opened) -> None:
    document = opened(BRANCH)
    (found,) = await document.diagnostics()
    named = types.TextDocumentIdentifier(document.uri)
    shown = await client.text_document_hover_async(types.HoverParams(named, found.range.start))
    assert shown and isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.value == for_readers(page(traced_branch))
    assert shown.range == found.range
    assert await client.text_document_hover_async(types.HoverParams(named, types.Position(0, 0))) is None


async def test_broken_code_while_typing(client: LanguageClient, opened) -> None:
    document = opened(BRANCH)
    assert [one.code for one in await document.diagnostics()] == ["JAX401"]
    document.change(BRANCH + "\n\ndef g(:\n    return (\n")
    assert [one.code for one in await document.diagnostics()] == ["JAX401", "JAX001"]
    document.change("\x00 = '\ud83d")
    await asyncio.sleep(0.5)
    document.change(BRANCH)
    assert [one.code for one in await document.diagnostics()] == ["JAX401"]


async def test_typing_fast_is_answered_for_what_is_typed_last(client: LanguageClient, opened) -> None:
    document = opened(BRANCH)
    await document.diagnostics()
    versions: list[int | None] = []
    keep = client.protocol.fm.features[PUBLISHED]

    def counted(params: types.PublishDiagnosticsParams) -> None:
        keep(params)
        versions.append(params.version)

    client.protocol.fm.features[PUBLISHED] = counted
    for number in range(8):
        document.change(f"{BRANCH}x{number} = 1\n")
    for _ in range(200):
        await asyncio.sleep(0.05)
        if versions:
            break
    (found,) = await document.diagnostics()
    assert found.code == "JAX401"
    assert versions[-1] == 9
    assert versions == sorted(versions, key=lambda version: version or 0)


async def test_the_closest_configuration_holds(client: LanguageClient, opened) -> None:
    document = opened(BRANCH)
    assert len(await document.diagnostics()) == 1
    for text, shown in (('ignore = ["JAX401"]\n', 0), ('extend-exclude = ["a*"]\n', 0), ("", 1)):
        (document.file.parent / "jaxlint.toml").write_text(text)
        document.change(BRANCH)
        assert len(await document.diagnostics()) == shown
    (document.file.parent / "jaxlint.toml").write_text('selekt = ["JAX401"]\n')
    document.change(BRANCH)
    await document.diagnostics()
    assert "unknown key `selekt`; did you mean `select`?" in client.messages[-1].message

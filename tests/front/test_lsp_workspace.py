"""The language server on whole projects: other modules, notebooks, settings, commands."""

import asyncio
import os
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.workspace import PositionCodec

from jaxlint.edits import Edit, Fix
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.lsp.actions import Actions
from jaxlint.front.lsp.documents import on_disk
from jaxlint.front.lsp.places import Places
from jaxlint.front.lsp.reports import Reporter
from jaxlint.source import SourceText
from tests.front.editor import editing

ROOT = Path(__file__).parents[2]
HELPER = "def pick(x, n):\n    if x > 0:\n        return 1\n    return n\n"
MAIN = "import jax\nfrom helper import pick\n\n\n@jax.jit\ndef f(x):\n    return pick(x, 3)\n"
BRANCH = "import jax\n\n\n@jax.jit\ndef f(x):\n    if x > 0:\n        return 1\n    return 0\n"

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "main.py").write_text(MAIN)
    return tmp_path


def line(number: int) -> types.Range:
    return types.Range(types.Position(number, 0), types.Position(number + 1, 0))


async def test_other_modules_count(project: Path) -> None:
    async with editing(project) as editor:
        helper = editor.open("helper.py")
        assert await editor.found(helper) == [("JAX401", 1)]
        (found,) = editor.published[helper].diagnostics
        (step,) = found.related_information or ()
        assert step.location == types.Location(editor.uri("main.py"), types.Range(*[types.Position(4, 0)] * 2))
        # As it is in the editor, not as it is on disk.
        main = editor.open("main.py")
        editor.change(main, "", line(4))
        await editor.found(main)
        assert await editor.found(helper) == []
        editor.close(main)
        assert await editor.found(helper) == [("JAX401", 1)]
        # As it comes to be on disk, and when it goes.
        (project / "main.py").write_text(MAIN.replace("@jax.jit\n", ""))
        editor.touched("main.py")
        assert await editor.found(helper) == []
        (project / "other.py").write_text(MAIN)
        editor.touched("other.py", kind=types.FileChangeType.Created)
        assert await editor.found(helper) == [("JAX401", 1)]
        editor.configure(project=False)
        assert await editor.found(helper) == []


async def test_a_fix_of_two_files_edits_both(project: Path) -> None:
    paths = [str(project / name) for name in ("helper.py", "main.py")]
    helper, main = (SourceText(path, Path(path).read_text()) for path in paths)
    codec = PositionCodec(types.PositionEncodingKind.Utf16)
    places = [Places(on_disk(one, Path(one.path).as_uri()), codec) for one in (helper, main)]
    at = main.text.index("pick")
    fix = Fix("rename it", (Edit(4, 8, "choose"),), elsewhere=((paths[1], (Edit(at, at + 4, "choose"),)),))
    one = Diagnostic("JAX401", "traced-branch", "error", "", paths[0], (1, 5), (1, 9), fix=fix)
    for other, edited in ((places[1], [place.document.uri for place in places]), (None, [])):
        actions = Actions(helper, [one], Reporter(places[0]), {paths[1]: other}.get, unsafe=True, versioned=True)
        offered = [*actions.quick_fixes(places[0].document.uri, line(0))]
        fixes = [action.edit for action in offered if action.title == "JAX401: rename it"]
        changes = [change for edit in fixes if edit for change in edit.document_changes or ()]
        assert [change.text_document.uri for change in changes if isinstance(change, types.TextDocumentEdit)] == edited


async def test_folders_are_projects_of_their_own(tmp_path: Path) -> None:
    for name, text in (("one", MAIN), ("two", MAIN.replace("@jax.jit\n", ""))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper.py").write_text(HELPER)
        (tmp_path / name / "main.py").write_text(text)
    async with editing(tmp_path, "one", "two") as editor:
        one, two = editor.open("one/helper.py"), editor.open("two/helper.py")
        assert await editor.found(one) == [("JAX401", 1)]
        assert await editor.found(two) == []
        gone = types.WorkspaceFolder((tmp_path / "one").as_uri(), "one")
        event = types.WorkspaceFoldersChangeEvent([], [gone])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
        assert await editor.found(one) == []


async def test_a_notebook_is_one_module(tmp_path: Path) -> None:
    cells = {
        "a": "import jax\n%matplotlib inline\nk = jax.random.key(0)",
        "b": "@jax.jit\ndef g(x):\n    %time y = 1\n    return 1 if x > 0 else 0",
        "c": "a = jax.random.normal(k)",
        "d": "!ls\nb = jax.random.normal(k)",
    }
    async with editing(tmp_path) as editor:
        notebook = editor.open_notebook("n.ipynb", cells)
        a, b, c, d = (editor.cell("n.ipynb", name) for name in cells)
        assert [await editor.found(cell) for cell in (a, b, c, d)] == [[], [("JAX401", 3)], [], [("JAX301", 1)]]
        fix, *_ = await editor.actions(b, 3, 17)
        edits = {change.text_document.uri: list(change.edits) for change in fix.edit.document_changes}
        assert [edit.new_text for edit in edits[a]] == ["import jax.numpy as jnp\n"]
        assert [edit.new_text for edit in edits[b]] == ["    return jnp.where(x > 0, 1, 0)"]
        shown = await editor.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(b), types.Position(3, 17))
        )
        assert shown and shown.range and shown.range.start.line == 3
        # The last cell goes up, and down again; then it is typed into, then it goes.
        editor.change_cells(notebook, 0, 4, [a, b, d, c])
        assert [await editor.found(cell) for cell in (c, d)] == [[("JAX301", 0)], []]
        editor.change_cells(notebook, 2, 2, [c, d])
        assert [await editor.found(cell) for cell in (c, d)] == [[], [("JAX301", 1)]]
        editor.change_cell(notebook, d, "x = (", types.Range(types.Position(0, 0), types.Position(0, 3)))
        assert ("JAX001", 0) in await editor.found(d)
        editor.change_cells(notebook, 3, 1, [], closed=[d])
        assert await editor.found(c) == []
        assert list(editor.published[d].diagnostics) == []
        new = editor.cell("n.ipynb", "e")
        editor.change_cells(notebook, 3, 0, [new], opened={new: "c = jax.random.normal(k)\n"})
        assert await editor.found(new) == [("JAX301", 0)]
        assert not editor.messages


async def test_fix_all_of_a_notebook(tmp_path: Path) -> None:
    cells = {"a": "import jax  # jaxlint: ignore[JAX401]\n%ls", "b": "y = 2  # jaxlint: ignore[JAX401]"}
    async with editing(tmp_path) as editor:
        editor.open_notebook("n.ipynb", cells)
        a, b = (editor.cell("n.ipynb", name) for name in cells)
        (every,) = await editor.actions(a, 0, 0, "notebook.source.fixAll")
        edits = {change.text_document.uri: list(change.edits) for change in every.edit.document_changes}
        assert [edit.new_text for edit in edits[a]] == ["import jax\n"]
        assert [edit.new_text for edit in edits[b]] == ["y = 2"]


async def test_settings_take_effect(tmp_path: Path) -> None:
    async with editing(tmp_path, ignore=["JAX4"]) as editor:
        uri = editor.open("a.py", BRANCH)
        assert await editor.found(uri) == []
        editor.configure()
        assert await editor.found(uri) == [("JAX401", 5)]
        editor.configure(select=["JAX3"])
        assert await editor.found(uri) == []
        (tmp_path / "mine.toml").write_text('ignore = ["JAX401"]\n')
        editor.configure(configuration="mine.toml")
        assert await editor.found(uri) == []
        editor.configure(select=["JAX9999"])
        assert await editor.found(uri)
        assert any("unknown rule `JAX9999`" in message for message in editor.messages)
        editor.configure(run="sometimes", ignore=["JAX401"])
        assert await editor.found(uri) == []
        assert any("jaxlint.run" in message for message in editor.messages)
        editor.configure(showSyntaxErrors=False)
        editor.change(uri, BRANCH + "x = (\n")
        assert await editor.found(uri) == [("JAX401", 5)]
        assert {"workspace/didChangeWatchedFiles"} <= {*editor.registered}


async def test_on_save_only(tmp_path: Path) -> None:
    async with editing(tmp_path, run="onSave") as editor:
        uri = editor.open("a.py", "x = 1\n")
        assert await editor.found(uri) == []
        editor.change(uri, BRANCH)
        await asyncio.sleep(1)
        assert editor.published[uri].version == 1
        editor.save(uri)
        assert await editor.found(uri) == [("JAX401", 5)]


async def test_settings_of_an_editor_that_is_not_asked(tmp_path: Path) -> None:
    given, options = types.ClientCapabilities(), {"settings": {"ignore": ["JAX401"]}}
    async with editing(tmp_path, given=given, options=options) as editor:
        uri = editor.open("a.py", BRANCH)
        assert await editor.found(uri) == []
        changed = types.DidChangeConfigurationParams({"jaxlint": {}})
        editor.client.workspace_did_change_configuration(changed)
        assert await editor.found(uri) == [("JAX401", 5)]
        assert editor.registered == []


async def test_inlay_hints(tmp_path: Path) -> None:
    text = BRANCH.replace("def f(x):", "def f(x, *, n) -> 'int':  # jitted")
    text = text.replace("@jax.jit", "@jax.jit(static_argnames='n')")
    async with editing(tmp_path, inlayHints=True) as editor:
        uri = editor.open("a.py", text)
        asked = types.InlayHintParams(types.TextDocumentIdentifier(uri), line(0))
        (hint,) = await editor.client.text_document_inlay_hint_async(asked) or ()
        assert (hint.label, hint.position) == ("jit: x traced, n static", types.Position(4, 24))
        editor.configure(inlayHints=False)
        assert not await editor.client.text_document_inlay_hint_async(asked)


async def test_commands(tmp_path: Path) -> None:
    async with editing(tmp_path, options={"rendersMarkdown": True}) as editor:
        uri = editor.open("a.py", BRANCH + "\n\ny = 1  # jaxlint: ignore[JAX301]\n")
        await editor.found(uri)
        told = await editor.run("jaxlint.explain", code="JAX401", uri=uri, position={"line": 5, "character": 8})
        assert told["markdown"].startswith("`if` needs a concrete bool")
        assert "# traced-branch (JAX401)" in told["markdown"]
        assert "unknown rule `JAX77`" in (await editor.run("jaxlint.explain", code="JAX77"))["markdown"]
        assert await editor.run("jaxlint.fixAll", uri=uri)
        (edit,) = editor.edits
        (change,) = edit.document_changes or ()
        assert [one.new_text for one in change.edits][-1] == "y = 1\n"
        assert "findings, looked at with 1 modules" in (await editor.run("jaxlint.debugInformation"))["markdown"]
        nothing = await editor.run("jaxlint.verify", uri=uri, position={"line": 0, "character": 0})
        assert nothing["markdown"] == "There is no function here."


async def test_verifying_the_function_under_the_cursor(tmp_path: Path) -> None:
    text = BRANCH.replace("def f(x):\n", "def f(x):\n    # jaxlint: inputs(f32[])\n")
    async with editing(tmp_path) as editor:
        uri = editor.open("a.py", text)
        told = await editor.run("jaxlint.verify", uri=uri, position={"line": 6, "character": 8})
        assert (told["function"], told["verdict"]) == ("f", "equivalent")
        assert "cases compared" in told["markdown"]
        assert editor.messages == [f"jaxlint: {told['markdown']}"]
        begun, ended = editor.progress
        assert begun.value["cancellable"] and ended.value["kind"] == "end"


async def test_verification_can_be_cancelled(tmp_path: Path) -> None:
    text = "import time\n\nimport jax\n\ntime.sleep(100)\n" + BRANCH.partition("\n")[2]
    async with editing(tmp_path) as editor:
        uri = editor.open("a.py", text)
        running = asyncio.ensure_future(editor.run("jaxlint.verify", uri=uri, position={"line": 9, "character": 8}))
        for _ in range(200):
            await asyncio.sleep(0.05)
            if editor.progress and _verifiers(tmp_path):
                break
        token = editor.progress[0].token
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        told = await asyncio.wait_for(running, 20)
        assert told["verdict"] is None and "cancelled" in told["markdown"]
        for _ in range(100):
            if not _verifiers(tmp_path):
                break
            await asyncio.sleep(0.1)
        assert not _verifiers(tmp_path)


def _verifiers(folder: Path) -> list[int]:
    """The processes that verify something in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            if b"verify" in command and os.readlink(process / "cwd") == str(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found

"""Imports run downwards only, and a question for the version imports nothing heavy."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import jaxlint

PACKAGE = Path(jaxlint.__file__).parent
ROOMS = ("screen", "source", "jaxapi", "facts", "edits", "rewrite", "rules", "engine", "verify", "front")
"""From the bottom up."""
HEAVY_ON_THE_LINT_PATH = ("jax", "libcst.matchers", "libcst.codemod", "libcst.metadata")


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "jaxlint" and len(parts) > 1 and parts[1] in ROOMS else None


def imported(file: Path) -> set[str]:
    """Modules that a file imports when it runs; imports for type checkers only are left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)


@pytest.mark.parametrize("file", modules(), ids=module_name)
def test_imports_run_downwards(file: Path) -> None:
    own = room(module_name(file))
    if own is None:
        return
    upwards = {name for name in imported(file) if (r := room(name)) and ROOMS.index(r) > ROOMS.index(own)}
    assert not upwards


@pytest.mark.parametrize("file", modules(), ids=module_name)
def test_the_lint_path_imports_nothing_slow(file: Path) -> None:
    if room(module_name(file)) == "verify":
        return
    slow = {
        name for name in imported(file) if name.startswith(HEAVY_ON_THE_LINT_PATH) and not name.startswith("jaxlint")
    }
    assert not slow


def loaded_by(*argv: str, folder: Path = PACKAGE.parent) -> set[str]:
    """The top-level modules that a run of the command has imported when it ends."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"sys.argv = ['jaxlint', *{list(argv)!r}]\n"
        "from jaxlint.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        timeout=60,
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("flag", ["--version", "-V", "version"])
def test_version_imports_nothing_heavy(flag: str) -> None:
    assert not loaded_by(flag) & {"libcst", "jax", "numpy", "rich", "typer", "msgspec", "pathspec", "pygls"}


def test_help_does_not_import_the_parser() -> None:
    assert not loaded_by("--help") & {"libcst", "jax", "pathspec"}


def test_a_lint_run_imports_neither_jax_nor_matchers(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import jax\n\n\n@jax.jit\ndef f(x):\n    return x\n")
    loaded = loaded_by("check", "--isolated", "--output-format", "concise", str(tmp_path))
    assert not loaded & {"jax", "numpy", "libcst.matchers", "libcst.codemod", "pygls"}


PLAIN = "def f(x):\n    if x:\n        return [x]\n    return []\n"
ENGINE = {"libcst", "jaxlint.rules", "jaxlint.facts", "jaxlint.rewrite", "jaxlint.engine.check"}


@pytest.mark.parametrize("argv", [[], ["--isolated"], ["--fix", "--isolated"], ["--diff", "--isolated"]])
def test_files_that_do_not_concern_jax_load_no_rules(tmp_path: Path, argv: list[str]) -> None:
    (tmp_path / "a.py").write_text(PLAIN)
    (tmp_path / "b.py").write_text("")
    assert not loaded_by(*argv, str(tmp_path)) & {*ENGINE, "jax", "numpy", "pygls"}


def test_a_glance_at_such_files_loads_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text(PLAIN)
    monkeypatch.chdir(tmp_path)
    loaded = loaded_by("check", "--fix", "--force-exclude", "a.py", folder=tmp_path)
    assert not loaded & {*ENGINE, "typer", "msgspec", "pathspec", "dataclasses", "re", "pathlib", "ast"}


FLOORS_OF_FACTS = {"model": {"notes", "trace", "queries"}, "notes": {"queries"}, "trace": {"queries"}, "queries": set()}
"""What each part of the facts room may not import."""


@pytest.mark.parametrize("part", FLOORS_OF_FACTS)
def test_the_facts_room_has_its_floors(part: str) -> None:
    for file in (PACKAGE / "facts" / part).glob("*.py"):
        reached = {name.split(".")[2] for name in imported(file) if name.startswith("jaxlint.facts.")}
        assert not reached & FLOORS_OF_FACTS[part], file

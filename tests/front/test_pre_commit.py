"""The hooks, run by the real pre-commit in a new repository. It builds an environment from the package index."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]

pytestmark = [pytest.mark.network, pytest.mark.skipif(not shutil.which("git"), reason="needs git")]


def git(folder: Path, *argv: str) -> str:
    done = subprocess.run(["git", *argv], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout's files, those not yet committed included."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in git(ROOT, "ls-files", "-co", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    _commit_all(folder)
    return folder


def _commit_all(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


def project(folder: Path, hooks: Path, hook: str, **texts: str) -> Path:
    for stem, text in texts.items():
        (folder / f"{stem}.py").write_text(text)
    (folder / "jaxlint.toml").write_text('extend-exclude = ["gen.py"]\n')
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: {git(hooks, 'rev-parse', 'HEAD')}\n  hooks: [{{id: {hook}}}]\n"
    )
    _commit_all(folder)
    return folder


def run_hook(folder: Path, store: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(store)}
    return subprocess.run(
        [*PRE_COMMIT, "run", "--all-files"], cwd=folder, capture_output=True, text=True, env=environment, timeout=600
    )


def test_the_lint_hook_fails_on_a_finding_and_passes_without(tmp_path: Path, hooks: Path, store: Path) -> None:
    folder = project(tmp_path, hooks, "jaxlint", a="x = 1  # jaxlint: ignore[JAX3]\n", gen="x = (\n")
    first = run_hook(folder, store)
    assert first.returncode == 1, first.stdout + first.stderr
    assert "a.py:1:8" in first.stdout
    assert "gen.py" not in first.stdout
    (folder / "a.py").write_text("x = 1\n")
    second = run_hook(folder, store)
    assert second.returncode == 0, second.stdout + second.stderr


def test_the_fix_hook_writes_and_then_passes(tmp_path: Path, hooks: Path, store: Path) -> None:
    folder = project(tmp_path, hooks, "jaxlint-fix", a="x = 1  # jaxlint: ignore[JAX3]\n")
    first = run_hook(folder, store)
    assert first.returncode == 1
    assert "files were modified by this hook" in first.stdout
    assert (folder / "a.py").read_text() == "x = 1\n"
    assert run_hook(folder, store).returncode == 0


def notebook(*cells: str) -> str:
    listed = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell.splitlines(True)}
        for cell in cells
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def test_try_repo_on_files_of_every_kind(tmp_path: Path, hooks: Path) -> None:
    """Python, a stub, a notebook, an excluded file, and one that is not in the repository."""
    folder, outside = tmp_path / "project", tmp_path / "outside.py"
    (folder / "src").mkdir(parents=True)
    unused = "x = 1  # jaxlint: ignore[JAX3]\n"
    for file in (folder / "src/a.py", folder / "src/b.pyi", folder / "gen.py", folder / "notes.txt", outside):
        file.write_text(unused)
    (folder / "c.ipynb").write_text(notebook("x = 1\n", unused))
    (folder / "jaxlint.toml").write_text('extend-exclude = ["gen.py"]\n')
    _commit_all(folder)
    files = ["src/a.py", "src/b.pyi", "gen.py", "notes.txt", "c.ipynb", str(outside)]
    done = subprocess.run(
        [*PRE_COMMIT, "try-repo", str(hooks), "jaxlint-fix", "--files", *files],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (folder / "src/a.py").read_text() == (folder / "src/b.pyi").read_text() == "x = 1\n"
    assert (folder / "c.ipynb").read_text() == notebook("x = 1\n", "x = 1\n")
    assert (folder / "gen.py").read_text() == (folder / "notes.txt").read_text() == unused
    assert outside.read_text() == "x = 1\n"

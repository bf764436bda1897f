"""Finding files: what git and the configuration leave out, links, and paths that are not there. Git is the judge."""

import os
import subprocess
from pathlib import Path

import pytest

from jaxlint.engine.discover import Discovery, discover
from jaxlint.engine.options import ConfigError, Options
from jaxlint.engine.settings import Configuration


def files(*paths: Path, options: Options | None = None, force: bool = False) -> Discovery:
    return discover(paths, Configuration([options or Options()], isolated=True, rules=tuple), force)


def names(root: Path, found: Discovery) -> list[str]:
    return [str(file.relative_to(root)) for file in found.files]


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_python_files_in_order_without_the_usual_litter(tmp_path: Path) -> None:
    put(
        tmp_path,
        "b.py",
        "a/x.pyi",
        "a/readme.md",
        ".venv/lib/v.py",
        "node_modules/n.py",
        "build/c.py",
        "a/__pycache__/p.py",
    )
    assert names(tmp_path, files(tmp_path)) == ["a/x.pyi", "b.py"]


def test_gitignore_agrees_with_git(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a.py",
        "gen/keep.py",
        "gen/b.py",
        "src/c.py",
        "src/c_pb2.py",
        "src/sub/d.py",
        "src/sub/e.py",
        "x/y/f.py",
    )
    put(tmp_path, "x/own_pb2.py", "info.py")
    (tmp_path / ".gitignore").write_text("gen/\n!gen/keep.py\n*_pb2.py\n/x/y\n")
    (tmp_path / "src/sub/.gitignore").write_text("d.py\n")
    (tmp_path / "x/.gitignore").write_text("!own_pb2.py\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".git/info/exclude").write_text("info.py\n")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(names(tmp_path, files(tmp_path))) == sorted(listed.stdout.split())
    assert names(tmp_path / "src", files(tmp_path / "src")) == ["c.py", "sub/e.py"]
    assert "gen/b.py" in names(tmp_path, files(tmp_path, options=Options(respect_gitignore=False)))


def test_excludes_and_named_files(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "gen/b.py", "script")
    options = Options(extend_exclude=["gen"])
    assert names(tmp_path, files(tmp_path, options=options)) == ["a.py"]
    assert names(tmp_path, files(tmp_path / "gen/b.py", options=options)) == ["gen/b.py"]
    assert names(tmp_path, files(tmp_path / "gen/b.py", tmp_path / "a.py", options=options, force=True)) == ["a.py"]
    assert names(tmp_path, files(tmp_path / "script")) == ["script"]


def test_each_file_once_and_loops_are_safe(tmp_path: Path) -> None:
    put(tmp_path, "p/a.py")
    os.symlink(tmp_path / "p", tmp_path / "p/loop")
    os.symlink(tmp_path / "p/a.py", tmp_path / "p/z.py")
    assert names(tmp_path, files(tmp_path, tmp_path / "p/a.py", tmp_path / "p")) == ["p/a.py"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file or folder: .*nope"):
        files(tmp_path / "nope")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_an_unreadable_folder_is_said(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "secret/b.py")
    (tmp_path / "secret").chmod(0)
    found = files(tmp_path)
    (tmp_path / "secret").chmod(0o755)
    assert names(tmp_path, found) == ["a.py"]
    assert found.problems == (f"cannot read folder {tmp_path / 'secret'}: Permission denied",)

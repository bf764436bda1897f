"""The VS Code extension: it offers what the server has, and can be packed."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from jaxlint import __version__

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors/vscode"
PACKAGE = json.loads((EXTENSION / "package.json").read_text("utf-8"))
EDITORS = (ROOT / "docs/editors.md").read_text("utf-8")


def test_it_has_the_version_of_jaxlint() -> None:
    assert PACKAGE["version"] == __version__


def test_its_settings_are_those_of_the_server() -> None:
    contributed = PACKAGE["contributes"]["configuration"]["properties"]
    table = EDITORS.partition("## Settings")[2].partition("## ")[0]
    named = dict(re.findall(r"^\| `(jaxlint\.\w+)` \| `(.*?)` \|", table, re.MULTILINE))
    assert len(named) > 5
    own = {"enable", "path", "interpreter", "args", "trace.server"}
    assert set(contributed) - {f"jaxlint.{name}" for name in own} == set(named)
    assert {name: contributed[name]["default"] for name in named} == {n: json.loads(v) for n, v in named.items()}


def test_its_commands_are_those_of_the_server_and_its_own() -> None:
    code = (EXTENSION / "src/extension.js").read_text("utf-8")
    own = set(re.findall(r'registerCommand\("(.*?)"', code))
    served = set(re.findall(r"^\| `(jaxlint\.\w+)` \| `\{", EDITORS, re.MULTILINE))
    assert own and served and not own & served
    assert {command["command"] for command in PACKAGE["contributes"]["commands"]} == own | served


def test_its_readme_names_every_setting() -> None:
    readme = (EXTENSION / "README.md").read_text("utf-8")
    assert [name for name in PACKAGE["contributes"]["configuration"]["properties"] if f"`{name}`" not in readme] == []


@pytest.mark.network
@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js")
def test_it_can_be_packed(tmp_path: Path) -> None:
    folder = tmp_path / "editors/vscode"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "*.vsix", "LICENSE"))
    shutil.copy(ROOT / "LICENSE", tmp_path)
    for command in (["install", "--no-package-lock", "--no-audit"], ["run", "package"]):
        done = subprocess.run(["npm", *command], cwd=folder, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(folder / "jaxlint.vsix") as packed:
        names = {Path(name).name.lower() for name in packed.namelist()}
        code = packed.read("extension/dist/extension.js").decode()
    assert names >= {"package.json", "extension.js", "readme.md", "changelog.md", "license.txt", "icon.png"}
    assert not [name for name in names if name.endswith((".map", ".mjs"))]
    assert "jaxlint.restart" in code and 'require("./' not in code

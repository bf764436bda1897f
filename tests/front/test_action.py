"""The action for GitHub: its scripts run as a runner would run them, with `jaxlint` on the PATH."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
REUSED = "import jax\n\nkey = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")


@dataclass(frozen=True)
class Ran:
    """What a run of the action left behind."""

    code: int
    output: str
    summary: str
    uploaded: list[str]
    installed: str


def act(folder: Path, **given: str) -> Ran:
    inputs = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | given
    assert set(inputs) == set(ACTION["inputs"])
    programs = folder.parent / "bin"
    programs.mkdir()
    shim(programs / "jaxlint", f'PYTHONPATH={ROOT} exec {sys.executable} -m jaxlint "$@"')
    shim(programs / "python", f'printf "%s " "$@" > {folder.parent / "installed"}')
    (folder.parent / "temp").mkdir()
    variables = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(folder.parent / "temp"),
        "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md"),
    }
    output, code, uploaded = "", 0, []
    for step in ACTION["runs"]["steps"]:
        if "uses" in step and (step.get("if") is None or inputs["sarif"] == "true"):
            uploaded += [step["uses"]]
        elif "run" in step:
            expressions = {name: evaluated(value, inputs) for name, value in step.get("env", {}).items()}
            assert "${{" not in step["run"]
            script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            environment = {**os.environ, **variables, **expressions}
            done = subprocess.run(script, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
            output, code = output + done.stdout, done.returncode
            if code:
                break
    summary = folder.parent / "summary.md"
    told = summary.read_text("utf-8") if summary.exists() else ""
    return Ran(code, output, told, uploaded, (folder.parent / "installed").read_text())


def evaluated(value: str, inputs: dict[str, str]) -> str:
    value = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
    return value.replace("${{ github.action_path }}", "/action")


def shim(file: Path, command: str) -> None:
    file.write_text(f"#!/bin/sh\n{command}\n")
    file.chmod(0o755)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "src/keys.py").write_text(REUSED)
    (folder / "jaxlint.toml").write_text("")
    return folder


def test_it_annotates_and_fails(repository: Path) -> None:
    ran = act(repository)
    assert ran.code == 1
    assert ran.output.startswith("::error title=jaxlint (JAX301),file=src/keys.py,line=5,")
    assert "| JAX301 | key-reuse | 1 |" in ran.summary
    assert ran.installed == "-m pip install --quiet --disable-pip-version-check /action "
    assert [name.partition("@")[0] for name in ran.uploaded] == ["actions/setup-python"]


def test_it_sends_sarif_before_it_fails(repository: Path) -> None:
    ran = act(repository, sarif="true", summary="false", version="==0.1.0")
    assert ran.code == 1
    assert ran.summary == ""
    assert ran.installed.endswith(" jaxlint==0.1.0 ")
    assert [name.partition("@")[0] for name in ran.uploaded][-1] == "github/codeql-action/upload-sarif"
    document = json.loads((repository.parent / "temp/jaxlint.sarif").read_text("utf-8"))
    assert [result["ruleId"] for result in document["runs"][0]["results"]] == ["JAX301"]


def test_it_passes_arguments_on_and_runs_none_of_them(repository: Path) -> None:
    (repository / "clean.py").write_text("x = 1\n")
    ran = act(repository, paths="src clean.py", args="--select JAX4; touch seen")
    assert ran.code == 2
    assert not (repository / "seen").exists()


def test_it_passes_what_is_clean(repository: Path) -> None:
    ran = act(repository, args="--ignore JAX301")
    assert (ran.code, ran.output) == (0, "")
    assert "All checks passed!" in ran.summary


def test_its_inputs_are_documented() -> None:
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    named = re.findall(r"^\| `([\w-]+)` \| ", page, re.MULTILINE)
    assert set(ACTION["inputs"]) <= set(named)

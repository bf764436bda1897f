"""The wheel, installed into a new environment without JAX, used from another folder."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from jaxlint.engine.own import OWN
from jaxlint.rules import all_rules

ROOT = Path(__file__).parents[1]
STORE = "import jax\n\nx = jax.numpy.zeros(3)\nx[0] = 1\n"

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(pip, check=True, timeout=600)
    (wheel,) = folder.glob("jaxlint-*.whl")
    venv.create(folder / "environment", with_pip=True)
    found = folder / "environment" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([found, "-m", "pip", "install", "--quiet", str(wheel)], check=True, timeout=600)
    return found


def call(python: Path, folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "JAXLINT_RAISE")}
    return subprocess.run(
        [python, *argv], cwd=folder, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300
    )


def test_it_brings_no_jax(python: Path, tmp_path: Path) -> None:
    done = call(python, tmp_path, "-c", "import jaxlint; print(jaxlint.__file__); import jax")
    assert str(ROOT) not in done.stdout
    assert "No module named 'jax'" in done.stderr


def test_it_has_every_page(python: Path, tmp_path: Path) -> None:
    codes = [rule.code for rule in (*OWN, *all_rules())]
    script = (
        "import sys\nfrom jaxlint.front.cli import run\nsys.exit(max(run(['rule', code]) for code in sys.argv[1:]))"
    )
    done = call(python, tmp_path, "-X", "utf8", "-c", script, *codes)
    assert done.returncode == 0, done.stderr
    assert "no page" not in done.stdout
    for rule in all_rules():
        page = ROOT / f"rules/{rule.name.replace('-', '_')}.md"
        assert page.read_text("utf-8").rstrip() in done.stdout


def test_it_fixes_a_file(python: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STORE)
    program = python.with_name("jaxlint.exe" if sys.platform == "win32" else "jaxlint")
    assert subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    done = call(python, tmp_path, "-m", "jaxlint", "--fix", "a.py")
    assert (done.returncode, done.stderr) == (0, "Fixed 1 finding, none left.\n")
    assert (tmp_path / "a.py").read_text() == STORE.replace("x[0] = 1", "x = x.at[0].set(1)")


def test_what_needs_more_says_what_to_install(python: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STORE)
    for argv, extra in ((["verify", "a.py"], "verify"), (["server"], "lsp"), (["--watch"], "watch")):
        done = call(python, tmp_path, "-m", "jaxlint", *argv)
        assert done.returncode == 2
        assert f"pip install 'jaxlint[{extra}]'" in done.stderr

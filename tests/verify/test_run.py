"""`jaxlint.verify.run`: exit codes, what goes to which stream, and the three formats."""

import json
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from jaxlint.verify import run
from jaxlint.verify.protocol import Target
from jaxlint.verify.race import Race
from jaxlint.verify.reports import as_json
from jaxlint.verify.reports.make import row
from jaxlint.verify.reports.markdown import as_markdown
from jaxlint.verify.reports.record import VERSION, Report
from jaxlint.verify.speed.record import EAGER, REWRITE
from jaxlint.verify.verdict import Kind, Verdict

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "before.py", tmp_path / "after.py"
    before.write_text("def f(x):\n    return x + x\n")
    after.write_text("def f(x):\n    return 2 * x\n")
    return before, after


def test_equivalent_is_0_and_says_what_it_runs(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    inputs = pair[0].parent / "inputs.json"
    inputs.write_text('{"cases": {"f": [[[1.0, 2.0]], {"x": 3}]}}')
    assert run(*pair, inputs=inputs) == 0
    out, err = capfd.readouterr()
    assert out == "equivalent  f (exact)\n    inputs: inputs.json\n"
    assert err == f"Running the code of {pair[0]} and {pair[1]}.\n"


def test_different_is_1(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    pair[1].write_text("def f(x):\n    return 3 * x\n")
    inputs = pair[0].parent / "inputs.py"
    inputs.write_text("cases = {'f': [(1.0,)]}\n")
    assert run(*pair, function="f", inputs=inputs, output_format="json") == 1
    (verdict,) = json.loads(capfd.readouterr().out)["verdicts"]
    assert verdict["verdict"] == "different" and verdict["reasons"] == ["result: 3.0, expected 2.0"]


def test_what_passes_is_measured(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    inputs = pair[0].parent / "inputs.py"
    inputs.write_text("import numpy as np\ncases = {'f': [(np.ones(3),)]}\ntiming = {'f': [(np.ones(1000),)]}\n")
    assert run(*pair, inputs=inputs, output_format="json", label="what was rewritten", speed=True) == 0
    report = msgspec.json.decode(capfd.readouterr().out, type=Report)
    ((speed,),) = [row.speeds for row in report.verdicts]
    assert report.after == "what was rewritten" and report.machines[0].platform == speed.platform
    assert speed.arguments == "f64[1000]" and speed[EAGER] and speed[REWRITE]
    assert "+    return 2 * x" in report.diff


def test_what_cannot_be_compared_is_not_a_pass(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    pair[0].write_text("def f(x):\n    raise ValueError(x)\n")
    assert run(*pair, output_format="markdown") == 1
    assert "| `f` | cannot compare |  |  | no inputs were found |" in capfd.readouterr().out


def test_the_same_code_has_nothing_to_compare(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(pair[0], pair[0]) == 0
    out, err = capfd.readouterr()
    assert "nothing to compare" in out and err == ""


@pytest.mark.parametrize(
    "change, message",
    [
        ({"before": Path("nowhere.py")}, "nowhere.py"),
        ({"inputs": Path("nowhere.json")}, "nowhere.json: no such file"),
        ({"function": "g"}, "no function `g` in the original"),
        ({"output_format": "xml"}, "unknown output format `xml`"),
        ({"inputs": ROOT / "pyproject.toml"}, "inputs are a .py, .json or .npz file"),
    ],
)
def test_wrong_usage_is_2(
    pair: tuple[Path, Path], change: dict[str, object], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(**({"before": pair[0], "after": pair[1]} | change)) == 2  # type: ignore[arg-type]
    out, err = capfd.readouterr()
    assert message in err and out == ""


def test_a_syntax_error_is_2(pair: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    pair[1].write_text("def f(:\n")
    assert run(*pair) == 2
    assert capfd.readouterr().err.startswith("after: invalid syntax")


def test_without_jax_is_2_and_one_line(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """In a real environment that holds jaxlint and msgspec and nothing else."""
    venv.create(tmp_path / "bare")
    spec = find_spec("msgspec")
    assert spec is not None and spec.origin is not None
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "msgspec").symlink_to(Path(spec.origin).parent)
    code = "import sys; from pathlib import Path; from jaxlint.verify import run; exit(run(*map(Path, sys.argv[1:])))"
    done = subprocess.run(
        [tmp_path / "bare" / "bin" / "python", "-c", code, *pair],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path / 'site'}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "pip install 'jaxlint[verify]'\n")


def test_the_parent_never_imports_jax(pair: tuple[Path, Path], tmp_path: Path) -> None:
    inputs = tmp_path / "inputs.json"
    inputs.write_text('{"cases": {"f": [[1.0]]}}')
    code = "import sys; from pathlib import Path; from jaxlint.verify import run; paths = map(Path, sys.argv[1:])\n"
    code += "before, after, inputs = paths; exit(run(before, after, inputs=inputs) or 'jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *pair, inputs], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_reports_are_well_formed() -> None:
    found = row(Verdict("f", Kind.DIFFERENT, ("a | b\nc",), ("note",), float("inf"), 0.5, 3), Race(), Target(0, "f"))
    report = Report(VERSION, "before.py", "after.py", "", (), (found,))
    assert as_markdown(report).splitlines()[2] == "| `f` | different | infinite |  | a \\| b c; note |"
    decoded = msgspec.json.decode(as_json(report))
    assert decoded["version"] == 1 and decoded["verdicts"][0]["max_abs"] is None

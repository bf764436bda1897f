"""Findings confirmed by running the code: each kind of observation, and what must not be confirmed."""

import io
import json
import threading
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from jaxlint.front.cli import run
from jaxlint.verify.observation import Observation
from jaxlint.verify.plan import plan
from jaxlint.verify.sandbox import Limits, run_job
from jaxlint.verify.side_by_side import Ways, job_for, paired

CODE = """
    import jax
    import jax.numpy as jnp

    kept = []

    @jax.jit
    def branches(x):
        if jnp.sum(x) > 0:  # JAX401
            x = 2.0 * x
        return x

    def stores(x):
        out = jnp.zeros(3)
        out[0] = x  # JAX101
        return out

    def draws(key):
        a = jax.random.normal(key, (3,))
        return a + jax.random.uniform(key, (3,))  # JAX301

    @jax.jit
    def leaks(x):
        y = x * 2
        kept.append(y)  # JAX203
        return y

    def helper(v):
        return float(v)  # JAX601

    @jax.jit
    def calls_helper(x):
        return helper(x) + 1

    def compiles(x):
        return jax.jit(lambda y: y + 1)(x)

    count = 0.0

    def counts(x):
        global count
        count = count + 1.0
        return x * count

    def sound(x):
        return jnp.sin(x)

    def comes_by_never(x, flag):  # jaxlint: inputs(f32[3], False)
        out = jnp.zeros(3)
        if flag:
            out[0] = x[0]  # JAX101, unconfirmed
        return out

    def ends(x):
        import os
        os._exit(1)
    """


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Observation, ...] | None]:
    path = tmp_path_factory.mktemp("observe") / "module.py"
    path.write_text(dedent(CODE))
    known = plan(path.read_bytes(), path.read_bytes())
    pair = msgspec.structs.replace(paired(path, path, known), changed=known.common)
    ways = Ways(guess=True, limits=Limits(seconds=30))
    job = msgspec.structs.replace(job_for([pair], ways, x64=False), task="observe")
    record = run_job(job, ways.limits, threading.Event())
    return {target.function: seen for target, seen in record.observed.items()}


@pytest.mark.parametrize(
    "function, seen, line, words",
    [
        ("branches", "raises", 9, "raises TracerBoolConversionError"),
        ("stores", "raises", 15, "raises TypeError"),
        ("draws", "reuses", 20, "raises KeyReuseError"),
        ("leaks", "leaks", None, "leaks a tracer"),
        ("calls_helper", "raises", 29, "raises ConcretizationTypeError"),
        ("compiles", "recompiles", 36, "compiles again in a second call of the same kind"),
    ],
)
def test_what_is_seen(
    observed: dict[str, tuple[Observation, ...] | None], function: str, seen: str, line: int | None, words: str
) -> None:
    (one,) = observed[function] or ()
    assert (one.seen, one.words) == (seen, words)
    assert [each.first for each in one.lines] == ([line] if line else [])


def test_nothing_is_seen_of_sound_code_and_of_code_that_does_not_run(
    observed: dict[str, tuple[Observation, ...] | None],
) -> None:
    assert observed["sound"] == () and observed["comes_by_never"] == ()
    assert observed["ends"] is None


def test_the_command_line_marks_what_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = dedent(CODE).partition("def compiles")[0] + dedent(CODE).partition("return jnp.sin(x)\n")[2]
    (tmp_path / "module.py").write_text(code)
    assert run(["check", "--isolated", "--no-cache", "--verify", "--output-format", "json", "."]) == 1
    out, err = capfd.readouterr()
    assert err == "Running the code of the files, to confirm the findings.\n"
    marked = {(one["code"], one["range"]["start"]["line"]): one["confirmed"] for one in json.loads(out)}
    unconfirmed = marked.pop(("JAX101", next(i for i, text in enumerate(code.split("\n"), 1) if "unconfirmed" in text)))
    assert unconfirmed is None
    assert marked == {
        ("JAX401", 9): "`branches` raises TracerBoolConversionError",
        ("JAX101", 15): "`stores` raises TypeError",
        ("JAX301", 20): "`draws` raises KeyReuseError",
        ("JAX203", 25): "`leaks` leaks a tracer",
        ("JAX601", 29): "`helper` raises ConcretizationTypeError",
    }


def test_a_module_that_raises_when_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = (
        "import jax.numpy as jnp\nx = jnp.zeros(3)\n\ndef f(y):\n    z = jnp.zeros(3)\n    z[0] = y\n    return z\n\n"
    )
    (tmp_path / "script.py").write_text(f"{code}x[0] = 1\n")
    assert run(["check", "--isolated", "--no-cache", "--verify", "--output-format", "concise", "."]) == 1
    first, second = capfd.readouterr().out.splitlines()
    assert "script.py:6:5: JAX101" in first and "confirmed" not in first
    assert second.endswith("(confirmed: raises TypeError when it is imported)")


def test_clean_code_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clean.py").write_text(f"import jax\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    assert run(["check", "--isolated", "--no-cache", "--verify", "."]) == 0
    assert not (tmp_path / "ran").exists()


NOTEBOOK = """\
%matplotlib inline
import jax
import jax.numpy as jnp
from beside import WIDTH
# ---
key = jax.random.key(0)
a = jax.random.normal(key, (WIDTH,))
# ---
b = jax.random.uniform(key, (WIDTH,))
# ---
@jax.jit
def branches(x):
    if jnp.sum(x) > 0:
        x = 2.0 * x
    return x
"""


def test_a_notebook_is_run_beside_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside.py").write_text("WIDTH = 3\n")
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
        for cell in NOTEBOOK.split("# ---\n")
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    assert run(["check", "--isolated", "--no-cache", "--verify", "--output-format", "concise", "."]) == 1
    lines = capfd.readouterr().out.splitlines()
    (reuse,) = (line for line in lines if "JAX301" in line)
    assert reuse.startswith("a.ipynb:cell 3:1") and reuse.endswith(
        "(confirmed: raises KeyReuseError when it is imported)"
    )
    (branch,) = (line for line in lines if "JAX401" in line)
    assert branch.startswith("a.ipynb:cell 4:3") and "confirmed: `branches` raises TracerBool" in branch


def test_stdin_is_run_as_the_file_that_it_stands_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "beside.py").write_text("WIDTH = 3\n")
    monkeypatch.chdir(tmp_path)
    code = "import jax.numpy as jnp\nfrom .beside import WIDTH\n"
    code += "def f(x):\n    y = jnp.zeros(WIDTH)\n    y[0] = x\n    return y\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(code.encode())))
    arguments = ["--isolated", "--verify", "--output-format", "concise", "--stdin-filename", "package/new.py", "-"]
    assert run(["check", *arguments]) == 1
    (line,) = capfd.readouterr().out.splitlines()
    assert line.startswith("package/new.py:5:5: JAX101") and line.endswith("(confirmed: `f` raises TypeError)")


def test_inputs_lead_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    code = "import jax.numpy as jnp\ndef f(x, mode):\n    out = jnp.zeros(3)\n"
    code += "    if mode == 'really':\n        out[0] = x\n    return out\n"
    (tmp_path / "module.py").write_text(code)
    (tmp_path / "given.py").write_text("cases = {'f': [(1.0, 'no'), (1.0, 'really')]}\n")
    arguments = ["check", "--isolated", "--no-cache", "--output-format", "concise", "module.py", "--inputs", "given.py"]
    assert run([*arguments, "--verify"]) == 1
    assert "(confirmed: `f` raises TypeError)" in capfd.readouterr().out
    (tmp_path / "given.py").write_text("cases = undefined\n")
    assert run([*arguments, "--verify"]) == 2
    assert "given.py: NameError: name 'undefined' is not defined" in capfd.readouterr().err
    assert run(arguments) == 2
    assert "--inputs are for --verify" in capfd.readouterr().err
    assert run(["check", "--isolated", "--verify", "module.py", "--inputs", "nowhere.py"]) == 2

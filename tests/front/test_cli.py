"""The command line: what it accepts, what it writes and where, and its exit codes.

The findings here are the tool's own (a syntax error, an unused suppression), so that no rule can change them.
"""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jaxlint.front.cli import run

UNUSED = "x = 1  # jaxlint: ignore[JAX3]\n"
CLEAN = "x = 1\n"
BROKEN = "x = (\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (tmp_path / "jaxlint.toml").write_text("")
    return tmp_path


def put(folder: Path, **texts: str) -> None:
    for stem, text in texts.items():
        (folder / f"{stem}.py").write_text(text)


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([], 1),
        (["."], 1),
        (["check"], 1),
        (["clean.py"], 0),
        (["check", "clean.py"], 0),
        (["--", "clean.py"], 0),
        (["--output-format", "concise", "unused.py"], 1),
        (["unused.py", "--exit-zero"], 0),
        (["--ignore", "JAX002", "unused.py"], 0),
        (["--ignore=JAX4,JAX002", "unused.py"], 0),
        (["--select", "JAX3", "unused.py"], 0),
        (["--select", "JAX3", "--extend-select", "JAX0", "unused.py"], 1),
        (["broken.py", "--ignore", "ALL"], 1),
        (["nowhere"], 2),
        (["clean.py", "nowhere.py"], 2),
        (["--fixx"], 2),
        (["--select", "JAX999", "clean.py"], 2),
        (["--target-jax", "0.x", "clean.py"], 2),
        (["--output-format", "xml"], 2),
        (["--config", "nowhere.toml", "clean.py"], 2),
        (["--config", "selekt = []", "clean.py"], 2),
        (["rule", "JAX001"], 0),
        (["rule", "JAX9999"], 2),
        (["rule"], 2),
        (["version"], 0),
        (["--version"], 0),
        (["-h"], 0),
        (["check", "--help"], 0),
        (["config"], 0),
        (["config", "--schema"], 0),
        (["clean"], 0),
    ],
)
def test_exit_codes(project: Path, argv: list[str], code: int) -> None:
    put(project, clean=CLEAN, unused=UNUSED, broken=BROKEN)
    assert run(argv) == code


def test_concise_is_one_plain_line_a_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=UNUSED)
    assert run(["--output-format", "concise"]) == 1
    out, err = capsys.readouterr()
    assert out == "a.py:1:8: JAX002 unused suppression: `JAX3` silences nothing here\n"
    assert err == "Found 1 warning.\n[*] 1 fixable with `--fix`.\n"


def test_errors_go_to_stderr_and_suggest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulee", "JAX001"]) == 2
    assert run(["rule", "jax0002"]) == 2
    (project / "jaxlint.toml").write_text('selekt = ["JAX3"]\n')
    assert run(["."]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "jaxlint: error: no such command, file or folder: rulee; did you mean `rule`?",
        "jaxlint: error: unknown rule `jax0002`; did you mean `JAX002`?",
        f"jaxlint: error: {project / 'jaxlint.toml'}: unknown key `selekt`; did you mean `select`? (at `$.selekt`)",
    ]


def test_a_folder_named_like_a_command(project: Path) -> None:
    (project / "rule").mkdir()
    put(project / "rule", a=UNUSED)
    assert run(["./rule"]) == 1
    assert run(["--", "rule"]) == 1


def test_fix_writes_and_reports_the_rest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=UNUSED, b=CLEAN, broken=BROKEN)
    assert run(["--fix", "a.py", "b.py"]) == 0
    assert capsys.readouterr().err == "Fixed 1 finding, none left.\n"
    assert (project / "a.py").read_text() == CLEAN
    put(project, a=UNUSED)
    assert run(["--fix", "--show-fixes", "."]) == 1
    assert "- a.py:\n    1 x JAX002 (unused-suppression)\n" in capsys.readouterr().err
    put(project, a=UNUSED)
    assert run(["--fix-only", "."]) == 0
    assert (project / "a.py").read_text() == CLEAN


def test_diff_writes_nothing_and_patches(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=UNUSED)
    assert run(["--diff", "."]) == 1
    patch = capsys.readouterr().out
    assert (project / "a.py").read_text() == UNUSED
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, text=True, check=True, cwd=project)
    assert (project / "a.py").read_text() == CLEAN
    assert run(["--diff", "."]) == 0
    assert capsys.readouterr().out == ""


def test_diff_of_a_file_without_final_newline_and_with_crlf(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_bytes(b"y = 2\r\nx = 1  # jaxlint: ignore[JAX3]")
    assert run(["--diff", "."]) == 1
    patch = capsys.readouterr().out
    subprocess.run(["git", "apply", "-p0", "-"], input=patch.encode(), check=True, cwd=project)
    assert (project / "a.py").read_bytes() == b"y = 2\r\nx = 1"


def test_stdin(project: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    feed(monkeypatch, UNUSED.encode())
    assert run(["-", "--stdin-filename", "src/a.py", "--output-format", "concise"]) == 1
    assert capsysbinary.readouterr().out.startswith(b"src/a.py:1:8: JAX002")
    feed(monkeypatch, b"\xef\xbb\xbfx = 1  # jaxlint: ignore[JAX3]\r\n")
    assert run(["-", "--fix"]) == 0
    assert capsysbinary.readouterr().out == b"\xef\xbb\xbfx = 1\r\n"


def test_stdin_reports_beside_the_fixed_text(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed(monkeypatch, BROKEN.encode())
    assert run(["-", "--fix", "--output-format", "concise"]) == 1
    out, err = capsysbinary.readouterr()
    assert out == BROKEN.encode()
    assert b"JAX001" in err


def test_stdin_of_an_excluded_name_passes_through(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (project / "jaxlint.toml").write_text('extend-exclude = ["gen"]\n')
    feed(monkeypatch, UNUSED.encode())
    assert run(["-", "--fix", "--force-exclude", "--stdin-filename", "gen/a.py"]) == 0
    assert capsysbinary.readouterr().out == UNUSED.encode()


def test_add_ignore_leaves_nothing_to_report(project: Path) -> None:
    put(project, a="y = 1\n", broken=BROKEN)
    assert run(["--add-ignore", "a.py"]) == 0
    assert (project / "a.py").read_text() == "y = 1\n"
    assert run(["--add-ignore", "broken.py"]) == 0
    assert (project / "broken.py").read_text() == BROKEN


def test_each_file_by_its_own_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "quiet").mkdir()
    (project / "quiet/jaxlint.toml").write_text('ignore = ["JAX002"]\n')
    put(project / "quiet", a=UNUSED)
    put(project, a=UNUSED)
    assert run(["--output-format", "concise"]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["a.py"]
    assert run(["quiet"]) == 0
    assert run(["quiet", "--isolated"]) == 1


def test_output_file_and_statistics(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, a=UNUSED, b=UNUSED, broken=BROKEN)
    assert run(["--statistics", "--output-file", "report.txt"]) == 1
    assert (project / "report.txt").read_text() == "2  JAX002  [*] unused-suppression\n1  JAX001  [ ] syntax-error\n"
    assert run(["--statistics", "--output-format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0] == {
        "code": "JAX002",
        "name": "unused-suppression",
        "count": 2,
        "fixable": True,
    }


def test_undecodable_and_empty_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_bytes(b"x = '\xff'\n")
    (project / "b.py").write_bytes(b"")
    assert run(["--output-format", "concise"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("a.py:1:")
    assert out.count("JAX001") == 1


def test_colours(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    put(project, a=UNUSED)
    for argv, environment, coloured in (
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ([], {}, False),
    ):
        with monkeypatch.context() as patch:
            for key, value in environment.items():
                patch.setenv(key, value)
            run([*argv, "a.py"])
        assert ("\x1b[" in capsys.readouterr().out) == coloured


def test_config_shows_what_holds(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "jaxlint.toml").write_text('output-format = "github"\nextend-exclude = ["gen"]\n')
    assert run(["config"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["file"] == str(project / "jaxlint.toml")
    assert shown["output-format"] == "github"
    assert "gen" in shown["exclude"]


def test_clean_removes_caches_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (".jaxlint_cache/x", "sub/.jaxlint_cache", "sub/kept"):
        (project / folder).mkdir(parents=True)
    assert run(["clean"]) == 0
    assert capsys.readouterr().out.count("removed") == 2
    assert sorted(p.name for p in project.rglob("*") if p.is_dir()) == ["kept", "sub"]


def command(*argv: str) -> list[str]:
    return [sys.executable, "-m", "jaxlint", *argv]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **more}


def test_terminals_without_unicode(project: Path) -> None:
    (project / "a.py").write_text("été = '→' # jaxlint: ignore[JAX3]\n", encoding="utf-8")
    done = subprocess.run(
        command("a.py"), capture_output=True, env=environment(PYTHONIOENCODING="ascii"), cwd=project, timeout=60
    )
    assert done.returncode == 1
    assert b"\\xe9t\\xe9 = '\\u2192'" in done.stdout


def test_a_closed_pipe_is_quiet(project: Path) -> None:
    put(project, **{f"f{n}": UNUSED * 200 for n in range(5)})
    script = f"{sys.executable} -m jaxlint | head -n 1"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment(), cwd=project, timeout=60
    )
    assert done.stdout.startswith("warning[JAX002]")
    assert done.stderr in ("", "Found 1000 warnings.\n[*] 1000 fixable with `--fix`.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_long_check_shows_its_progress_on_a_terminal_only(project: Path) -> None:
    text = "import jax\n\n\n@jax.jit\ndef f(x):\n    return x\n" + "# a line of a long file\n" * 45_000
    put(project, long=text)
    argv = [sys.executable, "-m", "jaxlint", "--no-cache"]
    piped = subprocess.run(argv, capture_output=True, text=True, env=environment(), cwd=project, timeout=120)
    assert (piped.stdout, piped.stderr) == ("", "All checks passed!\n")
    seen = in_a_window(argv, project)
    assert "looking at 1,080 kB" in seen
    assert seen.rstrip().endswith("All checks passed!")


def in_a_window(argv: list[str], folder: Path, columns: int = 80) -> str:
    """What a command writes on a terminal."""
    import pty
    import struct
    from fcntl import ioctl
    from termios import TIOCSWINSZ

    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    variables = {**environment(), "TERM": "xterm-256color"}
    for name in ("COLUMNS", "LINES"):  # they would say more than the window, and pytest-xdist sets them
        variables.pop(name, None)
    process = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=variables)
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 65536):
            seen += data
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    process.wait(60)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_colours_and_lines_that_fit(project: Path) -> None:
    put(project, unused=UNUSED)
    argv = [sys.executable, "-m", "jaxlint", "unused.py"]
    seen = in_a_window(argv, project, columns=50)
    assert "\x1b[1;33mwarning[JAX002]" in seen
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert max(map(len, plain.splitlines())) <= 50
    assert "\x1b" not in in_a_window([*argv, "--color", "never"], project)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_rule_s_page_rendered(project: Path) -> None:
    argv = [sys.executable, "-m", "jaxlint", "rule", "JAX301"]
    piped = subprocess.run(argv, capture_output=True, text=True, env=environment(), timeout=60).stdout
    assert piped.startswith("# key-reuse (JAX301)\n") and "```python bad\n" in piped
    seen = re.sub(r"\x1b\[[0-9;]*m", "", in_a_window(argv, project, columns=70))
    assert "key-reuse (JAX301)" in seen and "```" not in seen
    assert "What the fix writes:" in seen and "cases =" not in seen
    assert max(map(len, seen.splitlines())) <= 70


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("jaxlint --fi", {"--fix", "--fix-only"}),
        ("jaxlint ru", {"rule"}),
        ("jaxlint check --output-format gi", {"github", "gitlab"}),
        ("jaxlint rule JAX40", {"JAX401", "JAX402"}),
        ("jaxlint rule key-re", {"key-reuse"}),
        ("jaxlint --select JAX301,JAX30", {"JAX301,JAX302"}),
    ],
)
def test_the_shell_is_told_what_may_follow(project: Path, typed: str, offered: set[str]) -> None:
    asked = {"_JAXLINT_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "jaxlint"], capture_output=True, text=True, env={**environment(), **asked}, timeout=60
    )
    assert offered <= set(done.stdout.split()), done.stdout + done.stderr

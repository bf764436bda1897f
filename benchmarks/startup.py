"""CPU time to start: ``python benchmarks/startup.py`` prints medians, and ratios to ``python -c pass``.

Rounds go over all commands in turn, so that a busy machine hurts all alike. jaxlint, flake8 and ruff are installed into
a temporary environment; with ``--here`` only jaxlint is measured, in the environment that runs this.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 15
TRACED = "import jax\n\n\n@jax.jit\ndef f(x):\n    return x\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--here", action="store_true", help="measure the environment that runs this, jaxlint only")
    here = parser.parse_args().here
    with tempfile.TemporaryDirectory(prefix="startup-") as name:
        folder = Path(name)
        python = Path(sys.executable) if here else environment(folder / "environment")
        measured = measure(commands(python, folder, others=not here), folder)
    plain = measured["python -c pass"]
    for title, spent in measured.items():
        print(f"{spent:7.1f} ms {spent / plain:6.1f} x  {title}")


def environment(folder: Path) -> Path:
    """A new environment with all three tools; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(ROOT), "flake8", "ruff"], check=True)
    return python


def commands(python: Path, folder: Path, others: bool) -> dict[str, list[str]]:
    for name, text in (("empty", ""), ("traced", TRACED)):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text(text)
    jaxlint = [str(python), "-m", "jaxlint"] if not others else [str(python.parent / "jaxlint")]
    listed = {
        "python -c pass": [str(python), "-c", "pass"],
        "jaxlint --version": [*jaxlint, "--version"],
        "jaxlint --help": [*jaxlint, "--help"],
        "jaxlint empty/a.py": [*jaxlint, "empty/a.py"],
        "jaxlint empty": [*jaxlint, "empty"],
        "jaxlint traced/a.py": [*jaxlint, "traced/a.py"],
    }
    if others:
        listed["flake8 empty/a.py"] = [str(python.parent / "flake8"), "--isolated", "empty/a.py"]
        listed["ruff check empty/a.py"] = [
            str(python.parent / "ruff"),
            "check",
            "--isolated",
            "--no-cache",
            "empty/a.py",
        ]
    return listed


def measure(listed: dict[str, list[str]], folder: Path) -> dict[str, float]:
    """Median CPU milliseconds of each command; the first round, which writes byte code, does not count."""
    spent: dict[str, list[float]] = {title: [] for title in listed}
    for _ in range(ROUNDS + 1):
        for title, argv in listed.items():
            spent[title].append(cpu(argv, folder))
    return {title: statistics.median(times[1:]) for title, times in spent.items()}


def cpu(argv: list[str], folder: Path) -> float:
    """User and system time of a child process, in milliseconds."""
    child = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(argv)} failed with {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    main()

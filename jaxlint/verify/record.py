"""Runs a user's own program, and has the chosen functions of a module note their calls."""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import jaxlint.verify.recorder.hook as hook
from jaxlint.verify.recorder.install import VARIABLE

_SECONDS = 600.0


class RecordError(Exception):
    """The program cannot be run, or calls none of the functions."""


@contextlib.contextmanager
def recording(command: str | None, module: Path, functions: Sequence[str]) -> Iterator[Path | None]:
    """A folder with the calls that a command makes, while it is needed; None without a command. Raises RecordError."""
    if command is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="jaxlint-record-") as folder:
        record(command, module, functions, Path(folder))
        yield Path(folder)


def record(command: str, module: Path, functions: Sequence[str], folder: Path) -> None:
    """Run a command such as `pytest tests/test_x.py` or `python script.py`; its calls are then in the folder.

    Its output goes to stderr. Raises RecordError.
    """
    settings = {"module": os.path.realpath(module), "functions": list(functions), "folder": str(folder)}
    package = Path(__file__).resolve().parents[2]
    path = [str(Path(next(iter(hook.__path__)))), str(package), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {VARIABLE: json.dumps(settings), "PYTHONPATH": os.pathsep.join(filter(None, path))}
    try:
        done = subprocess.run(_words(command, module), env=environment, stdout=sys.stderr.fileno(), timeout=_SECONDS)
    except (OSError, ValueError) as error:
        raise RecordError(f"cannot run `{command}`: {error}") from None
    except subprocess.TimeoutExpired:
        raise RecordError(f"`{command}` does not end within {_SECONDS:g} seconds") from None
    if not any(folder.glob("*.calls")):
        raise RecordError(f"`{command}` (exit code {done.returncode}) calls none of the functions")


def _words(command: str, module: Path) -> list[str]:
    """The command; `python` and `pytest` are this Python's, and the module itself as a script is recorded too."""
    words = shlex.split(command)
    if not words:
        raise ValueError("it is empty")
    if words[0] in ("python", "python3"):
        words[0] = sys.executable
    elif words[0] == "pytest":
        words[:1] = [sys.executable, "-m", "pytest"]
    for place, word in enumerate(words[1:], 1):
        if word.endswith(".py") and Path(word).resolve() == module.resolve() and words[place - 1] == sys.executable:
            words[place:place] = ["-m", "jaxlint.verify.recorder"]
            break
    return words

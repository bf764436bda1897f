"""Reads the calls that a recorded program made."""

import functools
import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.sides import attribute
from jaxlint.verify.recorder.portable import loads


@dataclass(slots=True)
class Recorded:
    """Calls by function, and why others could not be stored."""

    calls: dict[str, list[Call]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def load_recorded(folder: Path, module: ModuleType) -> Recorded:
    """The calls in the files of a folder, with the module's own classes."""
    found = Recorded()
    for path in sorted(folder.glob("*.calls")):
        with path.open("rb") as file:
            for name, home, search, payload, problem in _entries(file):
                sys.path += [place for place in search if place not in sys.path]
                if problem:
                    found.problems[name] = problem
                    continue
                try:
                    args, kwargs = loads(payload, functools.partial(_own, module, home))
                except Exception as error:
                    found.problems[name] = f"{type(error).__name__}: {error}"
                    continue
                found.calls.setdefault(name, []).append(Call(args, kwargs))
    return found


def _entries(file: Any) -> Any:
    while True:
        try:
            yield pickle.load(file)
        except (EOFError, pickle.UnpicklingError):  # the program may have been ended while it wrote
            return


def _own(module: ModuleType, home: str, where: str, what: str) -> Any:
    return attribute(module, what) if where == home else None

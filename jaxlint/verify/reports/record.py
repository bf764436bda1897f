"""A verification as plain data. Its JSON is what every other report is made of."""

import difflib
import math
import re

import msgspec

from jaxlint.verify.speed.record import JITTED, REWRITE, Machine, Speed

VERSION = 1


class Row(msgspec.Struct, frozen=True):
    """One function: the verdict on it, and how fast it is on each device. Infinite errors are None.

    ``used`` is the largest share of its tolerance that an element's error takes: above 1 it differs. ``example`` is the
    smallest call known to show the verdict, ``trace`` the user's lines that a failure went through, ``source`` says
    where the inputs came from.
    """

    function: str
    verdict: str
    passes: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    max_abs: float | None = 0.0
    max_rel: float | None = 0.0
    max_ulp: float | None = 0.0
    used: float | None = 0.0
    cases: int = 1
    example: str = ""
    trace: tuple[str, ...] = ()
    source: str = ""
    speeds: tuple[Speed, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What `jaxlint verify` found out. ``diff`` is from one source to the other."""

    version: int
    before: str
    after: str
    diff: str
    machines: tuple[Machine, ...]
    verdicts: tuple[Row, ...]


def finite(value: float) -> float | None:
    """JSON has no infinity."""
    return value if math.isfinite(value) else None


def source_diff(before: str, after: str, names: tuple[str, str]) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "\n".join(lines)


_NOISE = re.compile(r",? ?(?:metadata|frontend_attributes|backend_config)=\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_TABLES = re.compile(r"^(?:FileNames|FunctionNames|FileLocations|StackFrames)\n(?:.+\n)*\n?", re.MULTILINE)


def program(hlo: str) -> str:
    """An XLA program without the lines of source that it came from and the name of its module."""
    bare = _NOISE.sub("", _TABLES.sub("", hlo))
    return re.sub(r"^HloModule [^\s,]+", "HloModule", bare).strip() + "\n" if bare else ""


def program_diff(speed: Speed) -> str | None:
    """From the jitted original's XLA program to the rewrite's: empty if they are the same, None without one."""
    old, new = speed[JITTED], speed[REWRITE]
    if not old or not new or not old.compilation or not new.compilation:
        return None
    if not old.compilation.hlo or not new.compilation.hlo:
        return None
    names = ("original under jit", "rewrite under jit")
    return source_diff(program(old.compilation.hlo), program(new.compilation.hlo), names)

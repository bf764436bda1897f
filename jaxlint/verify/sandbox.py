"""Runs a job in child processes: empty working folder, time and memory limits, and a word on how each one ended."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from jaxlint.verify.observation import Observation
from jaxlint.verify.outcome import Died
from jaxlint.verify.protocol import (
    Done,
    Event,
    Importing,
    Job,
    Judged,
    Measured,
    NotLoaded,
    Observed,
    On,
    Passed,
    Started,
    Target,
    read,
)
from jaxlint.verify.speed.record import Machine, Speed, untimed
from jaxlint.verify.verdict import Kind, Verdict

_IMPORT_SECONDS = 120.0
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one call (tracing and compiling included) and bytes of memory for a child."""

    seconds: float = 60.0
    memory: int = 4 * 2**30


@dataclass(slots=True)
class Record:
    """What the children of a job report: a verdict on each function, how fast it is, or what was seen of it (None: it
    did not run), or why a pair could not be loaded; and the machine that they ran on."""

    verdicts: dict[Target, Verdict] = field(default_factory=dict)
    refused: dict[int, NotLoaded] = field(default_factory=dict)
    machine: Machine | None = None
    speeds: dict[Target, Speed] = field(default_factory=dict)
    observed: dict[Target, tuple[Observation, ...] | None] = field(default_factory=dict)
    ended: set[Target] = field(default_factory=set)
    steady: set[Target] = field(default_factory=set)
    _current: Started | Importing | None = None

    def add(self, event: Event | Died) -> None:
        """Take an event in. A death is charged to the step that was running."""
        match event:
            case NotLoaded(pair=pair):
                self.refused[pair] = event
            case Started() | Importing():
                self._current = event
            case Judged(target, verdict):
                self.verdicts[target] = verdict
                self.ended.add(target)
                self._current = None
            case On(machine):
                self.machine = machine
            case Measured(target, speed):
                self.speeds[target] = speed
                self.ended.add(target)
                self._current = None
            case Observed(target, seen, ran):
                self.observed[target] = seen if ran else None
                self.ended.add(target)
                self._current = None
            case Passed(target):
                self.ended.add(target)
            case Died(reason):
                self._died(reason)

    def left(self, job: Job) -> tuple[Target, ...]:
        """The functions about which nothing has been said yet."""
        return tuple(
            target
            for number, pair in enumerate(job.pairs)
            if number not in self.refused
            for target in (Target(number, name) for name in pair.functions)
            if target not in self.ended
        )

    def _died(self, reason: str) -> None:
        match self._current:
            case Importing(pair, what):
                self.refused[pair] = NotLoaded(pair, what, reason)
            case Started(target, varied=True, step="original" | "inputs"):
                self.steady.add(target)
            case Started(target, step="watch"):
                self.observed[target] = None
                self.ended.add(target)
            case Started(target, step="speed"):
                self.speeds[target] = untimed(target.function, reason, self.machine.platform if self.machine else "")
                self.ended.add(target)
            case Started(target, step, call):
                self.verdicts[target] = _killed(target.function, step, call, reason)
                self.ended.add(target)
        self._current = None


def _killed(function: str, step: str, call: str, reason: str) -> Verdict:
    match step:
        case "inputs":
            return Verdict(function, Kind.CANNOT_COMPARE, (f"looking for inputs {reason}",))
        case "original":
            return Verdict(function, Kind.CANNOT_COMPARE, (f"the original {reason}",), example=call)
    return Verdict(function, Kind.FAILED, (f"the rewritten function {reason}",), example=call)


Heard = Callable[[Event], None]
"""Told about each event as it comes in."""


def unheard(event: Event) -> None:
    """Nobody listens."""


def run_job(job: Job, limits: Limits, stop: threading.Event, hear: Heard = unheard) -> Record:
    """Run the job, until done or stopped. A function that kills its child is left out of the next."""
    record = Record(ended=set(job.skip))
    while not stop.is_set() and (left := record.left(job)):
        known = len(record.steady)
        skip = [Target(n, name) for n, pair in enumerate(job.pairs) for name in pair.functions]
        skip = [target for target in skip if target not in left]
        rest = msgspec.structs.replace(job, skip=tuple(skip), steady=tuple(record.steady))
        _run_child(rest, limits, record, stop, hear)
        if record.left(job) == left and len(record.steady) == known:
            record.ended.update(left)
            for target in left:
                reason = "its process ends before its turn"
                record.verdicts[target] = Verdict(target.function, Kind.CANNOT_COMPARE, (reason,))
    return record


def _run_child(job: Job, limits: Limits, record: Record, stop: threading.Event, hear: Heard) -> None:
    with tempfile.TemporaryDirectory(prefix="jaxlint-verify-", ignore_cleanup_errors=True) as folder:
        events = Path(folder, "events")
        events.touch()
        process = _spawn(msgspec.structs.replace(job, events=str(events)), Path(folder))
        try:
            for event in _events(process, events, limits.seconds, stop):
                record.add(event)
                if not isinstance(event, Died):
                    hear(event)
        finally:
            _kill(process)


def _events(
    process: "subprocess.Popen[bytes]", path: Path, seconds: float, stop: threading.Event
) -> Iterator[Event | Died]:
    """The child's events as they come, and last how it died, if it did; ends with the job or when stopped."""
    deadline = time.monotonic() + _IMPORT_SECONDS
    with path.open("rb") as file:
        rest = b""
        while True:
            over = process.poll() is not None
            *lines, rest = (rest + file.read()).split(b"\n")
            for line in lines:
                deadline = time.monotonic() + seconds
                event = read(line)
                if isinstance(event, Done):
                    return
                yield event
            if over:
                break
            if time.monotonic() > deadline:
                yield Died(f"does not end within {seconds:g} seconds")
                return
            if stop.wait(_POLL):
                return
    yield Died(_ending(process.returncode))


def _ending(code: int) -> str:
    if code < 0:
        try:
            return f"crashes the process ({signal.Signals(-code).name})"
        except ValueError:
            return f"crashes the process (signal {-code})"
    return f"ends the process (exit code {code})"


def _spawn(job: Job, folder: Path) -> "subprocess.Popen[bytes]":
    work = folder / "work"
    work.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "jaxlint.verify.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=work,
        env=_environment(job, work),
        start_new_session=True,
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()
    return process


def _environment(job: Job, work: Path) -> dict[str, str]:
    """The user's environment, with temporary files, byte code and windows kept away, on the platform of the job."""
    package = Path(__file__).resolve().parents[2]
    return os.environ | {
        "JAX_ENABLE_X64": str(int(job.x64)),
        **_platform(job),
        "MPLBACKEND": "Agg",  # a plot opens no window, which would wait for its user
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH")])),
        "TMPDIR": str(work),
    }


def _platform(job: Job) -> dict[str, str]:
    """Other than when measuring, products of matrices on an accelerator get all the digits that the CPU gives them."""
    if job.platform:
        return {"JAX_PLATFORMS": job.platform}
    precise = {} if job.task == "measure" else {"JAX_DEFAULT_MATMUL_PRECISION": "highest"}
    return {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", **precise}


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()

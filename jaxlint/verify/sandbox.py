"""Runs a job in child processes: empty working folder, time and memory limits, and a word on how each one ended."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from jaxlint.verify.outcome import Died, Outcome
from jaxlint.verify.protocol import Completed, Done, Event, Finished, Job, Loaded, NotLoaded, Started

_IMPORT_SECONDS = 120.0
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one call (tracing and compiling included) and bytes of memory for a child."""

    seconds: float = 60.0
    memory: int = 4 * 2**30


@dataclass(slots=True)
class Record:
    """What the children of a job report: outcomes and digests of arguments by (function, case)."""

    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    given: dict[tuple[str, int], str] = field(default_factory=dict)
    with_inputs: tuple[str, ...] = ()
    refused: NotLoaded | None = None
    ended: set[str] = field(default_factory=set)
    _current: tuple[str, int] | None = None

    def add(self, event: Event | Died) -> None:
        """Take an event in. A death is charged to the call that was running, or was next."""
        match event:
            case Loaded(functions):
                self.with_inputs = functions
            case NotLoaded():
                self.refused = event
            case Started(function, case):
                self._current = function, case
            case Finished(function, case, given, outcome):
                self.outcomes[function, case], self.given[function, case] = outcome, given
                self._current = function, case + 1
            case Completed(function):
                self.ended.add(function)
                self._current = None
            case Died(reason):
                self._died(event, reason)

    def _died(self, event: Died, reason: str) -> None:
        if self._current is not None:
            self.outcomes[self._current] = event
            self.ended.add(self._current[0])
            self._current = None
        elif self.refused is None and not self.ended:
            self.refused = NotLoaded("module", reason)


def run_job(job: Job, limits: Limits, stop: threading.Event) -> Record:
    """Run every call of the job, until done or stopped. A function that kills its child is left out of the next."""
    record = Record()
    while record.refused is None and not stop.is_set() and (left := set(job.functions) - record.ended):
        _run_child(msgspec.structs.replace(job, skip=tuple(record.ended)), limits, record, stop)
        if record.ended.isdisjoint(left):
            for name in left:
                record.outcomes.setdefault((name, 0), Died("loses its process before its turn"))
            break
    return record


def _run_child(job: Job, limits: Limits, record: Record, stop: threading.Event) -> None:
    with tempfile.TemporaryDirectory(prefix="jaxlint-verify-", ignore_cleanup_errors=True) as folder:
        events = Path(folder, "events")
        events.touch()
        process = _spawn(msgspec.structs.replace(job, events=str(events)), Path(folder))
        try:
            for event in _events(process, events, limits.seconds, stop):
                record.add(event)
        finally:
            _kill(process)


def _events(
    process: "subprocess.Popen[bytes]", path: Path, seconds: float, stop: threading.Event
) -> Iterator[Event | Died]:
    """The child's events as they come, and last how it died, if it did; ends with the job or when stopped."""
    decoder = msgspec.json.Decoder(Event)
    deadline = time.monotonic() + _IMPORT_SECONDS
    with path.open("rb") as file:
        rest = b""
        while True:
            over = process.poll() is not None
            *lines, rest = (rest + file.read()).split(b"\n")
            for line in lines:
                deadline = time.monotonic() + seconds
                event = decoder.decode(line)
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
    """The user's environment, with temporary files and byte code kept away, on the CPU."""
    package = Path(__file__).resolve().parents[2]
    return os.environ | {
        "JAX_ENABLE_X64": str(int(job.x64)),
        "JAX_PLATFORMS": "cpu",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH")])),
        "TMPDIR": str(work),
    }


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()

"""Verification from the editor: ``jaxlint verify`` in a process of its own, which is killed when nobody wants it."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import signal
import sys
import tempfile
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from jaxlint.source import Definition, SourceText, index

if TYPE_CHECKING:
    from jaxlint.front.lsp.server import Server

_GRACE = 5.0
"""Seconds that the process has for ending its own children."""
_INTERRUPT = signal.SIGINT if os.name == "posix" else signal.SIGTERM


_RUNNING: dict[int, Process] = {}


@atexit.register
def _end_all() -> None:
    """The server ends: nobody wants to know any more."""
    for process in _RUNNING.values():
        with suppress(ProcessLookupError):
            process.send_signal(_INTERRUPT)


def function_at(source: SourceText, line: int) -> str | None:
    """The function that a line is in, or the method."""
    found: str | None = None
    stack: list[Definition] = list(index(source, "__main__").definitions)
    for definition in stack:
        if definition.start_line <= line <= definition.end_line:
            found = definition.name if definition.kind == "function" else found
            stack.extend(definition.methods)
    return found


async def verified(server: Server, source: SourceText, name: str) -> dict[str, str | None]:
    """The verdict on a function, with what is to be said of it."""
    with _file(source) as (file, folder):
        async with _progress(server, f"jaxlint: verifying `{name}`") as cancelled:
            command = [sys.executable, "-m", "jaxlint", "verify", str(file), "--function", name]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(folder)])}
            process = await asyncio.create_subprocess_exec(
                *command, "--output-format", "json", cwd=folder, env=environment, stdout=PIPE, stderr=PIPE
            )
            _RUNNING[process.pid] = process
            try:
                output = asyncio.ensure_future(process.communicate())
                await asyncio.wait([output, cancelled], return_when=asyncio.FIRST_COMPLETED)
                if not output.done():
                    return {"function": name, "verdict": None, "markdown": f"Verifying `{name}` was cancelled."}
                out, err = output.result()
            finally:
                await _end(process)
                _RUNNING.pop(process.pid, None)
    return {"function": name, **_told(name, out.decode(), err.decode())}


async def _end(process: Process) -> None:
    """Interrupt the process, which then kills its children; kill it if it does not."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(_INTERRUPT)
            try:
                await asyncio.wait_for(process.wait(), _GRACE)
            except TimeoutError:
                process.kill()


@contextmanager
def _file(source: SourceText) -> Iterator[tuple[Path, Path]]:
    """A file with the text of a document, and the folder of the document: itself, if it has been saved."""
    path = Path(source.path)
    folder = path.parent if path.is_absolute() and path.parent.is_dir() else Path.cwd()
    with suppress(OSError):
        if path.suffix == ".py" and path.read_bytes() == source.encode(source.text):
            yield path, folder
            return
    with tempfile.TemporaryDirectory(prefix="jaxlint-") as place:
        file = Path(place, f"{path.stem or 'module'}.py")
        file.write_text(source.text, encoding="utf-8", newline="")
        yield file, folder


@asynccontextmanager
async def _progress(server: Server, title: str) -> AsyncIterator[asyncio.Future[Any]]:
    """Progress in the editor while something runs; what comes is done when the user cancels it."""
    never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        yield never
        return
    token, progress = str(uuid.uuid4()), server.work_done_progress
    try:
        await progress.create_async(token)
    except JsonRpcException:
        yield never
        return
    progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
    try:
        yield asyncio.ensure_future(_cancelled(progress.tokens[token]))
    finally:
        progress.end(token, types.WorkDoneProgressEnd())


async def _cancelled(asked: Any) -> None:
    """Returns once a request to cancel has come."""
    while not asked.cancelled():
        await asyncio.sleep(0.1)


def _told(name: str, out: str, err: str) -> dict[str, str | None]:
    """The verdict and a few sentences of a report, or why there is none."""
    try:
        report = json.loads(out)
    except ValueError:
        reason = err.strip().splitlines()
        return {"verdict": None, "markdown": reason[-1] if reason else f"Verifying `{name}` failed."}
    if not report["verdicts"]:
        return {"verdict": None, "markdown": f"There is nothing to verify: no fix changes `{name}`."}
    found = report["verdicts"][0]
    reasons = "; ".join((*found["reasons"], *found["notes"]))
    lines = [f"`{name}`: **{found['verdict']}**" + (f": {reasons}" if reasons else "")]
    if found["cases"]:
        lines.append(f"{found['cases']} cases compared; inputs: {found['source'] or 'guessed'}.")
    if found["example"]:
        lines.append(f"Smallest example: `{found['example']}`")
    if report["diff"]:
        lines.append(f"```diff\n{report['diff'].rstrip()}\n```")
    return {"verdict": found["verdict"], "markdown": "\n\n".join(lines)}

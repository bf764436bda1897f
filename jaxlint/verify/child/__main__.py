"""The child process: reads a job from stdin, runs it, appends events to the job's file."""

import hashlib
import inspect
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from jaxlint.verify.child.execute import Call, original, subject
from jaxlint.verify.child.flatten import flatten
from jaxlint.verify.child.limits import await_end, die_with, limit
from jaxlint.verify.child.load import Inputs, find, load_inputs, load_module
from jaxlint.verify.outcome import Outcome, Raised
from jaxlint.verify.protocol import Completed, Done, Event, Finished, Job, Loaded, NotLoaded, Ready, Started

# Everything that a result may weigh; bytes beyond it are no test data any more.
_MAX_RESULT = 128 * 2**20


class Channel:
    """Writes events, each in one write, to a file that only this object knows."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def send(self, event: Event) -> None:
        data = msgspec.json.encode(event) + b"\n"
        while data:
            data = data[os.write(self._file, data) :]


class Refused(Exception):
    """A module or inputs that cannot be imported."""


def main() -> None:
    """Run the job on stdin, say so, and wait to be ended."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    channel = Channel(job.events)
    limit(job.memory)
    die_with(job.parent, Path(job.events).parent)
    channel.send(Ready())
    _work(job, channel)
    channel.send(Done())
    await_end()


def _work(job: Job, channel: Channel) -> None:
    try:
        inputs = _imported("inputs", load_inputs, Path(job.inputs)) if job.inputs else Inputs()
        module = _imported("module", load_module, Path(job.module), job.search)
    except Refused as refused:
        channel.send(NotLoaded(*refused.args))
        return
    channel.send(Loaded(tuple(inputs.calls)))
    for name in job.functions:
        if name not in job.skip:
            _run(job, channel, module, inputs, name)


def _imported(what: str, loader: Any, *arguments: Any) -> Any:
    try:
        return loader(*arguments)
    except BaseException as error:
        raise Refused(what, f"{type(error).__name__}: {error}") from None


def _run(job: Job, channel: Channel, module: ModuleType, inputs: Inputs, name: str) -> None:
    calls = inputs.calls.get(name, [Call()] if name in job.nullary else [])
    for number, call in enumerate(calls):
        channel.send(Started(name, number))
        given = _digest(call)
        channel.send(_bounded(Finished(name, number, given, _outcome(job, module, inputs, name, call))))
    channel.send(Completed(name))


def _outcome(job: Job, module: ModuleType, inputs: Inputs, name: str, call: Call) -> Outcome:
    if job.side == "original" and name in inputs.oracles:
        return original(inputs.oracles[name], call, jax_code=False)
    try:
        function = find(module, name)
    except (AttributeError, TypeError) as error:
        return Raised("at import", type(error).__name__, str(error))
    if _is_lazy(function):
        return Raised("at import", "TypeError", "a generator or coroutine gives nothing to compare")
    if job.side == "original":
        return original(function, call, jax_code=job.jax_code, grad=job.grad)
    return subject(function, call, jit=name not in inputs.host, grad=job.grad)


def _is_lazy(function: Any) -> bool:
    kinds = (inspect.isgeneratorfunction, inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(kind(function) for kind in kinds)


def _digest(call: Call) -> str:
    leaves = flatten((call.args, call.kwargs)).leaves
    data = msgspec.json.encode([(leaf.kind, leaf.dtype, leaf.shape, leaf.data) for leaf in leaves])
    return hashlib.sha256(data).hexdigest()


def _bounded(event: Finished) -> Finished:
    value = getattr(event.outcome, "value", None)
    if value is None or sum(len(leaf.data) for leaf in value.leaves) <= _MAX_RESULT:
        return event
    refusal = Raised("afterwards", "ResultTooLarge", f"the result is over {_MAX_RESULT >> 20} MiB")
    return Finished(event.function, event.case, event.given, refusal)


if __name__ == "__main__":
    main()

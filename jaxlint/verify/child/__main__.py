"""The child process: reads a job from stdin, runs it, appends events to the job's file."""

import os
import sys
from pathlib import Path

import msgspec

from jaxlint.verify import protocol
from jaxlint.verify.child import generators, hooks, stores
from jaxlint.verify.child.limits import await_end, die_with, limit
from jaxlint.verify.child.work import work
from jaxlint.verify.protocol import Done, Event, Job, Ready


class Channel:
    """Writes events, each in one write, to a file that only this object knows."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def send(self, event: Event) -> None:
        data = protocol.line(event)
        while data:
            data = data[os.write(self._file, data) :]


def main() -> None:
    """Run the job on stdin, say so, and wait to be ended."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    channel = Channel(job.events)
    limit(job.memory)
    die_with(job.parent, Path(job.events).parent)
    hooks.install()
    generators.install()
    stores.install()
    channel.send(Ready())
    work(job, channel.send)
    channel.send(Done())
    await_end()


if __name__ == "__main__":
    main()

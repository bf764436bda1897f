"""A bar on stderr while a long check goes on: on a terminal only, and gone when it is done."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

LONG = 1_000_000
"""Characters to look at, from which on a run takes more than a moment."""


class Bar:
    """What a Checker tells of its work. Rich draws from a thread of its own, which has ended before the next pass
    starts its processes: a process that is forked beside a thread may hang."""

    def __init__(self) -> None:
        self._shown: Progress | None = None

    def __call__(self, done: int, whole: int) -> None:
        if done == 0 and whole >= LONG and sys.stderr.isatty():
            self._shown = _started(whole)
        elif self._shown:
            self._shown.update(self._shown.task_ids[0], completed=done, total=whole)
        if done == whole:
            self.end()

    def end(self) -> None:
        """Take it away, whatever state it is in."""
        if self._shown:
            self._shown.stop()
            self._shown = None


def _started(whole: int) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("jaxlint: looking at {task.fields[size]:,} kB"), BarColumn(), TimeElapsedColumn()
    shown = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
    shown.add_task("", total=None, size=whole // 1000)  # pulses until the first component is done
    shown.start()
    return shown

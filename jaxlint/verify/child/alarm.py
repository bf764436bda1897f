"""A time limit on Python code in this process, for tries that may well not end."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType


class Overrun(BaseException):
    """The time is over. No Exception, so that few programs swallow it."""


_PATIENCE = 10
"""Seconds by the clock for each second of work: the machine may be busy with other things, or the code asleep."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise Overrun after so many seconds of work; where the platform cannot, the parent's limit has to do."""
    if sys.platform == "win32":
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise Overrun(f"does not end within {seconds:g} seconds")

    timers = {signal.ITIMER_PROF: (signal.SIGPROF, seconds), signal.ITIMER_REAL: (signal.SIGALRM, _PATIENCE * seconds)}
    before = {number: signal.signal(number, ring) for number, _ in timers.values()}
    for timer, (_, limit) in timers.items():
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)

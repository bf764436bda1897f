"""A time limit on Python code in this process, for tries that may well not end."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType


class Overrun(BaseException):
    """The time is over. No Exception, so that few programs swallow it."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise Overrun after so many seconds; where the platform cannot, the parent's limit has to do."""
    if sys.platform == "win32":
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise Overrun(f"does not end within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

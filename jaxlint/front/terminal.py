"""Where text goes: colours when they are wanted, and streams that never fail on a character."""

import io
import os
import sys
from dataclasses import dataclass
from typing import Literal, TextIO

Colour = Literal["auto", "always", "never"]

_STYLES = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "blue": "1;34", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Paint:
    """``paint("red", text)``: the text in ANSI colours, or as it is."""

    enabled: bool = False

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.enabled and text else text


def paint(choice: Colour, stream: TextIO) -> Paint:
    """Colours for a stream: ``--color``, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return Paint(choice == "always")
    if os.environ.get("NO_COLOR"):
        return Paint(False)
    if os.environ.get("FORCE_COLOR"):
        return Paint(True)
    return Paint(stream.isatty() and os.environ.get("TERM") != "dumb")


def make_streams_safe() -> None:
    """Characters that a terminal's encoding lacks are written as escapes instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(message: str) -> None:
    """One line to stderr."""
    print(f"jaxlint: {message}", file=sys.stderr)

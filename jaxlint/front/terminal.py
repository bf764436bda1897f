"""Where text goes: colours when they are wanted, lines that fit a window, streams that never fail on a character."""

import io
import os
import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import Literal, TextIO

Colour = Literal["auto", "always", "never"]

_NARROWEST = 24
"""Columns below which text is rather left to the terminal to wrap."""
_STYLES = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "blue": "1;34", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Paint:
    """``paint("red", text)``: the text in ANSI colours, or as it is. ``columns``: how wide the window is; None where
    there is none, and lines may have any length."""

    enabled: bool = False
    columns: int | None = None

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.enabled and text else text

    def folded(self, text: str, taken: int) -> list[str]:
        """Prose in lines that fit the window beside the columns that are taken already."""
        room = (self.columns or 0) - taken
        if room < _NARROWEST:
            return [text]
        return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [text]


def paint(choice: Colour, stream: TextIO) -> Paint:
    """Colours for a stream: ``--color``, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    terminal = stream.isatty()
    return Paint(_coloured(choice, terminal), shutil.get_terminal_size().columns if terminal else None)


def _coloured(choice: Colour, terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def make_streams_safe() -> None:
    """Characters that a terminal's encoding lacks are written as escapes instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(message: str) -> None:
    """One line to stderr."""
    print(f"jaxlint: {message}", file=sys.stderr)


def render(markdown: str) -> None:
    """A text to the terminal that stdout is."""
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(markdown, code_theme="ansi_dark"))

"""``--watch``: the same check again whenever a file changes that it may be about."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from jaxlint.engine.options import ConfigError
from jaxlint.engine.settings import FILE_NAMES, Configuration
from jaxlint.engine.write import WriteError
from jaxlint.front.check import Request, check
from jaxlint.front.terminal import complain
from jaxlint.source.files import SUFFIXES

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def watch(request: Request, configuration: Callable[[], Configuration]) -> int:
    """Check until interrupted; the exit code of the last check. ``configuration`` reads the settings anew. Raises
    ConfigError where there is nothing to watch, or no watchfiles."""
    try:
        import watchfiles
    except ModuleNotFoundError:
        raise ConfigError("watchfiles is not installed; run: pip install 'jaxlint[watch]'") from None
    if request.paths == (Path("-"),):
        raise ConfigError("stdin cannot be watched; name files or folders")
    code = _told(check(request))
    for _ in watchfiles.watch(
        *(request.paths or (Path("."),)), watch_filter=_concerns, debounce=200, raise_interrupt=False
    ):
        if sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
        code = _once(request, configuration)
    return code


def _once(request: Request, configuration: Callable[[], Configuration]) -> int:
    try:
        return _told(check(replace(request, configuration=configuration())))
    except (ConfigError, WriteError) as error:
        complain(f"error: {error}")
        return _told(2)


def _told(code: int) -> int:
    complain("watching for changes; Ctrl-C ends it")
    sys.stdout.flush()
    return code


def _concerns(change: object, path: str) -> bool:
    return path.endswith(SUFFIXES) or Path(path).name in FILE_NAMES

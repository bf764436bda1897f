"""Writing files so that nothing can be lost: a temporary file beside the target, then one replace.

All files of one change are staged before the first is replaced; if one cannot be, those before it are put back.
"""

import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class WriteError(Exception):
    """A file that could not be written; the file is as it was."""


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes for a file, and the bytes that it had when it was read."""

    path: Path
    before: bytes
    after: bytes


def write(changes: Sequence[Change]) -> None:
    """Write all of the changes or none. Raises WriteError, also when a file is no longer what was read."""
    staged: list[tuple[Path, Path, Change]] = []
    done: list[tuple[Path, Change]] = []
    try:
        for change in changes:
            target = _target(change)
            staged.append((_stage(target, change.after), target, change))
        for temporary, target, change in staged:
            _unchanged(target, change)
            _replace(temporary, target)
            done.append((target, change))
    except WriteError:
        for target, change in reversed(done):
            _replace(_stage(target, change.before), target)
        raise
    finally:
        for temporary, _, _ in staged:
            temporary.unlink(missing_ok=True)


def _target(change: Change) -> Path:
    """The file behind the links. A file that is write-protected is left alone, although a replace would get through."""
    try:
        target = change.path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise WriteError(f"{change.path}: cannot be written: {error}") from None
    _unchanged(target, change)
    if not stat.S_IMODE(target.stat().st_mode) & 0o222 or not os.access(target, os.W_OK):
        raise WriteError(f"{change.path}: cannot be written: the file is read-only")
    return target


def _unchanged(target: Path, change: Change) -> None:
    try:
        now = target.read_bytes()
    except OSError as error:
        raise WriteError(f"{change.path}: cannot be written: {error.strerror}") from None
    if now != change.before:
        raise WriteError(f"{change.path}: not written, because the file changed on disk meanwhile")


def _stage(target: Path, data: bytes) -> Path:
    """A temporary file with the data, safely on disk, and the target's permissions."""
    try:
        handle, name = tempfile.mkstemp(prefix=".jaxlint-", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise WriteError(f"{target}: cannot be written: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        status = target.stat()
        with suppress(OSError, AttributeError):
            os.chown(temporary, status.st_uid, status.st_gid)
        temporary.chmod(stat.S_IMODE(status.st_mode))
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WriteError(f"{target}: cannot be written: {error.strerror}") from None
    return temporary


def _replace(temporary: Path, target: Path) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        raise WriteError(f"{target}: cannot be written: {error.strerror}") from None

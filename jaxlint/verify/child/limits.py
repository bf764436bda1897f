"""What the child takes away from itself before a user's code runs."""

import os
import shutil
import sys
import threading
import time
from pathlib import Path

_MAX_FILE = 256 * 2**20


def limit(memory: int) -> None:
    """Bound memory and file sizes, where the platform can: a runaway program gets MemoryError or OSError."""
    if sys.platform == "win32":
        return
    import resource

    # RLIMIT_DATA and not RLIMIT_AS: XLA reserves gigabytes of address space that it never touches.
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_FSIZE, _MAX_FILE)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, wanted: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (bound, hard))


def die_with(parent: int, folder: Path) -> None:
    """End this process soon after its parent has gone, and remove the folder that the parent can no longer remove."""
    if sys.platform == "win32":  # where a process keeps the number of a parent that has gone
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def await_end() -> None:
    """Wait for the parent to end this process: at every moment one of the two is there to clean up."""
    if sys.platform != "win32":
        threading.Event().wait()

"""``jaxlint clean``: remove the caches, and nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

CACHE = ".jaxlint_cache"


def clean(root: Path) -> Iterator[Path]:
    """Remove every cache folder below ``root``, yielding each."""
    for folder, below, _ in os.walk(root):
        if CACHE in below:
            below.remove(CACHE)
            cache = Path(folder) / CACHE
            if not cache.is_symlink():
                shutil.rmtree(cache)
                yield cache

"""Real code to try things on: a fixed sample of the standard library and of what is installed."""

import sysconfig
from pathlib import Path

MAX_BYTES = 60_000


def sample(count: int) -> list[Path]:
    """About so many files, spread evenly, none of them huge."""
    paths = sysconfig.get_paths()
    stdlib = (file for file in Path(paths["stdlib"]).rglob("*.py") if "site-packages" not in file.parts)
    found = sorted([*stdlib, *Path(paths["purelib"]).rglob("*.py")])
    small = [file for file in found if 200 < file.stat().st_size < MAX_BYTES and "bad" not in file.name]
    return small[:: max(1, len(small) // count)]

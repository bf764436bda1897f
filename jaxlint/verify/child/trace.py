"""The lines of the user's own files that an exception went through."""

import os
import sys
import sysconfig
import traceback
from pathlib import Path

import jaxlint

_LIBRARIES = tuple(
    f"{Path(folder)}{os.sep}"
    for folder in (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(Path(jaxlint.__file__).parent))
)
_MANY = 12


def own_lines(error: BaseException) -> tuple[str, ...]:
    """`file.py:3 in f: the line`, outermost first; libraries are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename)]
    return tuple(f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}" for frame in own[-_MANY:])


def is_own(filename: str) -> bool:
    """Whether a file belongs neither to Python, nor to an installed package, nor to jaxlint."""
    library = filename.startswith((*_LIBRARIES, "<")) or "site-packages" in Path(filename).parts
    return not library and filename != getattr(sys.modules["__main__"], "__file__", None)

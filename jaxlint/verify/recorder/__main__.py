"""`python -m jaxlint.verify.recorder script.py ARGS`: a script as a program of its own, recorded."""

import builtins
import sys
import types
from pathlib import Path

from jaxlint.verify.recorder.install import instrumented


def main() -> None:
    """Run the script as Python would."""
    sys.argv = sys.argv[1:]
    path = Path(sys.argv[0])
    sys.path[0] = str(path.resolve().parent)
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    exec(instrumented(path.read_bytes(), str(path)), module.__dict__)


if __name__ == "__main__":
    main()

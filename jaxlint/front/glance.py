"""A glance at the files that are named: where none can concern JAX, the run is over before it begins.

Only for a plain call on files without configuration; everything else takes the long way, which comes to the same.
"""

import os

from jaxlint.screen import mentions

_HARMLESS = frozenset({"--fix", "--unsafe-fixes", "--force-exclude", "--exit-zero", "--explain", "--no-cache"})
"""Flags without a value that change nothing where there is nothing to report."""
_SUFFIXES = (".py", ".pyi")
_MAX_BYTES = 1_000_000


def nothing_to_say(argv: list[str]) -> bool:
    """Whether a call certainly finds nothing. False if that cannot be told at a glance."""
    words = argv[1:] if argv[:1] == ["check"] else argv
    files = [word for word in words if word not in _HARMLESS]
    if not files or any(word.startswith("-") or not word.endswith(_SUFFIXES) for word in files):
        return False
    folders = {os.getcwd(), *(os.path.dirname(os.path.abspath(file)) for file in files)}
    return not any(map(_configured, folders)) and all(map(_unconcerned, files))


def _configured(folder: str) -> bool:
    """Whether a configuration file may hold for a folder."""
    while True:
        if any(os.path.lexists(os.path.join(folder, name)) for name in (".jaxlint.toml", "jaxlint.toml")):
            return True
        if (data := _bytes(os.path.join(folder, "pyproject.toml"))) is not None and b"jaxlint" in data:
            return True
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False


def _unconcerned(file: str) -> bool:
    """Whether a file is Python that does not mention JAX."""
    data = _bytes(file)
    if data is None or len(data) > _MAX_BYTES or mentions(data):
        return False
    if not data:
        return True
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, file, "exec", flags=0x400, dont_inherit=True)  # ast.PyCF_ONLY_AST, without importing ast
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _bytes(file: str) -> bytes | None:
    try:
        with open(file, "rb") as opened:
            return opened.read(_MAX_BYTES + 1)
    except OSError:
        return None

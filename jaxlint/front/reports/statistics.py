"""Counts: per rule for ``--statistics``, over all for the last line of a run, per file for ``--show-fixes``."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from jaxlint.edits import Level
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.options import Format

_LEVELS: tuple[Level, ...] = ("error", "warning", "hint")


def statistics(found: Sequence[Diagnostic], output_format: Format) -> Iterator[str]:
    """One line per code, the most frequent first; ``[*]`` marks what ``--fix`` can repair."""
    counts = Counter((one.code, one.name) for one in found).most_common()
    safe = {one.code for one in found if one.fix and one.fix.applicability == "safe"}
    if output_format in ("json", "json-lines"):
        rows = [{"code": code, "name": name, "count": n, "fixable": code in safe} for (code, name), n in counts]
        yield json.dumps(rows, indent=2)
        return
    width = max((len(str(number)) for _, number in counts), default=0)
    for (code, name), number in counts:
        yield f"{number:>{width}}  {code}  [{'*' if code in safe else ' '}] {name}"


def summary(found: Sequence[Diagnostic], fixed: int = 0, unsafe: bool = False) -> Iterator[str]:
    """``Found 2 errors and 1 warning.``, and what ``--fix`` would do about them."""
    if not found:
        yield f"Fixed {_count(fixed, 'finding')}, none left." if fixed else "All checks passed!"
        return
    levels = Counter(one.level for one in found)
    parts = [_count(levels[level], level) for level in _LEVELS if levels[level]]
    total = " and ".join(", ".join(parts).rsplit(", ", 1))
    yield f"Found {total} ({fixed} fixed)." if fixed else f"Found {total}."
    can = Counter(one.fix.applicability for one in found if one.fix)
    now, more = (can["safe"] + can["unsafe"], 0) if unsafe else (can["safe"], can["unsafe"])
    if now:
        yield f"[*] {now} fixable with `--fix`{f', {more} more with `--unsafe-fixes`' if more else ''}."
    elif more:
        yield f"[*] {more} fixable with `--fix --unsafe-fixes`."


def fixes(applied: Sequence[tuple[str, Diagnostic]]) -> Iterator[str]:
    """What was fixed, file by file."""
    yield f"Fixed {_count(len(applied), 'finding')}:"
    for path in dict.fromkeys(path for path, _ in applied):
        yield f"- {path}:"
        for (code, name), number in Counter((d.code, d.name) for where, d in applied if where == path).most_common():
            yield f"    {number} x {code} ({name})"


def counted(things: Sequence[object]) -> str:
    """``1 finding``, ``2 findings``."""
    return _count(len(things), "finding")


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"

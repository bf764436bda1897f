"""A check of a few lines: regular expressions instead of rules, to drive the fix loop."""

import re
from collections.abc import Callable, Sequence

from jaxlint.edits import Applicability, Edit, Fix
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.own import Own, Select
from jaxlint.source import SourceText

RULE = Own("JAX601", "replaced", "error", "")
Elsewhere = tuple[tuple[str, tuple[Edit, ...]], ...]


def rules() -> tuple[Own, ...]:
    return (RULE, Own("JAX602", "switched-off", "hint", ""))


def replacing(
    pattern: str,
    new: str,
    *,
    applicability: Applicability = "safe",
    uses: tuple[str, ...] = (),
    elsewhere: Callable[[str], Elsewhere] = lambda path: (),
) -> Callable[[Sequence[SourceText], Select], dict[str, list[Diagnostic]]]:
    """A check that reports each match of ``pattern``, with a fix that replaces it (groups as in ``re.sub``)."""

    def report(source: SourceText, found: re.Match[str]) -> Diagnostic:
        edit = Edit(found.start(), found.end(), found.expand(new))
        fix = Fix(f"write `{edit.text}`", (edit,), applicability, uses, elsewhere(source.path))
        start, end = source.position(found.start()), source.position(found.end())
        return Diagnostic(RULE.code, RULE.name, RULE.level, f"`{found[0]}` found", source.path, start, end, fix=fix)

    def check(sources: Sequence[SourceText], select: Select) -> dict[str, list[Diagnostic]]:
        if not select(RULE):
            return {}
        return {s.path: [report(s, found) for found in re.finditer(pattern, s.text)] for s in sources}

    return check

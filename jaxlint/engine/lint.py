"""Lint: check the texts together, keep what is wanted in each file, honour suppressions, put in order."""

from collections.abc import Callable, Sequence

from jaxlint.engine.check import check as check_all
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.own import ALWAYS, OWN, Keep, Known, Select, everything
from jaxlint.engine.suppress import honour
from jaxlint.rules import all_rules
from jaxlint.source import SourceText

Check = Callable[[Sequence[SourceText], Select], dict[str, list[Diagnostic]]]
"""Raw diagnostics of texts, by path: ``jaxlint.engine.check.check`` or, under test, a small one."""


def lint(
    sources: Sequence[SourceText],
    select: Select,
    *,
    keep: Keep = everything,
    check: Check = check_all,
    rules: Callable[[], tuple[Known, ...]] = all_rules,
) -> dict[str, list[Diagnostic]]:
    """Diagnostics of each text, by path, ordered by place. Every source has an entry."""
    raw = check(sources, select)
    known = (*OWN, *rules())

    def runs(path: str) -> Callable[[Known], bool]:
        return lambda rule: rule.code in ALWAYS or (select(rule) and keep(path, rule.code))

    return {
        source.path: sorted(
            honour(
                source,
                [found for found in raw.get(source.path, []) if runs(source.path)(found)],
                known,
                runs(source.path),
            ),
            key=lambda found: (found.cell or 0, found.start, found.code, found.end),
        )
        for source in sources
    }

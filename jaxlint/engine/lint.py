"""Lint: check the texts together, keep what is wanted in each file, honour suppressions, put in order."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.manner import THOROUGH, Manner
from jaxlint.engine.own import ALWAYS, Keep, Known, Select, everything
from jaxlint.engine.suppress import honour
from jaxlint.engine.syntax import parses
from jaxlint.engine.target import Target, unstated
from jaxlint.source import SourceText, mentions

if TYPE_CHECKING:
    from jaxlint.engine.rule_options import Stated

Rules = Callable[[], tuple[Known, ...]]
Check = Callable[[Sequence[SourceText], Select], dict[str, list[Diagnostic]]]
"""Raw diagnostics of texts, by path: ``jaxlint.engine.check.check`` or, under test, a small one."""


def all_rules() -> tuple[Known, ...]:
    """The rules of this package, as selection sees them."""
    from jaxlint.rules import catalogue

    return catalogue()


def check_all(
    sources: Sequence[SourceText],
    select: Select,
    target: Target = unstated,
    options: Callable[[str], "Stated"] = lambda path: (),
    manner: Manner = THOROUGH,
) -> dict[str, list[Diagnostic]]:
    """All that the rules have to say about the texts: nothing, without a look, if no text can concern JAX.

    ``target``: the oldest JAX that a file has to run with. ``options``: those of rules that hold in a file.
    """
    if not concern(sources):
        return {}
    from jaxlint.engine.check import check

    return check(sources, select, target=target, options=options, manner=manner)


def concern(sources: Sequence[SourceText]) -> bool:
    """Whether any of the texts could have a finding: it mentions JAX or a library on it, or does not parse."""
    return any(mentions(source.text.encode("utf-8", "replace")) for source in sources) or not all(
        parses(source.text) for source in sources
    )


def lint(
    sources: Sequence[SourceText],
    select: Select,
    *,
    keep: Keep = everything,
    check: Check = check_all,
    rules: Rules = all_rules,
) -> dict[str, list[Diagnostic]]:
    """Diagnostics of each text, by path, ordered by place. Every source has an entry."""
    raw = check(sources, select)

    def runs(path: str) -> Callable[[Known], bool]:
        return lambda rule: rule.code in ALWAYS or (select(rule) and keep(path, rule.code))

    return {
        source.path: sorted(
            honour(
                source,
                [found for found in raw.get(source.path, []) if runs(source.path)(found)],
                rules,
                runs(source.path),
            ),
            key=lambda found: (found.start, found.code, found.end),
        )
        for source in sources
    }

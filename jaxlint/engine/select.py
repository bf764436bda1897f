"""From selectors (``JAX3``, ``JAX301``, ``key-reuse``, ``ALL``) to the set of enabled codes, as ruff does it:
the most specific selector wins; a layer with ``select`` starts afresh, one without amends what it inherits."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from jaxlint.engine.own import ALWAYS, Known

_PREFIX = re.compile(r"JAX\d{0,2}")


@dataclass(frozen=True, slots=True)
class Layer:
    """The selectors of one configuration file, or of the command line."""

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def votes(self) -> Iterator[tuple[str, bool]]:
        """Selectors with what they ask for, general ones first; among equals an ignore has the last word."""
        asked = [(s, True) for s in (*(self.select or ()), *self.extend)] + [(s, False) for s in self.ignore]
        return iter(sorted(asked, key=lambda vote: specificity(vote[0])))


def specificity(selector: str) -> int:
    """``ALL`` < ``JAX`` < ``JAX3`` < ``JAX30`` < ``JAX301`` = ``key-reuse``."""
    if selector == "ALL":
        return 0
    return len(selector) if _PREFIX.fullmatch(selector) else len("JAX301")


def matches(selector: str, rule: Known) -> bool:
    return selector in ("ALL", rule.code, rule.name) or bool(
        _PREFIX.fullmatch(selector) and rule.code.startswith(selector)
    )


@cache
def enabled(layers: tuple[Layer, ...], rules: tuple[Known, ...]) -> frozenset[str]:
    """Codes of the rules that the layers, outermost first, leave on. Hints start switched off."""
    codes = {rule.code for rule in rules if rule.level != "hint"}
    inherited: tuple[str, ...] = ()
    for layer in layers:
        if layer.select is not None:
            codes = set()
            layer = Layer(layer.select, layer.extend, (*inherited, *layer.ignore))
        for selector, wanted in layer.votes():
            named = {rule.code for rule in rules if matches(selector, rule)}
            codes = codes | named if wanted else codes - named
        inherited = layer.ignore if layer.select is None else ()
    return frozenset(codes) | ALWAYS


def unknown(selector: str, rules: Iterable[Known]) -> str | None:
    """None for a selector that can mean something, else a suggestion (perhaps empty)."""
    names = [name for rule in rules for name in (rule.code, rule.name)]
    if selector == "ALL" or selector in names or _PREFIX.fullmatch(selector):
        return None
    return suggestion(selector, names)


def suggestion(word: str, names: Iterable[str]) -> str:
    """``; did you mean `x`?``, or nothing."""
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"; did you mean `{by_lower[close[0]]}`?" if close else ""

"""Options of single rules: ``[tool.jaxlint.rules.unrolled-loop]`` with ``limit = 64``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jaxlint.engine.options import ConfigError
from jaxlint.engine.select import suggestion

Scalar = bool | int | float | str
Tables = Mapping[str, Mapping[str, Scalar]]
Stated = tuple[tuple[str, tuple[tuple[str, Scalar], ...]], ...]
"""(rule's name, ((option, value), …)): hashable, and with a ``repr`` that tells settings apart."""

Given = Callable[[str], Stated]
"""The options that hold in a file, by its path."""


def no_options(path: str) -> Stated:
    return ()


def stated(inherited: Stated, tables: Tables, origin: str) -> Stated:
    """What a configuration file makes of the options that it inherits. Raises ConfigError for one that is unknown or of
    another type than its default."""
    if not tables:
        return inherited
    known = _defaults()
    merged = {name: dict(options) for name, options in inherited}
    for name, options in tables.items():
        if name not in known:
            raise ConfigError(f"unknown rule `{name}`{suggestion(name, known)}", origin, f"$.rules.{name}")
        for option, value in options.items():
            _check(known[name], name, option, value, origin)
        merged.setdefault(name, {}).update(options)
    return tuple((name, tuple(options.items())) for name, options in sorted(merged.items()))


def _defaults() -> dict[str, dict[str, object]]:
    from jaxlint.rules import all_rules

    return {rule.name: dict(rule.options) for rule in all_rules()}


def _check(known: Mapping[str, object], rule: str, option: str, value: Scalar, origin: str) -> None:
    place = f"$.rules.{rule}.{option}"
    if option not in known:
        what = suggestion(option, known) if known else f"; `{rule}` has none"
        raise ConfigError(f"unknown option `{option}`{what}", origin, place)
    wanted = type(known[option])
    if type(value) is not wanted:
        raise ConfigError(f"expected `{wanted.__name__}`, got `{type(value).__name__}`", origin, place)

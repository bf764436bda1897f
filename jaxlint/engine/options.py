"""The keys of ``[tool.jaxlint]``: one schema that parses, validates and documents them."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from jaxlint.engine.own import Known
from jaxlint.engine.select import suggestion, unknown
from jaxlint.engine.target import version

Format = Literal["full", "concise", "json", "json-lines", "github", "gitlab", "junit", "sarif", "markdown"]

_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>.*?)`(?: - at `(?P<place>.*)`)?$")
_MISFIT = re.compile(r"(?P<problem>.*?)(?: - at `(?P<place>.*)`)?$", re.DOTALL)


class ConfigError(Exception):
    """A setting or an argument that cannot be used. ``str()`` names the file and the place in it."""

    def __init__(self, problem: str, origin: str = "", place: str = "") -> None:
        where = f"{origin}: " if origin else ""
        at = f" (at `{place}`)" if place else ""
        super().__init__(f"{where}{problem}{at}")
        self.problem, self.origin, self.place = problem, origin, place


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """What one configuration file, or the command line, says. ``None`` leaves a setting as it was inherited."""

    extend: str | None = None
    select: list[str] | None = None
    extend_select: list[str] = []
    ignore: list[str] = []
    per_file_ignores: dict[str, list[str]] | None = None
    extend_per_file_ignores: dict[str, list[str]] = {}
    exclude: list[str] | None = None
    extend_exclude: list[str] = []
    respect_gitignore: bool | None = None
    force_exclude: bool | None = None
    unsafe_fixes: bool | None = None
    output_format: Format | None = None
    cache_dir: str | None = None
    target_jax: str | None = None
    rules: dict[str, dict[str, bool | int | float | str]] = {}


def parse(table: dict[str, Any], origin: str) -> Options:
    """Validate a table. Raises ConfigError with the place, and a suggestion for a misspelt key."""
    try:
        options = msgspec.convert(table, Options)
    except msgspec.ValidationError as error:
        raise _explain(str(error), origin) from None
    check_target(options.target_jax, origin)
    return options


def check_target(target: str | None, origin: str) -> None:
    """Raise ConfigError for what is no version."""
    if target is not None:
        try:
            version(target)
        except ValueError as error:
            raise ConfigError(str(error), origin, "$.target-jax") from None


def check_selectors(options: Options, rules: tuple[Known, ...], origin: str) -> None:
    """Raise ConfigError for a selector that no rule answers to."""
    for place, selectors in _selectors(options):
        for position, selector in enumerate(selectors):
            if (hint := unknown(selector, rules)) is not None:
                raise ConfigError(f"unknown rule `{selector}`{hint}", origin, f"$.{place}[{position}]")


def read_table(path: Path) -> dict[str, Any] | None:
    """The table of a configuration file; None for a pyproject.toml without one. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.name == "pyproject.toml" and "jaxlint" not in text:
            return None
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", str(path)) from None
    if path.name != "pyproject.toml":
        return data
    table = data.get("tool", {}).get("jaxlint")
    if table is not None and not isinstance(table, dict):
        raise ConfigError("expected a table", str(path), "$")
    return table


def json_schema() -> dict[str, Any]:
    """The published JSON schema of the configuration."""
    return msgspec.json.schema(Options)


def _selectors(options: Options) -> list[tuple[str, list[str]]]:
    ignores = {
        "per-file-ignores": options.per_file_ignores or {},
        "extend-per-file-ignores": options.extend_per_file_ignores,
    }
    return [
        ("select", options.select or []),
        ("extend-select", options.extend_select),
        ("ignore", options.ignore),
        *((f'{key}["{pattern}"]', listed) for key, table in ignores.items() for pattern, listed in table.items()),
    ]


def _explain(message: str, origin: str) -> ConfigError:
    if found := _UNKNOWN_KEY.match(message):
        place = f"{found['place'] or '$'}.{found['key']}"
        names = [field.encode_name for field in msgspec.structs.fields(Options)]
        return ConfigError(f"unknown key `{found['key']}`{suggestion(found['key'], names)}", origin, place)
    found = _MISFIT.match(message)
    assert found
    problem = found["problem"]
    return ConfigError(problem[:1].lower() + problem[1:], origin, found["place"] or "$")

"""The keys of ``[tool.jaxlint]``: one schema that parses, validates and documents them."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

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

    extend: Annotated[
        str | None, Meta(description="A configuration file to inherit from; what is said here counts more.")
    ] = None
    select: Annotated[
        list[str] | None,
        Meta(description="The rules to run: codes, beginnings of codes, names, `ALL`. If left out, all but the hints."),
    ] = None
    extend_select: Annotated[list[str], Meta(description="Rules to run besides those that are selected.")] = []
    ignore: Annotated[
        list[str], Meta(description="Rules to leave out. Of `select` and `ignore`, the longer beginning wins.")
    ] = []
    per_file_ignores: Annotated[
        dict[str, list[str]] | None,
        Meta(description="Rules to leave out in the files that a pattern fits; a pattern with `!` fits all others."),
    ] = None
    extend_per_file_ignores: Annotated[
        dict[str, list[str]], Meta(description="The same, added to what is inherited.")
    ] = {}
    include: Annotated[
        list[str] | None,
        Meta(description="The files to read in folders, as in a `.gitignore`, instead of Python files and notebooks."),
    ] = None
    extend_include: Annotated[list[str], Meta(description="Files to read in folders besides.")] = []
    exclude: Annotated[
        list[str] | None,
        Meta(description="Files and folders to leave out, as in a `.gitignore`, instead of the usual ones."),
    ] = None
    extend_exclude: Annotated[list[str], Meta(description="Files and folders to leave out besides.")] = []
    respect_gitignore: Annotated[bool | None, Meta(description="Leave out what git ignores. If left out, true.")] = None
    force_exclude: Annotated[
        bool | None, Meta(description="Leave out excluded files even if they are named on the command line.")
    ] = None
    unsafe_fixes: Annotated[
        bool | None, Meta(description="Let `--fix` apply fixes that may change behaviour, too.")
    ] = None
    output_format: Annotated[Format | None, Meta(description="How to report. If left out, full.")] = None
    cache_dir: Annotated[
        str | None,
        Meta(description="Where the cache is. If left out, `.jaxlint_cache` beside the configuration."),
    ] = None
    target_jax: Annotated[
        str | None,
        Meta(
            description="The oldest JAX that the code has to run with, `0.4.30`. If left out, the lower bound in the "
            "project's dependencies."
        ),
    ] = None
    rules: Annotated[
        dict[str, dict[str, bool | int | float | str]],
        Meta(description="Options of single rules, by the rule's name."),
    ] = {}


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
    """The published JSON schema of the configuration: of ``jaxlint.toml``, and of ``[tool.jaxlint]``."""
    schema = msgspec.json.schema(Options)
    options = _stated(schema["$defs"]["Options"])
    options["properties"]["rules"] = _rule_options(options["properties"]["rules"])
    title = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "jaxlint"}
    return {**title, **schema, "$defs": {"Options": options}}


def _stated(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the null of what is not stated, which TOML does not have."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "properties":
            kept[key] = {name: _stated(one) for name, one in value.items()}
        elif key == "anyOf" and {"type": "null"} in value:
            kept |= next(one for one in value if one != {"type": "null"})
        elif key == "enum":
            kept[key] = [one for one in value if one is not None]
        elif not (key == "default" and value is None):
            kept[key] = value
    return kept


def _rule_options(table: dict[str, Any]) -> dict[str, Any]:
    """The options that rules really have, with their types."""
    from jaxlint.rules import all_rules

    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    rules = {
        rule.name: {
            "type": "object",
            "properties": {name: {"type": kinds[type(default)], "default": default} for name, default in rule.options},
            "additionalProperties": False,
        }
        for rule in all_rules()
        if rule.options
    }
    return {**table, "properties": rules, "additionalProperties": False}


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

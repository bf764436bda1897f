"""Which settings hold for a file: the closest ``jaxlint.toml`` or ``pyproject.toml``, what it extends, and the
command line on top. Nothing is merged between folders, as in ruff."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxlint.engine.lint import Rules, all_rules
from jaxlint.engine.options import ConfigError, Format, Options, check_selectors, parse, read_table
from jaxlint.engine.own import OWN, Known
from jaxlint.engine.rule_options import Stated, stated
from jaxlint.engine.select import Layer, enabled, matches
from jaxlint.engine.target import Version, required
from jaxlint.source.files import SUFFIXES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FILE_NAMES = (".jaxlint.toml", "jaxlint.toml", "pyproject.toml")
DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".jaxlint_cache", ".mypy_cache", ".nox",
    ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "_build",
    "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patterns:
    """Gitignore patterns, relative to the folder of the file that states them."""

    root: Path
    lines: tuple[str, ...]

    def match(self, path: Path, folder: bool = False) -> bool:
        """Whether a path is meant. A path outside the root is judged by its name alone."""
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name
        return _spec(self.lines).match_file(f"{name}/" if folder else name)


@dataclass(frozen=True, slots=True)
class FileIgnore:
    """Rules that are off in the files that match; a leading ``!`` means all other files."""

    root: Path
    pattern: str
    selectors: tuple[str, ...]

    def holds(self, path: Path) -> bool:
        negated = self.pattern.startswith("!")
        return Patterns(self.root, (self.pattern.removeprefix("!"),)).match(path) != negated


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured for the files of one place."""

    root: Path
    file: Path | None = None
    layers: tuple[Layer, ...] = ()
    file_ignores: tuple[FileIgnore, ...] = ()
    include: tuple[Patterns, ...] | None = None
    extend_include: tuple[Patterns, ...] = ()
    exclude: tuple[Patterns, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    unsafe_fixes: bool = False
    output_format: Format | None = None
    cache_dir: Path | None = None
    target_jax: str | None = None
    rule_options: Stated = ()

    def includes(self, path: Path) -> bool:
        """Whether a file that is found in a folder is one to read."""
        usual = path.suffix in SUFFIXES if self.include is None else any(one.match(path) for one in self.include)
        return usual or any(one.match(path) for one in self.extend_include)

    def excludes(self, path: Path, folder: bool = False) -> bool:
        return any(patterns.match(path, folder) for patterns in self.exclude)

    def codes(self, rules: tuple[Known, ...]) -> frozenset[str]:
        """The codes that are on, before per-file ignores."""
        return enabled(self.layers, rules)

    def codes_for(self, path: Path, rules: tuple[Known, ...]) -> frozenset[str]:
        """The codes that are on in one file."""
        off = [selector for ignore in self.file_ignores if ignore.holds(path) for selector in ignore.selectors]
        ignored = {rule.code for rule in rules if any(matches(selector, rule) for selector in off)}
        return self.codes(rules) - ignored


class Configuration:
    """Finds the settings of a path. Reads each configuration file once; raises ConfigError as soon as one is wrong."""

    def __init__(
        self,
        overrides: Sequence[Options] = (),
        file: Path | None = None,
        isolated: bool = False,
        rules: Rules = all_rules,
    ) -> None:
        self._rules = rules
        self._overrides = tuple(overrides)
        self._closest = cache(self._search)
        self._fixed: Settings | None = None
        if file or isolated:
            self._fixed = self._finish(self._load(file, Path.cwd()) if file else _default(Path.cwd()))

    def __call__(self, folder: Path) -> Settings:
        """The settings of the files directly in ``folder``, an absolute path."""
        return self._fixed or self._closest(folder)

    @property
    def rules(self) -> tuple[Known, ...]:
        """Every code that can be selected, the tool's own included."""
        return (*OWN, *self._rules())

    def _search(self, folder: Path) -> Settings:
        for name in FILE_NAMES:
            if (file := folder / name).is_file() and read_table(file) is not None:
                return self._finish(self._load(file, folder))
        return self._finish(_default(Path.cwd())) if folder == folder.parent else self._closest(folder.parent)

    def _load(self, file: Path, root: Path, seen: tuple[Path, ...] = ()) -> Settings:
        if file in seen:
            raise ConfigError(f"`extend` leads back to {file}", str(seen[-1]), "$.extend")
        options = parse(read_table(file) or {}, str(file))
        inherited = _default(root)
        if options.extend is not None:
            parent = (file.parent / Path(options.extend).expanduser()).resolve()
            inherited = self._load(parent, parent.parent, (*seen, file))
        return replace(self._amend(inherited, options, root, str(file)), root=root, file=file)

    def _finish(self, settings: Settings) -> Settings:
        for options in self._overrides:
            settings = self._amend(settings, options, Path.cwd(), "command line")
        return settings

    def _amend(self, inherited: Settings, options: Options, root: Path, origin: str) -> Settings:
        layer = Layer(
            None if options.select is None else tuple(options.select),
            tuple(options.extend_select),
            tuple(options.ignore),
        )
        if layer != Layer() or options.per_file_ignores or options.extend_per_file_ignores:
            check_selectors(options, self.rules, origin)
        return Settings(
            inherited.root,
            inherited.file,
            (*inherited.layers, layer) if layer != Layer() else inherited.layers,
            _file_ignores(inherited, options, root),
            inherited.include if options.include is None else (Patterns(root, tuple(options.include)),),
            _extended(() if options.include is not None else inherited.extend_include, options.extend_include, root),
            _exclude(inherited, options, root),
            _or(options.respect_gitignore, inherited.respect_gitignore),
            _or(options.force_exclude, inherited.force_exclude),
            _or(options.unsafe_fixes, inherited.unsafe_fixes),
            options.output_format or inherited.output_format,
            root / options.cache_dir if options.cache_dir else inherited.cache_dir,
            options.target_jax or inherited.target_jax,
            stated(inherited.rule_options, options.rules, origin),
        )


def _default(root: Path) -> Settings:
    return Settings(root, exclude=(Patterns(root, DEFAULT_EXCLUDE),))


def from_command_line(listed: Sequence[str], isolated: bool, overrides: Options) -> Configuration:
    """``--config`` (a file, ``key = value`` settings), ``--isolated``, and the flags, which win. Raises ConfigError."""
    settings = [word for word in listed if "=" in word and not Path(word).is_file()]
    files = [Path(os.path.abspath(word)) for word in listed if word not in settings]
    if len(files) > 1 or (files and isolated):
        raise ConfigError("`--config` takes one file, and none with `--isolated`")
    inline = [parse(_inline(word), "--config") for word in settings]
    return Configuration([*inline, overrides], files[0] if files else None, isolated)


def described(configuration: Configuration, path: Path) -> dict[str, Any]:
    """The settings of a path, for people: what `jaxlint config` prints."""
    settings = configuration(path if path.is_dir() else path.parent)
    return {
        "file": str(settings.file) if settings.file else None,
        "root": str(settings.root),
        "rules": sorted(settings.codes_for(path, configuration.rules)),
        "include": _include(settings),
        "exclude": [line for patterns in settings.exclude for line in patterns.lines],
        "respect-gitignore": settings.respect_gitignore,
        "force-exclude": settings.force_exclude,
        "unsafe-fixes": settings.unsafe_fixes,
        "output-format": settings.output_format or "full",
        "cache-dir": str(settings.cache_dir) if settings.cache_dir else None,
        "rule-options": {name: dict(options) for name, options in settings.rule_options},
        "target-jax": settings.target_jax or _spelled(required(path if path.is_dir() else path.parent)),
    }


def _include(settings: Settings) -> list[str]:
    usual = [f"*{suffix}" for suffix in SUFFIXES]
    stated = settings.include if settings.include is not None else ()
    lines = [line for patterns in (*stated, *settings.extend_include) for line in patterns.lines]
    return lines if settings.include is not None else [*usual, *lines]


def _spelled(target: Version | None) -> str:
    return "newest" if target is None else ".".join(map(str, target))


def _inline(word: str) -> dict[str, Any]:
    try:
        return tomllib.loads(word)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not a TOML setting: {word}: {error}", "--config") from None


def _or(stated: bool | None, inherited: bool) -> bool:
    return inherited if stated is None else stated


def _file_ignores(inherited: Settings, options: Options, root: Path) -> tuple[FileIgnore, ...]:
    start = inherited.file_ignores if options.per_file_ignores is None else ()
    stated = [*(options.per_file_ignores or {}).items(), *options.extend_per_file_ignores.items()]
    return (*start, *(FileIgnore(root, pattern, tuple(selectors)) for pattern, selectors in stated))


def _exclude(inherited: Settings, options: Options, root: Path) -> tuple[Patterns, ...]:
    start = inherited.exclude if options.exclude is None else (Patterns(root, tuple(options.exclude)),)
    return _extended(start, options.extend_exclude, root)


def _extended(start: tuple[Patterns, ...], more: Sequence[str], root: Path) -> tuple[Patterns, ...]:
    return (*start, Patterns(root, tuple(more))) if more else start


@cache
def _spec(lines: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)

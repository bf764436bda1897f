"""What the editor has set in its section ``jaxlint``, and the configuration that this makes for a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from jaxlint.engine.options import ConfigError, Options, check_target
from jaxlint.engine.settings import Configuration


class EditorSettings(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of docs/editors.md."""

    configuration: str | None = None
    select: list[str] | None = None
    extend_select: list[str] = []
    ignore: list[str] = []
    target_jax: str | None = None
    run: Literal["onType", "onSave"] = "onType"
    project: bool = True
    unsafe_fixes: bool = True
    inlay_hints: bool = False
    show_syntax_errors: bool = True

    def configured(self, folder: Path | None) -> Configuration:
        """The configuration of files in a workspace folder. Raises ConfigError."""
        overrides = Options(
            select=self.select,
            extend_select=list(self.extend_select),
            ignore=list(self.ignore),
            target_jax=self.target_jax,
        )
        check_target(self.target_jax, "jaxlint.targetJax")
        file = (folder or Path.cwd()) / Path(self.configuration).expanduser() if self.configuration else None
        return Configuration([overrides], file)


def understood(given: Any, complain: Callable[[str], None]) -> EditorSettings:
    """Settings from what the editor sent. One that makes no sense is named, and has its default."""
    settings = EditorSettings()
    table = given if isinstance(given, dict) else {}
    for name, value in table.items():
        try:
            one = msgspec.convert({name: value}, EditorSettings)
        except msgspec.ValidationError as error:
            complain(f"setting `jaxlint.{name}`: {error}")
            continue
        stated = msgspec.structs.asdict(one)
        changed = {key: new for key, new in stated.items() if new != getattr(EditorSettings(), key)}
        settings = msgspec.structs.replace(settings, **changed)
    return settings


def lonely(settings: EditorSettings) -> Configuration:
    """The configuration of a document that is no file."""
    try:
        return settings.configured(None) if settings.configuration else Configuration(isolated=True)
    except ConfigError:
        return Configuration(isolated=True)

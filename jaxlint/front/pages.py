"""The rules' pages: package data in an installed wheel, the folder ``rules/`` in a checkout."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jaxlint.engine.options import ConfigError
from jaxlint.engine.own import OWN, Known
from jaxlint.engine.select import suggestion

_RUN = re.compile(r"^```python run\n.*?^```\n\n?", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^```python (bad|good|ok)(?: declines: (.*))?$", re.MULTILINE)
_TITLES = {"bad": "Reported", "good": "What the fix writes", "ok": "Not reported"}


@cache
def rules_dir() -> Traversable | None:
    """The folder that holds the pages, if there is one."""
    packaged = files("jaxlint") / "_rules"
    if packaged.is_dir():
        return packaged
    for folder in Path(__file__).parents:
        if (folder / "pyproject.toml").is_file() and (folder / "rules").is_dir():
            return folder / "rules"
    return None


def page(rule: Known) -> str:
    """The Markdown page of a rule."""
    for own in OWN:
        if own.code == rule.code:
            return f"# {own.name} ({own.code})\n\n{own.page}\n"
    folder = rules_dir()
    file = folder / f"{rule.name.replace('-', '_')}.md" if folder else None
    if file is None or not file.is_file():
        return f"# {rule.name} ({rule.code})\n\nThis rule has no page.\n"
    return file.read_text(encoding="utf-8")


def for_readers(text: str, opened: Callable[[str], str] = "**{}:**\n\n```python".format) -> str:
    """A page without the inputs that are for the tests, and with titles for the blocks that these run. ``opened`` makes
    the line that begins a block from its title."""

    def titled(found: re.Match[str]) -> str:
        kind, reason = found.groups()
        return opened(f"Reported, without a fix: {reason}" if reason else _TITLES[kind])

    return _FENCE.sub(titled, _RUN.sub("", text))


def find(name: str, rules: tuple[Known, ...]) -> Known:
    """The rule with a code (in any case) or a name. Raises ConfigError with a suggestion."""
    for rule in rules:
        if name.upper() == rule.code or name.lower().replace("_", "-") == rule.name:
            return rule
    known = [word for rule in rules for word in (rule.code, rule.name)]
    raise ConfigError(f"unknown rule `{name}`{suggestion(name, known)}")

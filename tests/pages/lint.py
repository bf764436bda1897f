"""Lints and fixes one block of a page, as `jaxlint --fix --unsafe-fixes` would."""

from collections.abc import Callable

from jaxlint.engine.check import check
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

from .page import Page

_PATH = "page.py"


def selection(page: Page | None) -> Callable[[Rule], bool]:
    """The default rules, and the page's own if it is a hint."""
    return lambda rule: rule.level != "hint" or (page is not None and rule.name == page.name)


def findings(code: str, page: Page | None = None) -> list[Diagnostic]:
    """What linting the code reports."""
    return check([SourceText(_PATH, code)], selection(page)).get(_PATH, [])


def fixed(code: str, page: Page | None = None) -> str:
    """What fixing the code makes of it."""
    outcome = fix([SourceText(_PATH, code)], selection(page), "unsafe")
    return outcome.texts.get(_PATH, code)

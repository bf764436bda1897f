"""Reads the data files, each once and only when a question needs it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

Table = dict[str, Any]


@cache
def table(area: str) -> Table:
    """`data/AREA.toml`; its schema is written at its top."""
    return tomllib.loads((DATA / f"{area}.toml").read_text("utf-8"))


@cache
def index(area: str, section: str) -> dict[str, str]:
    """A section `{value = [names]}` turned round: the value of each name."""
    return {name: value for value, names in table(area)[section].items() for name in names}

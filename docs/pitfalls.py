"""Writes code, level and fix of each rule named in docs/pitfalls.md from the rules themselves: `python docs/pitfalls.py`."""

import re
from pathlib import Path

from jaxlint.rules import Rule, all_rules

PAGE = Path(__file__).with_suffix(".md")


def main() -> None:
    rules = {rule.name: rule for rule in all_rules()}
    lines = PAGE.read_text("utf-8").splitlines()
    PAGE.write_text("".join(f"{refreshed(line, rules)}\n" for line in lines), "utf-8")


def refreshed(line: str, rules: dict[str, Rule]) -> str:
    """A row with the columns that its rules give; any other line as it is. A rule that is not there keeps its name."""
    cells = line.split(" | ")
    if not line.startswith("| ") or len(cells) != 4 or cells[1] == "rule":
        return line
    names = [re.sub(r" \(JAX\d+\)", "", name) for name in cells[1].split("<br>")]
    if not all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in names):
        return line
    found = [rules.get(name) for name in names]
    called = "<br>".join(f"{name} ({rule.code})" if rule else name for name, rule in zip(names, found, strict=True))
    levels = "<br>".join(rule.level if rule else "planned" for rule in found)
    fixes = "<br>".join((rule.fix or "–") if rule else "–" for rule in found)
    return f"{cells[0]} | {called} | {levels} | {fixes} |"


if __name__ == "__main__":
    main()

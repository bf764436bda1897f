"""docs/pitfalls.md says of each rule what the rule says of itself."""

import re
from pathlib import Path

import pytest

from jaxlint.rules import all_rules

PAGE = Path(__file__).parent.parent / "docs" / "pitfalls.md"
ROWS = [line.strip("| \n").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
RULES = {rule.name: rule for rule in all_rules()}


def named() -> list[tuple[str, str, str, str]]:
    """Name, code, level and fix of each rule in the table."""
    found = []
    for row in ROWS:
        rules = re.findall(r"([a-z0-9-]+) \((JAX\d{3})\)", row[1])
        if rules:
            cells = zip(rules, row[2].split("<br>"), row[3].split("<br>"), strict=True)
            found += [(*rule, level.strip(), fix.strip(" |")) for rule, level, fix in cells]
    return sorted(set(found))


@pytest.mark.parametrize(("name", "code", "level", "fix"), named())
def test_rule(name: str, code: str, level: str, fix: str) -> None:
    rule = RULES[name]
    assert (rule.code, rule.level, rule.fix or "–") == (code, level, fix)


def test_every_pitfall_has_a_rule_or_a_reason() -> None:
    assert len(ROWS) > 60
    assert all(row[1] for row in ROWS)

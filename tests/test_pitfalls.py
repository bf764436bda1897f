"""docs/pitfalls.md names rules that are there, and has a rule or a reason for every pitfall."""

import re
from pathlib import Path

from jaxlint.rules import all_rules

PAGE = Path(__file__).parent.parent / "docs" / "pitfalls.md"
ROWS = [line.split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]


def test_the_rules_are_there() -> None:
    named = {found for row in ROWS for found in re.findall(r"([a-z0-9-]+) \((JAX\d{3})\)", row[1])}
    assert named
    assert named <= {(rule.name, rule.code) for rule in all_rules()}


def test_every_pitfall_has_a_rule_or_a_reason() -> None:
    assert len(ROWS) > 60
    assert all(len(row) == 4 and row[1].strip() for row in ROWS)

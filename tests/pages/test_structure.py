"""Rules and pages correspond one to one, and a fix's safety is earned by running it."""

from pathlib import Path

import pytest

import jaxlint.rules
from jaxlint.rules import Rule, all_rules

from .page import Page
from .test_pages import PAGES

BY_NAME = {page.name: page for page in PAGES}
RULES = [pytest.param(rule, id=rule.name) for rule in all_rules()]


def test_every_rule_file_has_a_page_and_every_page_a_rule_file() -> None:
    files = {path.stem for path in Path(jaxlint.rules.__file__).parent.glob("*.py") if path.stem != "__init__"}
    assert {page.path.stem for page in PAGES} == files


def test_every_page_is_named_as_its_file() -> None:
    assert [page.name for page in PAGES] == [page.path.stem.replace("_", "-") for page in PAGES]


def test_codes_and_names_are_unique() -> None:
    rules = all_rules()
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)


@pytest.mark.parametrize("rule", RULES)
def test_the_page_states_the_rules_code(rule: Rule) -> None:
    assert _page(rule).code == rule.code


@pytest.mark.parametrize("rule", RULES)
def test_the_page_has_a_bad_and_an_ok_block(rule: Rule) -> None:
    page = _page(rule)
    assert page.examples and page.ok


@pytest.mark.parametrize("rule", RULES)
def test_a_fix_is_shown_and_a_safe_one_is_run(rule: Rule) -> None:
    fixes = [example for example in _page(rule).examples if example.good]
    assert bool(fixes) == (rule.fix in ("safe", "unsafe")), "a page shows `good` blocks if and only if the rule fixes"
    if rule.fix == "safe":
        assert all(example.run for example in fixes), "a fix is safe only if every `good` has a `run`"


def _page(rule: Rule) -> Page:
    assert rule.name in BY_NAME, f"rules/{rule.name.replace('-', '_')}.md is missing"
    return BY_NAME[rule.name]

"""The site builds without a warning and without a network: links and anchors hold, all pages are in the navigation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jaxlint.engine.options import json_schema
from jaxlint.rules import all_rules

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=300)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


def test_every_rule_has_its_page(site: Path) -> None:
    listed = (site / "rules/index.html").read_text("utf-8")
    for rule in all_rules():
        stem = rule.name.replace("-", "_")
        page = (site / f"rules/{stem}.html").read_text("utf-8")
        assert f"<strong>{rule.level}</strong>" in page and f"{rule.name} ({rule.code})" in page
        assert "What the fix writes" in page or rule.fix in (None, "suggestion")
        assert f'href="{stem}.html"' in listed


def test_every_setting_is_explained(site: Path) -> None:
    page = (site / "configuration.html").read_text("utf-8")
    for name in json_schema()["$defs"]["Options"]["properties"]:
        assert f"<td><code>{name}</code></td>" in page


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for page in [*site.rglob("*.html"), *site.rglob("*.svg")]:
        text = page.read_text("utf-8")
        assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//', text), page
        assert "@import" not in text and "url(http" not in text, page

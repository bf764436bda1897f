"""What the site has besides the pages of this folder: a page for each rule, taken from `rules/`, their index, and the
settings, taken from their schema. mkdocs calls the functions named `on_…`."""

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from jaxlint.engine.options import json_schema
from jaxlint.engine.own import OWN
from jaxlint.front.pages import for_readers
from jaxlint.rules import Rule, all_rules

ROOT = Path(__file__).parents[1]
CATEGORIES = {
    "1": "Arrays are immutable",
    "2": "Purity and capture",
    "3": "Random keys",
    "4": "Control flow",
    "5": "Shapes",
    "6": "Concrete values, NumPy, transfers",
    "7": "Compilation, static arguments, donation",
    "8": "Gradients, dtypes, indices",
    "9": "Removed and deprecated API",
}
_SETTINGS = "<!-- the settings, from the schema -->"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for rule in all_rules():
        files.append(File.generated(config, f"rules/{_stem(rule)}.md", content=rule_page(rule)))
    files.append(File.generated(config, "rules/index.md", content=index()))
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Rules by category, below the section that names their index."""
    section = next(item for item in nav.items if isinstance(item, Section) and item.title == "Rules")
    for digit, title in CATEGORIES.items():
        pages = [
            Page(f"{rule.code} {rule.name}", files.src_uris[f"rules/{_stem(rule)}.md"], config)
            for rule in all_rules()
            if rule.code[3] == digit
        ]
        inner = Section(title, list(pages))
        inner.parent = section
        for page in pages:
            page.parent = inner
        section.children.append(inner)
        nav.pages.extend(pages)
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links that hold in the repository, made to hold on the site."""
    if page.file.src_uri == "configuration.md":
        markdown = markdown.replace(_SETTINGS, settings())
    return markdown.replace("](../rules/", "](rules/")


def rule_page(rule: Rule) -> str:
    """The page of `rules/`, its executed blocks named for readers, and what the decorator says below the title."""
    text = (ROOT / "rules" / f"{_stem(rule)}.md").read_text("utf-8")
    title, _, rest = text.partition("\n")
    facts = [f"**{rule.level}**", f"fix: {rule.fix or 'none'}", f"since {rule.since}"]
    facts += [f"option `{name} = {json.dumps(value)}`" for name, value in rule.options]
    return f"{title}\n\n{' · '.join(facts)}\n{for_readers(rest, _block)}"


def _block(title: str) -> str:
    return f'```python title="{title.replace(chr(34), chr(39))}"'


def index() -> str:
    """All rules in tables, one for each category."""
    parts = [
        "# All rules",
        "",
        "*Error*: silently wrong, or certain to raise. *Warning*: slow, compiles again, or depends on the caller.",
        "*Hint*: off unless selected. A *safe* fix gives the same values and types, or repairs what could only raise;",
        "it is tested by running both under JAX. An *unsafe* one may change what somebody relies on",
        "(`--unsafe-fixes`). A *suggestion* is shown and not applied.",
    ]
    for digit, title in CATEGORIES.items():
        parts += ["", f"## {title}", "", "| code | rule | level | fix | |", "|---|---|---|---|---|"]
        for rule in all_rules():
            if rule.code[3] == digit:
                link = f"[{rule.name}]({_stem(rule)}.md)"
                parts.append(f"| {rule.code} | {link} | {rule.level} | {rule.fix or '–'} | {_summary(rule)} |")
    parts += ["", "## The tool itself", "", "| code | name | level | |", "|---|---|---|---|"]
    parts += [f"| {one.code} | {one.name} | {one.level} | {' '.join(one.page.split())} |" for one in OWN]
    return "\n".join(parts) + "\n"


def _summary(rule: Rule) -> str:
    """The first sentence of its page."""
    text = (ROOT / "rules" / f"{_stem(rule)}.md").read_text("utf-8")
    paragraph = " ".join(text.split("\n\n")[1].split())
    sentence = re.split(r"\.\s", paragraph, maxsplit=1)[0].rstrip(".:")
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", sentence).replace("|", "\\|")


def settings() -> str:
    """A table of all keys."""
    lines = ["| key | type | |", "|---|---|---|"]
    for name, schema in json_schema()["$defs"]["Options"]["properties"].items():
        lines.append(f"| `{name}` | {_type(schema)} | {schema['description']} |")
    lines += ["", "### Options of rules", "", "| rule | option | default |", "|---|---|---|"]
    for rule in all_rules():
        for name, value in rule.options:
            lines.append(f"| [{rule.name}](rules/{_stem(rule)}.md) | `{name}` | `{json.dumps(value)}` |")
    return "\n".join(lines)


def _type(schema: dict[str, Any]) -> str:
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return " or ".join(_kind(one) for one in kinds)


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in sorted(schema["enum"]))
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}s"
    if schema["type"] == "object":
        return "table"
    return {"boolean": "true or false", "integer": "number"}.get(schema["type"], schema["type"])


def _stem(rule: Rule) -> str:
    return rule.name.replace("-", "_")

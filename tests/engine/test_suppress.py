"""Suppression comments: what they reach, when they are reported as unused, how they are removed and added."""

import pytest

from jaxlint.engine.fix import fix
from jaxlint.engine.lint import lint
from jaxlint.engine.suppress import add_ignores
from jaxlint.source import SourceText
from tests.engine.small_check import replacing, rules

CHECK = replacing("bad", "good", applicability="suggestion")


def codes(text: str) -> list[tuple[int, str]]:
    found = lint([SourceText("a.py", text)], lambda rule: rule.level != "hint", check=CHECK, rules=rules)
    return [(one.start[0], one.code) for one in found["a.py"]]


def cleaned(text: str) -> str:
    source = SourceText("a.py", text)
    return fix([source], lambda rule: rule.level != "hint", check=CHECK, rules=rules).texts["a.py"]


@pytest.mark.parametrize(
    "text",
    [
        "bad  # jaxlint: ignore[JAX601]\n",
        "bad  # jaxlint: ignore[JAX6]\n",
        "bad  # jaxlint: ignore[replaced] because\n",
        "bad  # jaxlint: ignore[Replaced, jax602]\n",
        "bad  # jaxlint: ignore[jax601]\n",
        "bad  # jaxlint: ignore\n",
        "bad  # noqa: JAX601\n",
        "bad  # noqa: F401, JAX601\n",
        "bad  # noqa\n",
        "# jaxlint: ignore[JAX601]\nbad\n",
        "# why  # jaxlint: ignore[JAX601]\n\n# more\nbad\n",
        "# jaxlint: file-ignore[JAX601]\nx = 1\nbad\nbad\n",
        "f(\n    bad,\n    1,\n)  # jaxlint: ignore[JAX601]\n",
        "# jaxlint: ignore[JAX601]\nf(\n    bad,\n)\n",
        "f(\n    bad,  # jaxlint: ignore[JAX601]\n)\n",
        "f(\n    # jaxlint: ignore[JAX601]\n    bad,\n)\n",
        "x = '''\n''' + bad  # jaxlint: ignore[JAX601]\n",
        "if bad:  # jaxlint: ignore[JAX601]\n    pass\n",
    ],
)
def test_silenced(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("bad  # jaxlint: ignore[JAX602]\n", [(1, "JAX601")]),
        ("bad\nx = 1  # jaxlint: ignore[JAX601]\n", [(1, "JAX601"), (2, "JAX002")]),
        ("f(\n    bad,\n    1,  # jaxlint: ignore[JAX601]\n)\n", [(2, "JAX601"), (3, "JAX002")]),
        ("if x:  # jaxlint: ignore[JAX601]\n    bad\n", [(1, "JAX002"), (2, "JAX601")]),
        ("x = '# jaxlint: ignore[JAX601]'; bad\n", [(1, "JAX601")]),
        ("x = 1  # jaxlint: ignore[JAX777]\n", [(1, "JAX002")]),
        ("x = 1  # jaxlint: ignore\n", [(1, "JAX002")]),
        ("x = 1  # jaxlint: ignore[JAX602]\n", []),
        ("x = 1  # noqa\n", []),
        ("x = 1  # noqa: F401\n", []),
        ("# jaxlint: file-ignore[JAX601]\n", [(1, "JAX002")]),
        ("x = 1  # jaxlint: ignore[no-such-name]\n", [(1, "JAX002")]),
        ("# jaxlint: file-ignore[unused-suppression]\nx = 1  # jaxlint: ignore[JAX601]\n", []),
    ],
)
def test_not_silenced_or_unused(text: str, left: list[tuple[int, str]]) -> None:
    assert codes(text) == left


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # jaxlint: ignore[JAX601]\n", "x = 1\n"),
        ("x = 1  # jaxlint: ignore[JAX601] because of this\n", "x = 1\n"),
        ("bad  # jaxlint: ignore[JAX601, JAX777]\n", "bad  # jaxlint: ignore[JAX601]\n"),
        ("bad  # jaxlint: ignore[JAX777, JAX601]\n", "bad  # jaxlint: ignore[JAX601]\n"),
        ("# jaxlint: ignore[JAX601]\nx = 1\n", "x = 1\n"),
        ("x = 1\r\n    # jaxlint: file-ignore[JAX601]\r\ny = 1\r\n", "x = 1\r\ny = 1\r\n"),
        ("bad  # jaxlint: ignore[jax601, No-Such]\n", "bad  # jaxlint: ignore[jax601]\n"),
        ("x = 1  # jaxlint: ignore[replaced]\n", "x = 1\n"),
        ("x = 1  # noqa: JAX601\n", "x = 1\n"),
        ("x = 1  # noqa: F401, JAX601\n", "x = 1  # noqa: F401\n"),
        ("x = 1  # noqa: JAX601, F401\n", "x = 1  # noqa: F401\n"),
        ("x = 1  # jaxlint: ignore", "x = 1"),
    ],
)
def test_unused_ones_are_removed(before: str, after: str) -> None:
    assert cleaned(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bad\n", "bad  # jaxlint: ignore[JAX601]\n"),
        ("bad  # why\n", "bad  # why  # jaxlint: ignore[JAX601]\n"),
        ("bad  # jaxlint: ignore[JAX777]\n", "bad  # jaxlint: ignore[JAX777, JAX601]\n"),
        (
            "f(\n    bad,\n)\nbad; bad\n",
            "f(\n    bad,\n)  # jaxlint: ignore[JAX601]\nbad; bad  # jaxlint: ignore[JAX601]\n",
        ),
        ("x = '''\n''', bad\n", "x = '''\n''', bad  # jaxlint: ignore[JAX601]\n"),
        ("x = 1 + \\\n    bad\n", "x = 1 + \\\n    bad  # jaxlint: ignore[JAX601]\n"),
        ("bad", "bad  # jaxlint: ignore[JAX601]"),
        ("bad \r\nx\r\n", "bad  # jaxlint: ignore[JAX601]\r\nx\r\n"),
    ],
)
def test_adding(before: str, after: str) -> None:
    source = SourceText("a.py", before)
    found = [one for one in lint([source], lambda rule: True, check=CHECK, rules=rules)["a.py"] if one.code != "JAX002"]
    text = add_ignores(source, found)
    assert text == after
    assert not [code for _, code in codes(text) if code == "JAX601"]

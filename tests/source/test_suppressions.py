"""Suppressions come from real comments only, say what they cover and where they stand, and survive broken code."""

import pytest

from jaxlint.source import SourceText
from jaxlint.source.suppressions import Suppression, suppressions


def found(text: str) -> tuple[Suppression, ...]:
    return suppressions(SourceText("a.py", text))


@pytest.mark.parametrize(
    ("comment", "kind", "codes", "reason"),
    [
        ("# jaxlint: ignore", "jaxlint", None, ""),
        ("#jaxlint:ignore[JAX301]", "jaxlint", ("JAX301",), ""),
        (
            "# jaxlint: ignore[JAX301, JAX2] the key is meant to repeat",
            "jaxlint",
            ("JAX301", "JAX2"),
            "the key is meant to repeat",
        ),
        ("# jaxlint: ignore[ jax301 ]", "jaxlint", ("JAX301",), ""),
        ("# jaxlint: ignore[traced-branch]", "jaxlint", ("traced-branch",), ""),
        ("# jaxlint: ignore[]", "jaxlint", (), ""),
        ("# type: ignore  # jaxlint: ignore[JAX4]", "jaxlint", ("JAX4",), ""),
        ("# noqa", "noqa", None, ""),
        ("# NoQA: JAX301", "noqa", ("JAX301",), ""),
        ("# noqa: E501, JAX301,F401 long", "noqa", ("JAX301",), "long"),
    ],
)
def test_a_directive(comment: str, kind: str, codes: tuple[str, ...] | None, reason: str) -> None:
    text = f"x = 1\ny = 2  {comment}  \n"
    (one,) = found(text)
    assert (one.line, one.target, one.scope, one.kind, one.codes, one.reason) == (2, 2, "line", kind, codes, reason)
    assert text[one.start : one.end] == comment[comment.rindex("#") :]


@pytest.mark.parametrize(
    "text",
    [
        "x = '# jaxlint: ignore'\n",
        'x = """\n# noqa\n"""\n',
        "x = f'{y}# noqa'\n",
        "x = 1  # noqa: E501\n",
        "x = 1  # jaxlint: ignored\n",
        "x = 1  # jaxlint: ignore-all\n",
        "x = 1  # see jaxlint: ignore\n",
        "x = 1  # noqaish\n",
    ],
)
def test_what_is_no_directive(text: str) -> None:
    assert not found(text)


def test_a_comment_on_its_own_line_is_about_the_next_line_of_code() -> None:
    one, two = found("# jaxlint: ignore[JAX1]\n# noqa\n\n# more\nx = f(\n    1,\n)\n")
    assert (one.line, one.target, two.line, two.target) == (1, 5, 2, 5)


def test_a_file_suppression() -> None:
    (one,) = found("x = 1\n# jaxlint: file-ignore[JAX9] old code\n")
    assert (one.scope, one.codes, one.reason) == ("file", ("JAX9",), "old code")


def test_two_directives_in_one_comment() -> None:
    text = "x = 1  # jaxlint: ignore[JAX1] a # noqa: JAX2 b\n"
    assert [text[one.start : one.end] for one in found(text)] == ["# jaxlint: ignore[JAX1] a", "# noqa: JAX2 b"]


@pytest.mark.parametrize(
    "above",
    [
        "x = (\n",
        "def f(:\n    pass\n",
        "x = 'abc\n",
        "print 'x'\n",
        'f = f\'{x["a"]\n',
        "x = \\\n",
        "  indent\n",
        "\f\f)\r\n",
    ],
)
def test_broken_code_keeps_its_suppressions(above: str) -> None:
    text = f"{above}\ndef g(x):\n    return x  # jaxlint: ignore[JAX4]\n"
    (one,) = found(text)
    assert one.codes == ("JAX4",)
    assert SourceText("", text).text[one.start :].startswith("# jaxlint")


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_lines_are_counted_as_everywhere(newline: str) -> None:
    (one,) = found(newline.join(["x = '\x85\u2028'\f", "y = 1", "z = 2  # noqa", ""]))
    assert one.line == 3

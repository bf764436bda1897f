"""The page reader and the running of `run` blocks, on small pages."""

from pathlib import Path
from textwrap import dedent

import pytest

from .execution import verdicts
from .page import Block, Example, PageError, comments, markers, parse_page, without_markers

PAGE = dedent(
    """\
    # traced-branch (JAX401)

    Prose, and a block for people only:

    ```python
    anything goes here
    ```

    ```python bad
    if x:  # JAX401
        pass
    ```

    ```python good
    pass
    ```

    ```python run
    cases = []
    ```

    ```python bad declines: no way to do it
    if y:  # JAX401, JAX402
        pass
    ```

    ```python ok
    1
    ```
    """
)


def test_blocks_are_grouped_into_examples() -> None:
    page = parse_page(PAGE, Path("traced_branch.md"))
    assert (page.name, page.code) == ("traced-branch", "JAX401")
    first, second = page.examples
    assert first.bad == Block("bad", "if x:  # JAX401\n    pass\n", 10)
    assert first.good == Block("good", "pass\n", 15)
    assert first.run == Block("run", "cases = []\n", 19)
    assert second.bad.declines == "no way to do it" and second.good is None and second.run is None
    assert [block.code for block in page.ok] == ["1\n"]


@pytest.mark.parametrize(
    "text, message",
    [
        ("Title\n", "first line"),
        ("# a (JAX1)\n", "first line"),
        ("# a (JAX101)\n```python bda\n```\n", "unknown kind"),
        ("# a (JAX101)\n```python ok declines: x\n```\n", "unknown kind"),
        ("# a (JAX101)\n```python bad\n", "never closed"),
        ("# a (JAX101)\n```python good\n```\n", "no `bad` block"),
        ("# a (JAX101)\n```python bad\n```\n```python good\n```\n```python good\n```\n", "no `bad` block of its own"),
    ],
)
def test_a_malformed_page_is_refused(text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        parse_page(text, Path("a.md"))


def test_markers_are_trailing_comments_of_codes_only() -> None:
    code = "a = 1  # JAX101\nb = '# JAX102'  # not JAX103\nc = 2  # JAX104, JAX105\n"
    assert markers(code) == {(1, "JAX101"), (3, "JAX104"), (3, "JAX105")}
    assert without_markers(code) == "a = 1\nb = '# JAX102'  # not JAX103\nc = 2\n"
    assert comments(code) == ["# not JAX103"]


BAD = """\
import jax
@jax.jit
def f(x):
    if x.sum() > 0:
        return x + 1
    return x - 1
"""
GOOD = """\
import jax
import jax.numpy as jnp
@jax.jit
def f(x):
    return jnp.where(x.sum() > 0, x + 1, x - 1)
"""
RUN = 'cases = [("f", (np.ones(3),)), ("f", (-np.ones(3),)), ("f", (np.zeros(0),))]\n'


def kinds(bad: str, good: str, run: str, x64: bool = False) -> list[str]:
    example = Example(Block("bad", bad, 1), Block("good", good, 1), Block("run", run, 1))
    return [str(verdict.kind) for verdict in verdicts(example, x64=x64)]


@pytest.mark.parametrize("x64", [False, True])
def test_eager_bad_is_the_oracle(x64: bool) -> None:
    assert kinds(BAD, GOOD, RUN, x64) == ["equivalent"] * 3
    assert kinds(BAD, GOOD, RUN + 'bad_raises = "TracerBoolConversionError"\n', x64) == ["equivalent"] * 3


def test_a_wrong_good_is_seen() -> None:
    assert kinds(BAD, GOOD.replace("x - 1", "x"), RUN) == ["equivalent", "different", "equivalent"]


def test_a_bad_that_does_not_raise_as_stated_is_refused() -> None:
    with pytest.raises(AssertionError, match="raises TracerBoolConversionError"):
        kinds(BAD, GOOD, RUN + 'bad_raises = "ValueError"\n')
    with pytest.raises(AssertionError, match="does not raise"):
        kinds(GOOD, GOOD, RUN + 'bad_raises = "ValueError"\n')


def test_an_oracle_stands_in_for_a_bad_that_never_runs() -> None:
    bad = "import jax.numpy as jnp\ndef f(x):\n    return jnp.no_such_function(x)\n"
    good = "import jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x)\n"
    run = 'cases = [("f", {"x": np.ones(3)})]\n'
    assert kinds(bad, good, run) == ["cannot compare"]
    assert kinds(bad, good, run + "oracle = lambda x: np.sin(x)\n") == ["equivalent"]
    assert kinds(bad, good, run + "oracle = {'f': lambda x: np.cos(x)}\n") == ["different"]


def test_stores_are_compared_with_numpys_meaning() -> None:
    bad = "import jax\n@jax.jit\ndef f(x):\n    x[0] = 5.0\n    return x\n"
    good = "import jax\n@jax.jit\ndef f(x):\n    x = x.at[0].set(5.0)\n    return x\n"
    assert kinds(bad, good, 'cases = [("f", (jnp.ones(3),))]\nbad_raises = "TypeError"\n') == ["equivalent"]


def test_host_code_runs_without_jit_and_static_parameters_are_named() -> None:
    host = "import jax.numpy as jnp\ndef f(x):\n    return float(jnp.sum(x))\n"
    assert kinds(host, host, RUN) == ["failed"] * 3
    assert kinds(host, host, RUN + "jit = False\n") == ["equivalent"] * 3
    shaped = "import jax.numpy as jnp\ndef f(x, n):\n    return jnp.zeros(n) + x\n"
    assert kinds(shaped, shaped, 'cases = [("f", (1.0, 3))]\nstatic = ("n",)\n') == ["equivalent"]


def test_a_run_without_cases_is_refused() -> None:
    with pytest.raises(AssertionError, match="no cases"):
        kinds(BAD, GOOD, "cases = []\n")

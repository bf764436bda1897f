"""Fixes that are applied only where they are proved. The fixes here are made up, so that some of them are wrong."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from jaxlint.engine.fix import FixOutcome, Veto, fix
from jaxlint.engine.own import Known
from jaxlint.front.cli import run
from jaxlint.source import SourceText
from jaxlint.verify.places import Places
from jaxlint.verify.proof import Proof, prove_fixes
from jaxlint.verify.protocol import Pair
from jaxlint.verify.reach import Reach
from jaxlint.verify.side_by_side import Ways, side_by_side
from jaxlint.verify.verdict import Verdict
from tests.engine.small_check import replacing, rules

TEXT = """
    import jax.numpy as jnp
    def same(x):  # jaxlint: inputs(f32[3])
        return x + 1
    def changed(x):  # jaxlint: inputs(f32[3])
        return x - 1
    def unknown(x):
        return x + 1 + object_that_nobody_knows
    class Model:
        x = 0
        width = x + 1
        @staticmethod
        def method(x):  # jaxlint: inputs(f32[3])
            return x + 1
    """


def everything(rule: Known) -> bool:
    return True


def proving(folder: Path, pattern: str, new: str, text: str = TEXT, inputs: Path | None = None) -> tuple[Proof, str]:
    path = folder / "module.py"
    path.write_text(dedent(text))
    sources = [SourceText(str(path), dedent(text))]

    def fixing(veto: Veto) -> FixOutcome:
        return fix(sources, everything, check=replacing(pattern, new), rules=rules, veto=veto)

    proof = prove_fixes(sources, fixing, Ways(), inputs=inputs)
    return proof, proof.outcome.texts[str(path)]


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proof, str]:
    """`1 + x` for `x + 1`, and `1 - x` for `x - 1`, which is wrong."""
    return proving(tmp_path_factory.mktemp("half"), r"x ([+-]) 1", r"1 \1 x")


def test_what_is_proved_is_applied(half: tuple[Proof, str]) -> None:
    text = half[1]
    assert "def same(x):  # jaxlint: inputs(f32[3])\n    return 1 + x\n" in text
    assert "def method(x):  # jaxlint: inputs(f32[3])\n        return 1 + x\n" in text


def test_the_rest_stays_and_its_fix_is_a_suggestion(half: tuple[Proof, str]) -> None:
    proof, text = half
    assert "return x - 1\n" in text and "return x + 1 + object_that_nobody_knows" in text and "width = x + 1" in text
    (left,) = proof.outcome.remaining.values()
    assert [one.fix.applicability for one in left if one.fix] == ["suggestion"] * 3


def test_each_refusal_says_why(half: tuple[Proof, str]) -> None:
    reasons = " | ".join(undone.reason for undone in half[0].outcome.undone)
    assert (
        "`unknown`: cannot compare: no inputs are given" in reasons and "`changed`: different: result[0]: " in reasons
    )


def test_code_outside_of_functions_cannot_be_compared(tmp_path: Path) -> None:
    proof, after = proving(tmp_path, "1", "2", "x = 1\n")
    assert after == "x = 1\n" and "outside of functions" in proof.outcome.undone[0].reason


def test_a_wrong_fix_is_not_applied(tmp_path: Path) -> None:
    text = "def f(x):  # jaxlint: inputs(f32[3])\n    return x + 1\n"
    proof, after = proving(tmp_path, "1\n", "2\n", text)
    (undone,) = proof.outcome.undone
    assert after == text and undone.reason.startswith("`f`: different: result[0]: ")


def test_a_fix_of_one_function_may_fail_because_of_another(tmp_path: Path) -> None:
    """The callee's fix is wrong; the caller's is right, and stays."""
    text = """
        import jax.numpy as jnp
        def callee(x):  # jaxlint: inputs(f32[3])
            return 2 * x
        def caller(x):  # jaxlint: inputs(f32[3])
            return callee(x) + x * 1
        """
    both = partial(proving, tmp_path, text=text)
    _, after = both(r"2 \* x|x \* 1", "x")
    assert "return 2 * x" in after and "return callee(x) + x\n" in after


def test_a_file_that_cannot_be_imported_keeps_its_text(tmp_path: Path) -> None:
    text = "import nowhere\n" + dedent(TEXT)
    proof, after = proving(tmp_path, r"return x \+ 1", "return 1 + x", text)
    assert after == text and "cannot be imported" in proof.outcome.undone[0].reason


def test_the_command_line_applies_what_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "module.py").write_text(dedent(FIXABLE))
    assert run(["check", "--isolated", "--fix", "--unsafe-fixes", "--verify", "--output-format", "concise", "."]) == 1
    out, err = capfd.readouterr()
    after = (tmp_path / "module.py").read_text()
    assert "x = jnp.where(jnp.sum(x) > 0, 2.0 * x, x)" in after and "out[thing.deep()] = thing.x" in after
    assert "module.py:12:5: JAX101" in out
    assert err.startswith("Running the code of the files") and "`weird`: cannot compare: no inputs were found" in err


FIXABLE = """\
    import jax
    import jax.numpy as jnp


    @jax.jit
    def relu(x):  # jaxlint: inputs(f32[5])
        if jnp.sum(x) > 0:
            x = 2.0 * x
        return x

    def weird(thing):
        out = jnp.zeros(3)
        out[thing.deep()] = thing.x
        return out
    """


def test_functions_own_their_decorators_and_classes_nothing() -> None:
    places = Places.of("@a\n@b\ndef f():\n    def g():\n        pass\nclass C:\n    x = 1\n    def m(self): pass\n")
    assert places
    owners = [places.owner(line, line) for line in range(1, 9)]
    assert owners == ["f"] * 5 + [None, None, "C.m"]
    assert places.owner(5, 6) is None
    assert Places.of("def f(:") is None


GIVEN = """
    import jax.numpy as jnp
    def outer(x, mode):
        return scaled(x, 2.0) if mode == "twice" else x
    def scaled(x, factor):
        return x * factor
    def apart(x):
        return x + 1
    """


def test_given_inputs_speak_for_what_they_reach(tmp_path: Path) -> None:
    """A function that stays as it is shows that the fix of another one, which it uses, is wrong."""
    inputs = tmp_path / "given.py"
    inputs.write_text("cases = {'outer': [(1.5, 'twice')], 'apart': [(2.0,)]}\n")
    prove = partial(proving, tmp_path, r"x \* factor|x \+ 1", text=GIVEN, inputs=inputs)
    proof, after = prove(r"1 + x")
    assert "return x * factor\n" in after and "return 1 + x\n" in after
    assert "`outer`: different: result: 2.5, expected 3.0" in proof.outcome.undone[0].reason


def test_cases_beside_a_file_count(tmp_path: Path) -> None:
    (tmp_path / "cases.py").write_text("cases = {'unknown': [(2.0,)]}\n")
    text = "def unknown(x):\n    return x + 1\n"
    _, after = proving(tmp_path, r"x \+ 1", "1 + x", text)
    assert "return 1 + x" in after


def test_what_was_compared_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def counting(pairs: Sequence[Pair], *rest: Any) -> list[tuple[Verdict, ...]]:
        ran.append(tuple(name for pair in pairs for name in pair.changed))
        return side_by_side(pairs, *rest)

    monkeypatch.setattr("jaxlint.verify.comparing.side_by_side", counting)
    _, after = proving(tmp_path, r"x ([+-]) 1", r"1 \1 x")
    assert "return 1 + x" in after and "return x - 1" in after
    assert ran == [("same", "changed", "unknown", "Model.method")]


def test_reach_follows_names_through_functions_classes_and_variables() -> None:
    reach = Reach.of(
        "def f(x): return g(x)\ndef g(x): return x\nh = jit(f)\ndef k(x): return h(x)\n"
        "class C:\n    def m(self): return k\ndef apart(): return C\ndef alone(): return 1\n"
    )
    assert reach.used("k") == {"k", "h", "f", "g"} and reach.used("alone") == {"alone"}
    assert reach.used("apart") == {"apart", "C.m", "k", "h", "f", "g"}
    assert Reach.of("def f(:").used("f") == {"f"}

"""A first answer after an edit: what it looks at, and that it says what a whole look would say."""

import ast
import random

import pytest

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.lint import check_all, lint
from jaxlint.engine.manner import Manner
from jaxlint.engine.own import Select
from jaxlint.engine.partial import BUDGET, Partial, partial
from jaxlint.source import Memory, SourceText, index
from jaxlint.source.text import lines
from tests.front.soak import FILES

LONG = "\n\n".join(f"def long{n}(x):\n" + "    x = x + 1\n" * 60 + f"    return other{n}(x)\n" for n in range(4))
TEXTS = [
    *FILES.values(),
    "import jax\n\n\n@jax.jit\ndef f(x):\n    return g(x)\n\n\ndef g(x):\n    return 1 if x > 0 else 2\n\n\n" + LONG,
    """\
import jax


class A:
    @property
    def p(self):
        return 1

    @p.setter
    def p(self, v):
        pass

    @jax.jit
    def m(self, x):
        if x > 0:
            return self.n(x)
        return x

    def n(self, x): return x

k = jax.random.key(0)
a = jax.random.normal(k)
b = jax.random.normal(k)
""",
]


def source(text: str) -> SourceText:
    return SourceText("m.py", text)


def every(rule: object) -> bool:
    return True


def found(text: SourceText, manner: Manner | None = None) -> list[Diagnostic]:
    def check(sources: list[SourceText], select: Select) -> dict[str, list[Diagnostic]]:
        return check_all(sources, select, manner=manner) if manner else check_all(sources, select)

    return lint([text], every, check=check)[text.path]  # type: ignore[arg-type]


def said(listed: list[Diagnostic]) -> list[tuple[object, ...]]:
    return [(one.code, one.message, one.start, one.end, [(s.message, s.line) for s in one.trace]) for one in listed]


def answer(before: str, after: str) -> list[tuple[object, ...]]:
    edited = partial(source(before), index(source(before), "m"), source(after))
    assert edited is not None
    return said(edited.answer(found(source(before)), found(edited.source, Manner(Memory(), where=edited.concerns))))


def looked_at(before: str, after: str) -> Partial:
    edited = partial(source(before), index(source(before), "m"), source(after))
    assert edited is not None
    return edited


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("seed", range(4))
def test_a_comment_changes_nothing_but_lines(text: str, seed: int) -> None:
    chance = random.Random(seed)
    known = lines(text)
    at = chance.randrange(len(known))
    after = "".join([*known[:at], "# a comment\n", *known[at:]])
    assert answer(text, after) == said(found(source(after)))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("seed", range(10))
def test_the_shorter_text_keeps_its_lines_and_parses(text: str, seed: int) -> None:
    chance = random.Random(seed)
    known = lines(text)
    at = chance.randrange(len(known))
    changed = [*known[:at], *chance.choice([["x = 1\n"], [], ["\n", "y = 2\n"]]), *known[at + 1 :]]
    after = "".join(changed)
    edited = looked_at(text, after)
    shorter = lines(edited.source.text)
    assert len(shorter) == len(lines(after))
    assert shorter[edited.first - 1 : edited.last] == lines(after)[edited.first - 1 : edited.last]
    try:
        ast.parse(after)
    except SyntaxError:
        return
    ast.parse(edited.source.text)


def test_a_new_finding_is_seen_at_once() -> None:
    before = TEXTS[-2].replace("1 if x > 0 else 2", "x")
    assert ("JAX401", (10, 17)) in [(code, start) for code, _, start, *_ in answer(before, TEXTS[-2])]
    assert answer(TEXTS[-2], before) == []


def test_what_is_far_is_left_out() -> None:
    edited = looked_at(TEXTS[-2], TEXTS[-2].replace("1 if x", "2 if x"))
    assert "return g(x)" in edited.source.text
    assert "long0=(_\n" in edited.source.text
    kept = [line for line in lines(edited.source.text) if line.strip(" )\n") and "=(_" not in line]
    assert len(kept) <= BUDGET


def test_other_names_keep_meaning_nothing_known() -> None:
    """A function that is left out is not mistaken for a builtin of its name."""
    text = "import jax\n\n\n@jax.jit\ndef f(x):\n    return float(x)\n\n\ndef float(x):\n" + "    x = x + 1\n" * 300
    text += "    return x\n"
    assert answer(text, text.replace("return float", "return  float")) == []


def test_a_proof_that_leads_elsewhere_stays() -> None:
    callers = "".join(f"\n\n@jax.jit\ndef c{n}(x):\n" + "    x = x + 1\n" * 300 + "    return g(x)\n" for n in range(1))
    text = "import jax\n\n\ndef g(x):\n    y = 1\n    return 1 if x > 0 else 2\n" + callers
    after = text.replace("y = 1", "y = 10")
    assert "c0=(_" in looked_at(text, after).source.text
    assert answer(text, after) == said(found(source(after))) != []


def test_large_changes_wait_for_a_whole_look() -> None:
    text = "x = 1\n" * 10
    assert partial(source(text), index(source(text), "m"), source("y = 2\n" * 1000)) is None

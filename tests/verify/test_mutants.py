"""The verifier's own test: every deliberately wrong rewrite is seen, and every right one passes.

Nobody gives it inputs but for a few comments: it has to find them.
"""

import ast
import runpy
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from jaxlint.verify.plan import plan
from jaxlint.verify.protocol import Pair
from jaxlint.verify.side_by_side import Ways, paired, side_by_side
from jaxlint.verify.verdict import Kind, Verdict

FIXTURES = Path(__file__).parents[2] / "fixtures" / "mutants"
RIGHT = (FIXTURES / "right.py").read_text()
WRONG: list[tuple[str, str, str, str]] = runpy.run_path(str(FIXTURES / "wrong.py"))["WRONG"]
FUNCTIONS = plan((FIXTURES / "original.py").read_bytes(), RIGHT).changed


def spoilt(name: str, old: str, new: str, text: str = RIGHT) -> str:
    """The module with one function spoilt."""
    scope = ast.parse(text).body
    for part in name.split("."):
        node = next(n for n in scope if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == part)
        scope = node.body
    lines = text.splitlines(keepends=True)
    body = "".join(lines[node.lineno - 1 : node.end_lineno])
    assert body.count(old) == 1, f"{name}: {old!r} is there {body.count(old)} times"
    return "".join(lines[: node.lineno - 1]) + body.replace(old, new) + "".join(lines[node.end_lineno :])


def modules() -> dict[str, str]:
    """Few modules, each with at most one mutant of a function; the one called right has none."""
    rounds: dict[str, str] = defaultdict(lambda: RIGHT)
    turn: dict[str, int] = defaultdict(int)
    for name, _, old, new in WRONG:
        rounds[f"wrong{turn[name]}"] = spoilt(name, old, new, rounds[f"wrong{turn[name]}"])
        turn[name] += 1
    return {"right": RIGHT, **rounds}


def spoilt_in(label: str) -> tuple[str, ...]:
    """The functions to compare in a module: those that it spoils, or all."""
    if label == "right":
        return FUNCTIONS
    names = [name for name, *_ in WRONG]
    return tuple(name for name in FUNCTIONS if names.count(name) > int(label.removeprefix("wrong")))


def verdicts(folder: Path) -> dict[tuple[str, str], Verdict]:
    """The verdict on each function of each module, from one run of the verifier."""
    pairs: dict[str, Pair] = {}
    for label, text in modules().items():
        (folder / f"{label}.py").write_text(text)
        asked = replace(plan((FIXTURES / "original.py").read_bytes(), text), common=spoilt_in(label))
        pairs[label] = paired(FIXTURES / "original.py", folder / f"{label}.py", asked)
    found = side_by_side(list(pairs.values()), Ways(guess=True, vary=40))
    return {(label, verdict.function): verdict for label, group in zip(pairs, found, strict=True) for verdict in group}


def test_there_are_many() -> None:
    assert len(WRONG) >= 50 and {name for name, *_ in WRONG} <= set(FUNCTIONS)


def test_the_right_ones_pass_and_each_wrong_one_is_seen(tmp_path: Path) -> None:
    """One test, for several workers would run the verifier several times."""
    found = verdicts(tmp_path)
    right = {name: str(found["right", name].kind) for name in FUNCTIONS}
    assert right == dict.fromkeys(FUNCTIONS, "equivalent") | {"walk": "changed on purpose"}
    names = [name for name, *_ in WRONG]
    seen = {
        f"{name}: {what}": found[f"wrong{names[:place].count(name)}", name]
        for place, (name, what, _, _) in enumerate(WRONG)
    }
    assert not [label for label, verdict in seen.items() if verdict.kind.passes]
    unclear = [label for label, verdict in seen.items() if verdict.kind is Kind.CANNOT_COMPARE]
    assert unclear == ["walk: another distribution"]
    assert all(verdict.reasons and verdict.source for verdict in seen.values())

"""Some of the random programs: `python -m tests.rewrites.random_programs` runs thousands."""

import ast

from .random_programs.grammar import program
from .random_programs.workers import run

SEEDS = range(60)

KNOWN: dict[int, str] = {}
"""Programs whose rewrite is known to be wrong, and how: this must shrink."""


def test_programs_are_python_and_differ() -> None:
    texts = [program(seed) for seed in range(300)]
    assert all(ast.parse(text) for text in texts)
    assert len(set(texts)) == len(texts)
    for word in ("break", "continue", "append", "else:", "while", "elif", "out[", "enumerate", "zip", 'state["best"]'):
        assert sum(word in text for text in texts) > 5, word


def test_no_rewrite_is_wrong() -> None:
    results = run(SEEDS, jobs=1)
    defects = {result.seed: f"{result.kind}: {'; '.join(result.reasons)}" for result in results}
    bad = {seed: why for seed, why in defects.items() if why.startswith(("wrong", "raises", "crash", "dies"))}
    assert bad.keys() == KNOWN.keys(), bad

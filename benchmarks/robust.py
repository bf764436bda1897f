"""Try to break jaxlint: ``python benchmarks/robust.py [--programs N] [--seed S]``.

Lints and fixes programs that nobody would write: generated ones (hypothesmith: anything that Python's grammar allows),
and modules of real packages with tokens deleted, doubled or swapped, or cut off in the middle. None may crash the
analysis or a rule (JAX000), take longer than the limit, or come out of ``--fix --unsafe-fixes`` as something that does
not parse though it did before, or that a second run changes again. What breaks is printed, with the program in a file;
exits with 1.
"""

import argparse
import ast
import collections
import io
import random
import signal
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from real_code import PINNED, fetch

from jaxlint.engine.fix import fix
from jaxlint.rules import Rule
from jaxlint.source import SourceText

LIMIT = 60
"""Seconds for one program, on a machine that others use as well."""
LONGEST = 250
"""Lines of real code that one program takes."""
HEAD = "import jax\nimport jax.numpy as jnp\nimport numpy as np\nfrom jax import lax, random\n"
PACKAGES = ("numpyro", "brax", "blackjax", "evosax", "jumanji", "emcee", "librosa")


class Stuck(BaseException):
    """The limit is over."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000, help="generated ones, and as many mutated ones")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts: collections.Counter[str] = collections.Counter()
    for sort, programs in (("generated", generated(options.seed)), ("mutated", mutated(options.seed))):
        for _, program in zip(range(options.programs), programs, strict=False):
            problem = tried(program)
            counts[f"{sort}: {problem.partition(':')[0] if problem else 'sound'}"] += 1
            if problem:
                with tempfile.NamedTemporaryFile("w", suffix=".py", prefix="broken-", delete=False) as file:
                    file.write(program)
                print(f"{problem}\n    {file.name}", flush=True)
    for outcome, count in sorted(counts.items()):
        print(f"{count:6} {outcome}")
    return 0 if all(outcome.endswith(": sound") for outcome in counts) else 1


def generated(seed: int) -> Iterator[str]:
    """Programs of Python's grammar, in a module that uses jax."""
    import hypothesis
    import hypothesmith

    found: list[str] = []
    settings = hypothesis.settings(
        max_examples=100, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    while True:

        @hypothesis.seed(seed)
        @settings
        @hypothesis.given(hypothesmith.from_grammar())
        def collect(program: str) -> None:
            found.append(program)

        collect()
        seed += 1
        yield from (HEAD + program for program in found)
        found.clear()


def mutated(seed: int) -> Iterator[str]:
    """Real code with a few of its tokens out of order."""
    chance = random.Random(seed)
    files = [
        path for name in PACKAGES for path in sorted(fetch(name, PINNED[name]).rglob("*.py")) if path.stat().st_size
    ]
    while True:
        lines = chance.choice(files).read_text("utf-8", "replace").splitlines(keepends=True)
        start = chance.randrange(max(1, len(lines) - LONGEST))
        text = "".join(lines[:10] + lines[max(10, start) : start + LONGEST])
        yield chance.choice((_cut, _shuffled, _shuffled, _shuffled))(text, chance)


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(1, len(text) + 1)]


def _shuffled(text: str, chance: random.Random) -> str:
    """One to four tokens deleted, doubled or swapped with another."""
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        return _cut(text, chance)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans = [(starts[t.start[0] - 1] + t.start[1], starts[t.end[0] - 1] + t.end[1]) for t in tokens]
    chosen = chance.sample(spans, min(chance.randint(1, 4), len(spans)))
    for start, end in sorted(chosen, reverse=True):
        piece, other = text[start:end], text[slice(*chance.choice(spans))]
        text = text[:start] + chance.choice(("", f"{piece} {piece}", other)) + text[end:]
    return text


def tried(program: str) -> str | None:
    """What goes wrong with a program, if anything does."""
    try:
        with _limited():
            first = fix([SourceText("program.py", program)], _every, "unsafe")
            text = first.texts["program.py"]
            second = fix([SourceText("program.py", text)], _every, "unsafe").texts["program.py"]
    except Stuck:
        return f"stuck: more than {LIMIT} seconds"
    except Exception as error:
        return f"crash: {type(error).__name__}: {error}"
    for found in first.remaining["program.py"]:
        if found.code == "JAX000":
            return f"internal error: {found.message}"
    if _parses(program) and not _parses(text):
        return "broken: the fixed program does not parse"
    if not first.settled:
        return "restless: the fixes do not come to an end"
    return "restless: a second run changes the program again" if second != text else None


def _every(rule: Rule) -> bool:
    return True


@contextmanager
def _limited() -> Iterator[None]:
    def end(*_: object) -> None:
        raise Stuck

    signal.signal(signal.SIGALRM, end)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())

"""Programs whose comments say what the static tracer must know.

``#? x: traced`` above a line claims that the expression ``x`` on that line is a tracer in some context; ``#? x: never
traced`` that it is in none. Several claims are separated by ``;``. A folder of programs is one project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import pytest

from jaxlint.facts import Tracer, load
from jaxlint.facts.model.definitions import ClassDefinition, FunctionDefinition, own_nodes
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import (
    Array,
    Const,
    Either,
    Function,
    HostArray,
    Key,
    Keys,
    Ref,
    Static,
    Tree,
    Value,
    tracing,
)
from jaxlint.source import read

PROGRAMS = Path(__file__).parent / "programs"
CLAIM = re.compile(r"(?P<expression>.+?): (?P<never>never )?(?P<word>[\w.]+)(?: (?P<constant>.+))?$")


@dataclass(frozen=True)
class Claim:
    path: str
    line: int
    expression: str
    never: bool
    word: str
    constant: str | None


def claims(path: Path) -> Iterator[Claim]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if (text := line.strip()).startswith("#? "):
            for part in text[3:].split("; "):
                match = CLAIM.match(part)
                assert match, f"{path}:{number}: cannot read {part!r}"
                yield Claim(
                    str(path), number + 1, match["expression"], bool(match["never"]), match["word"], match["constant"]
                )


def projects() -> list[Path]:
    return sorted(
        path for path in PROGRAMS.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name[0] != "_")
    )


@pytest.mark.parametrize("program", projects(), ids=lambda path: path.stem)
def test_program(program: Path) -> None:
    files = [program] if program.is_file() else sorted(program.rglob("*.py"))
    tracer = Tracer(load(read(path) for path in files), everything=True)
    tracer.run()
    stated = [claim for path in files for claim in claims(path)]
    assert stated
    wrong = [f"{Path(c.path).name}:{c.line}: {c}" for c in stated if holds(tracer, c) is c.never]
    assert not wrong, "\n".join(wrong)


def holds(tracer: Tracer, claim: Claim) -> bool:
    values = list(seen(tracer, claim))
    assert values, f"{claim} was never evaluated"
    return any(fits(value, claim.word, claim.constant) for value in values)


def seen(tracer: Tracer, claim: Claim) -> Iterator[Value]:
    """Every value that an expression with this text on this line had in some activation."""
    for owner, frames in tracer.activations.items():
        for frame in frames:
            if frame.module.path == claim.path:
                for chunk, node in nodes(owner, frame):
                    if node in frame.values and chunk.line(node) == claim.line:
                        start, end = chunk.span(node)
                        if chunk.source.text[start:end] == claim.expression:
                            yield frame.values[node]


def nodes(owner: object, frame: Frame) -> Iterator[tuple[object, cst.CSTNode]]:
    if isinstance(owner, FunctionDefinition | ClassDefinition):
        yield from ((owner.chunk, node) for node in own_nodes(owner.node.body))
    else:
        for chunk in frame.module.chunks:
            yield from ((chunk, node) for node in own_nodes(chunk.tree))


def fits(value: Value, word: str, constant: str | None) -> bool:
    proof = tracing(value)
    match word:
        case "traced":
            return proof is not None and proof.level == "full" and not isinstance(value, Tree)
        case "tree":
            return isinstance(value, Tree)
        case "grad":
            return proof is not None and proof.level == "grad"
        case "concrete":
            return isinstance(value, Array) and proof is None
        case "static":
            return isinstance(value, Static | Const)
        case "const":
            return isinstance(value, Const) and repr(value.value) == constant
        case "numpy":
            return isinstance(value, HostArray)
        case "bool":
            return isinstance(value, Array) and value.kind == "bool"
        case "key":
            return isinstance(value, Key)
        case "keys":
            return isinstance(value, Keys)
        case "object":
            return isinstance(value, Ref)
        case "function":
            return isinstance(value, Function)
        case "either":
            return isinstance(value, Either)
    raise AssertionError(f"unknown claim {word}")

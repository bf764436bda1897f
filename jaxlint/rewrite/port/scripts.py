"""Loops of a script as functions, which can be compiled.

::

    for t in range(steps):                   def update_u(u, steps):
        u[1:-1] += 0.1 * np.diff(u, 2)  ->       for t in range(steps):
                                                     u[1:-1] += 0.1 * np.diff(u, 2)

                                             update_u(u, steps)

What the loop reads are the parameters, the variables that it binds anew the results; what it changes in
place stays changed. The script is the same NumPy program.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import bound_names, scope_of
from jaxlint.facts.queries.names import free_names
from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.rewrite.port.sharing import root
from jaxlint.source import walk

_CALLED = frozenset(
    {"range", "len", "int", "float", "abs", "min", "max", "sum", "enumerate", "zip", "round", "reversed", "bool"}
)
Loop = cst.For | cst.While


@dataclass(frozen=True, slots=True)
class Extracted:
    """A loop that became a function."""

    key: Key
    line: int
    edits: tuple[Edit, ...]


def loops_as_functions(reading: Reading, script: Unit, host: Collection[Key]) -> Iterator[Extracted]:
    """Each loop of top-level code that only computes, unless its function is known to stay on the host."""
    taken = {node.value for chunk in script.module.chunks for node in walk(chunk.tree) if isinstance(node, cst.Name)}
    for loop in _loops(script):
        made = _extracted(reading, script, loop, taken)
        if made is not None and made.key not in host:
            taken.add(made.key[1])
            yield made


def _loops(script: Unit) -> Iterator[Loop]:
    """The loops at the top level, or below ``if __name__ == "__main__"``."""
    pending = list(script.node.body.body)
    while pending:
        match pending.pop(0):
            case cst.For() | cst.While() as loop:
                yield loop
            case cst.If(test=cst.Comparison(left=cst.Name(value="__name__")), body=cst.IndentedBlock(body=body)):
                pending += body


def _extracted(reading: Reading, script: Unit, loop: Loop, taken: Collection[str]) -> Extracted | None:
    if not _computes(reading, script, loop) or loop.orelse is not None:
        return None
    own = scope_of(cst.IndentedBlock([loop])).bound
    variables = _variables(script)
    free = free_names(loop)
    before = {name for name, at in variables.items() if at < script.span(loop)[0]}
    if any(_read_elsewhere(script, loop, name) for name in own - before):
        return None
    results = sorted(own & before)
    reads = sorted((free | set(results) | _stored(loop)) & before, key=lambda name: variables[name])
    if not reads:
        return None
    changed = [name for name in reads if name in _stored(loop)]
    name = _name(changed or results or reads, taken)
    if name is None or '"""' in script.code(loop) or "'''" in script.code(loop):
        return None
    return Extracted((script.module.path, name), script.line(loop), (_edit(script, loop, name, reads, results),))


def _computes(reading: Reading, script: Unit, loop: Loop) -> bool:
    """True for a loop with arrays that does nothing but compute."""
    uses = False
    for node in walk(loop):
        if isinstance(node, cst.Return | cst.Try | cst.With | cst.FunctionDef | cst.Lambda | cst.Global | cst.Import):
            return False
        if isinstance(node, cst.Call):
            name = reading.name(script, node.func) or ""
            known = name.startswith(("numpy.", "math.", "scipy.")) or reading.callee(script, node) is not None
            builtin = isinstance(node.func, cst.Name) and node.func.value in _CALLED
            method = isinstance(node.func, cst.Attribute) and not name and root(node.func.value) in _variables(script)
            if not (known or builtin or method):
                return False
            uses = uses or known
        if isinstance(node, cst.Subscript):
            uses = True
    return uses


def _variables(script: Unit) -> dict[str, int]:
    """The variables of the top level, each with where it is first bound."""
    found: dict[str, int] = {}
    for node in script.nodes:
        targets: list[cst.BaseExpression] = []
        if isinstance(node, cst.Assign):
            targets = [target.target for target in node.targets]
        elif isinstance(node, cst.AnnAssign | cst.AugAssign | cst.For):
            targets = [node.target]
        for target in targets:
            for name in bound_names(target):
                found.setdefault(name, script.span(node)[0])
    return found


def _read_elsewhere(script: Unit, loop: Loop, name: str) -> bool:
    """True if a variable is read outside of the loop, other than before it."""
    inside = set(walk(loop))
    end = script.span(loop)[1]
    for chunk in script.module.chunks:
        for node in walk(chunk.tree):
            named = isinstance(node, cst.Name) and node.value == name and node not in inside
            if named and (chunk is not script.chunk or chunk.span(node)[0] > end):
                return True
    return False


def _stored(loop: Loop) -> set[str]:
    """The variables whose items the loop stores into."""
    found: set[str | None] = set()
    for node in walk(loop):
        if isinstance(node, cst.AssignTarget | cst.AugAssign) and isinstance(node.target, cst.Subscript):
            found.add(root(node.target))
    return {name for name in found if name is not None}


def _name(subjects: list[str], taken: Collection[str]) -> str | None:
    if not subjects:
        return None
    wanted = f"update_{subjects[0].lower()}"
    names = (wanted, *(f"{wanted}_{number}" for number in range(2, 50)))
    return next((name for name in names if name not in taken and not hasattr(builtins, name)), None)


def _edit(script: Unit, loop: Loop, name: str, reads: list[str], results: list[str]) -> Edit:
    indent = script.indent(loop)
    text = script.code(loop).rstrip("\n")
    body = "\n".join(f"    {line}" if line.strip() else line for line in f"{indent}{text}".split("\n"))
    names = ", ".join(results)
    lines = [f"def {name}({', '.join(reads)}):", body]
    lines += [f"{indent}    return {names}"] if results else []
    call = f"{name}({', '.join(reads)})"
    blank = "\n\n\n" if not indent else "\n\n"
    made = "\n".join(lines) + blank + indent + (f"{names} = {call}" if results else call)
    start, end = script.span(loop)
    return Edit(start, end, ("\n\n" if not indent and script.chunk.source.text[:start].strip() else "") + made)

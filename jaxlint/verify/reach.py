"""What the functions of a text consist of: their own code, and that of whatever they may use in the text.

Use is by name, which takes in rather too much.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from jaxlint.verify.places import functions_of, parsed


@dataclass(frozen=True, slots=True)
class Reach:
    """The names and attributes that each definition reads, and the code of each; variables of the module are among
    the definitions."""

    reads: dict[str, frozenset[str]]
    code: dict[str, str]

    @classmethod
    def of(cls, text: str) -> "Reach":
        """Nothing for a text that does not parse."""
        found = dict(_definitions(module)) if (module := parsed(text)) else {}
        return cls(
            {name: _read(node) for name, node in found.items()}, {name: ast.dump(node) for name, node in found.items()}
        )

    def used(self, name: str) -> frozenset[str]:
        """A definition and those that it may use, at any remove."""
        found, left = {name}, [name]
        while left:
            reads = self.reads.get(left.pop(), frozenset())
            new = {one for one in self.reads if one not in found and _is_read(one, reads)}
            found |= new
            left += new
        return frozenset(found)

    def print(self, name: str) -> str:
        """All the code that a definition may run: where it is the same, so is what it does."""
        return "\n".join(f"{one} = {self.code[one]}" for one in sorted(self.used(name) & self.code.keys()))


def _definitions(module: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets):
                yield from ((node.id, statement) for node in _names(*targets))
            case ast.AnnAssign(ast.Name(name)):
                yield name, statement
    yield from functions_of(module.body)


def _names(*nodes: ast.AST) -> Iterator[ast.Name]:
    yield from (inner for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _read(node: ast.AST) -> frozenset[str]:
    attributes = (inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute))
    return frozenset(name.id for name in _names(node)).union(attributes)


def _is_read(name: str, reads: frozenset[str]) -> bool:
    """A method is read with its class, too."""
    owner, _, short = name.rpartition(".")
    return short in reads or owner in reads

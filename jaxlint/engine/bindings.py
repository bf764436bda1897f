"""What names mean in a module because of its imports, and which names it takes for itself. From the stdlib tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_NOT_LOADED_BY_ROOT = frozenset(
    f"jax.{name}"
    for name in ("ad_checkpoint", "example_libraries", "experimental", "extend", "flatten_util", "scipy", "tools")
)
"""Submodules that ``import jax`` alone does not bring, in one or another jax release."""


@dataclass(frozen=True, slots=True)
class Binding:
    """``name`` means ``target``. ``reach``: first and last line where it does, None for the whole module.
    ``loads`` is the module that was imported for it."""

    name: str
    target: str
    loads: str
    reach: tuple[int, int] | None

    def spells(self, canonical: str) -> str | None:
        """How this binding writes a canonical name: ``jnp.where`` for ``jax.numpy.where``."""
        if canonical == self.target:
            return self.name
        if not canonical.startswith(f"{self.target}."):
            return None
        parent = canonical.rpartition(".")[0]
        if self.target == "jax" and not loaded_with_root(canonical) and not f"{self.loads}.".startswith(f"{parent}."):
            return None
        return self.name + canonical[len(self.target) :]

    def covers(self, line: int) -> bool:
        return self.reach is None or self.reach[0] <= line <= self.reach[1]


def loaded_with_root(canonical: str) -> bool:
    """Whether importing the first part of a dotted name is enough to reach it."""
    return ".".join(canonical.split(".")[:2]) not in _NOT_LOADED_BY_ROOT


@lru_cache(maxsize=8)
def bindings(tree: ast.Module) -> tuple[Binding, ...]:
    """The imports of a module that run: those for type checkers only do not count."""
    found = [binding for node in _statements(tree.body) for binding in _imported(node, None)]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            reach = (function.lineno, function.end_lineno or function.lineno)
            found += [binding for node in _statements(function.body) for binding in _imported(node, reach)]
    found += [renamed for node in tree.body for binding in found if (renamed := _renamed(node, binding))]
    return tuple(found)


def taken(tree: ast.Module) -> frozenset[str]:
    """Names that the module itself binds at its top level, other than by importing."""
    names: set[str] = set()
    for node in _statements(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(names)


def _imported(node: ast.stmt, reach: tuple[int, int] | None) -> Iterator[Binding]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            yield Binding(alias.asname or root, alias.name if alias.asname else root, alias.name, reach)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            target = f"{node.module}.{alias.name}"
            yield Binding(alias.asname or alias.name, target, target, reach)


def _renamed(node: ast.stmt, binding: Binding) -> Binding | None:
    """``jnp = jax.numpy`` at the top level, given the binding of ``jax``."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as value):
            dotted = ast.unparse(value)
            if binding.reach is None and dotted.startswith(f"{binding.name}."):
                target = binding.target + dotted[len(binding.name) :]
                return Binding(name, target, target, None)
    return None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of one scope, those inside ``if``, ``try`` and the like included."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            blocks = [node.orelse]
        blocks += [handler.body for handler in getattr(node, "handlers", [])]
        blocks += [case.body for case in getattr(node, "cases", [])]
        for block in blocks:
            yield from _statements(block)

"""Which functions of two versions of a module to compare. Reads the texts; runs nothing."""

import ast
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


class PlanError(Exception):
    """The two texts cannot be paired: a syntax error, or a function that was asked for is not there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Qualified names present in both versions, those of them whose code differs, and whether each imports JAX."""

    common: tuple[str, ...]
    changed: tuple[str, ...]
    before_is_jax: bool
    nullary: frozenset[str]

    def to_compare(self, with_inputs: frozenset[str]) -> tuple[str, ...]:
        """Every changed function, and every function with inputs: a callee of it may have changed."""
        return tuple(name for name in self.common if name in with_inputs or name in self.changed)


def plan(before: str | bytes, after: str | bytes, function: str | None = None) -> Plan:
    """Pair the functions of two modules by qualified name; only ``function`` if it is given. Raises PlanError."""
    old, new = _parse(before, "before"), _parse(after, "after")
    left, right = _functions(old), _functions(new)
    common = [name for name in left if name in right]
    if function is not None:
        missing = "the original" if function not in left else "the rewritten module"
        if function not in common:
            raise PlanError(f"no function `{function}` in {missing}")
        common = [function]
    changed = [name for name in common if ast.dump(left[name]) != ast.dump(right[name])]
    nullary = frozenset(name for name in common if _takes_nothing(left[name]))
    return Plan(tuple(common), tuple(changed if function is None else common), _imports_jax(old), nullary)


def cases_beside(before: Path) -> Path | None:
    """A `cases.py` in the same folder which sets `cases` to a dict: inputs that need not be asked for."""
    file = before.parent / "cases.py"
    if not file.is_file() or file.resolve() == before.resolve():
        return None
    for node in _parse(file.read_bytes(), "cases.py").body:
        match node:
            case ast.Assign([ast.Name("cases")], ast.Dict() | ast.DictComp()):
                return file
    return None


def _parse(text: str | bytes, label: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise PlanError(f"{label}: {error}") from None


def _functions(tree: ast.Module) -> dict[str, Function]:
    """Functions of the module and methods of its classes, by qualified name; the last definition wins."""
    found: dict[str, Function] = {}

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for statement in body:
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    found[prefix + statement.name] = statement
                case ast.ClassDef():
                    collect(statement.body, f"{prefix}{statement.name}.")
                case ast.If() | ast.Try():
                    collect(statement.body + statement.orelse, prefix)

    collect(tree.body, "")
    return found


def _takes_nothing(function: Function) -> bool:
    a = function.args
    required = len(a.posonlyargs) + len(a.args) - len(a.defaults)
    return required == 0 and all(default is not None for default in a.kw_defaults)


def _imports_jax(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str() as module, level=0):
                modules = [module]
            case _:
                continue
        if any(name.split(".")[0] == "jax" for name in modules):
            return True
    return False

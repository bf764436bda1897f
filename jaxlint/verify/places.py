"""Which function of a text a line belongs to, by its name in the module."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Places:
    """The first and last line of each function of a module and each method of its classes, decorators included."""

    spans: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, text: str) -> "Places | None":
        """None for a text that does not parse."""
        if (module := parsed(text)) is None:
            return None
        return cls(
            tuple((_first(node), node.end_lineno or node.lineno, name) for name, node in functions_of(module.body))
        )

    def owner(self, first: int, last: int) -> str | None:
        """The function that holds all of the lines; None for code of the module or of a class."""
        return next((name for start, end, name in self.spans if start <= first and last <= end), None)


def parsed(text: str) -> ast.Module | None:
    """None for a text that does not parse."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def functions_of(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Functions and methods of classes, by qualified name."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + statement.name, statement
            case ast.ClassDef():
                yield from functions_of(statement.body, f"{prefix}{statement.name}.")
            case ast.If() | ast.Try():
                yield from functions_of(statement.body + statement.orelse, prefix)


def _first(function: Definition) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])

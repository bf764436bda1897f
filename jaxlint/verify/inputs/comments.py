"""`# jaxlint: inputs(f32[128,3], i32[], n=10)`: descriptions of calls in comments, above a function or inside it."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from jaxlint.verify.inputs.spec import Arguments, SpecError, parse_arguments

_COMMENT = re.compile(r"#\s*jaxlint:\s*inputs\((?P<arguments>.*)\)\s*$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def commented(text: str, tree: ast.Module) -> dict[str, list[Arguments | SpecError]]:
    """The described calls by qualified name, or why they cannot be read; several comments describe several calls."""
    found: dict[str, list[Arguments | SpecError]] = {}
    spans = list(functions(tree))
    for line, arguments in _comments(text):
        inside = [name for name, start, end in spans if start <= line <= end]
        below = sorted((start, name) for name, start, _ in spans if start > line)
        if name := inside[-1] if inside else below[0][1] if below else None:
            found.setdefault(name, []).append(_parsed(arguments))
    return found


def _parsed(text: str) -> Arguments | SpecError:
    try:
        return parse_arguments(text)
    except SpecError as error:
        return error


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (match := _COMMENT.match(token.string)):
            yield token.start[0], match["arguments"]


def functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Qualified name, first line (decorators included) and last line of each function, outer ones first."""
    yield from ((name, _start(node), node.end_lineno or node.lineno) for name, node in definitions(tree.body, ""))


def definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    """Functions of a module and methods of its classes, with their qualified names."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + statement.name, statement
            case ast.ClassDef():
                yield from definitions(statement.body, f"{prefix}{statement.name}.")
            case ast.If() | ast.Try():
                yield from definitions(statement.body + statement.orelse, prefix)


def _start(node: Function) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])

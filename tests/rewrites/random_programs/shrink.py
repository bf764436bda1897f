"""Makes a program smaller while it keeps its defect: drops statements, unwraps blocks, simplifies expressions."""

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial

Keeps = Callable[[str], bool]
Step = Callable[[], ast.Module | None]
INNER = ("", "body", "orelse")


def shrink(text: str, keeps: Keeps) -> str:
    """The smallest program found; ``keeps`` says whether a candidate still shows the defect."""
    tree = ast.parse(text)
    last, number = 0, 0
    while last < len(steps := _steps(tree)):
        number %= len(steps)
        candidate = steps[number]()
        if candidate is not None and keeps(_text(candidate)):
            tree, last = candidate, 0
        else:
            last, number = last + 1, number + 1
    return _text(tree)


def _text(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _steps(tree: ast.Module) -> list[Step]:
    """Ways to a program with one thing less, the boldest first; some lead nowhere."""
    blocks = enumerate(_lists(tree))
    statements = [(place, i, inner) for place, (_, _, block) in blocks for i in range(len(block)) for inner in INNER]
    parts = [(i, part) for i, node in enumerate(_expressions(tree)) for part in range(len(_parts(node)))]
    return [partial(_without, tree, *where) for where in statements] + [partial(_simpler, tree, *at) for at in parts]


def _lists(tree: ast.Module) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and not isinstance(node, ast.Module):
                yield node, name, block


def _without(tree: ast.Module, place: int, i: int, inner: str) -> ast.Module | None:
    """The program without a statement, or with the statements inside of it in its place."""
    copied = copy.deepcopy(tree)
    _, name, block = list(_lists(copied))[place]
    instead = getattr(block[i], inner, []) if inner else []
    if inner and (not isinstance(instead, list) or not instead):
        return None
    block[i : i + 1] = instead
    return copied if block or name != "body" else None


def _expressions(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.Call | ast.IfExp | ast.UnaryOp | ast.Tuple):
            yield node


def _simpler(tree: ast.Module, number: int, part: int) -> ast.Module:
    """The program with a part of an expression in its place."""
    copied = copy.deepcopy(tree)
    node = list(_expressions(copied))[number]
    smaller: ast.Module = _Replace(node, _parts(node)[part]).visit(copied)
    return smaller


def _parts(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.BoolOp(values=values):
            return values
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Call(func=ast.Attribute(attr="abs" | "minimum" | "maximum"), args=args):
            return args
        case ast.Tuple(elts=[first, *_] as elements, ctx=ast.Load()) if len(elements) > 1:
            fewer = [ast.Tuple([one for one in elements if one is not gone], ast.Load()) for gone in elements]
            return [first] if len(elements) == 2 else list(fewer)
    return []


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)

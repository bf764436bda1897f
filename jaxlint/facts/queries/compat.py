"""Code that asks first what the installed library has: it may use what others lack.

``try: … except ImportError``, ``if hasattr(jax, "tree")``, ``if jax.__version__ < …``, and what follows such an `if`
that leaves the function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, expects_errors
from jaxlint.facts.queries.references import meanings
from jaxlint.jaxapi import removed
from jaxlint.source import Module

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View

_ASKS = re.compile(r"hasattr\(|getattr\(|(?i:version)|find_spec|importlib|sys\.modules")
_TRUTH = re.compile(r"^(True|False)$")
_CATCHES = re.compile(r"\b(ImportError|ModuleNotFoundError|AttributeError|TypeError|Exception|BaseException)\b")


def compatible(ctx: View, node: cst.CSTNode) -> bool:
    """True for code that runs only with, or only does without, what the installed library has."""
    flags = _flags(ctx.module)
    inner = node
    for above in ctx.ancestors(node):
        match above:
            case cst.Try() | cst.TryStar() if above.finalbody is not inner and any(map(_catches, above.handlers)):
                return True
            case cst.If() if above.orelse is inner and _certainly_fails(ctx, above.test):
                pass
            case cst.If() | cst.IfExp() | cst.While() if above.test is not inner and _asks(above.test, flags):
                return True
            case cst.BooleanOperation() if above.right is inner and _asks(above.left, flags):
                return True
            case cst.With() if above.body is inner and (expects_errors(above) or _warns(above)):
                return True
            case cst.FunctionDef() | cst.ClassDef() if any(_asks(each, flags) for each in above.decorators):
                return True
            case cst.BaseSuite() | cst.Module() if _after_question(above, inner, flags):
                return True
        inner = above
    return False


def _certainly_fails(ctx: View, test: cst.BaseExpression) -> bool:
    """True for ``hasattr(library, "name")`` of what is gone itself: the `else` is what runs now."""
    match test:
        case cst.Call(func=cst.Name("hasattr"), args=[cst.Arg(value=owner), cst.Arg(value=cst.SimpleString() as name)]):
            library = meanings(ctx.tracer.project, ctx.module, ctx.chunk).get(owner)
            row = removed(f"{library}.{name.raw_value}") if library is not None else None
            return row is not None and row.status == "removed"
    return False


def _catches(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    return handler.type is None or _CATCHES.search(_code(handler.type)) is not None


def _asks(test: cst.CSTNode, flags: frozenset[str]) -> bool:
    text = _code(test)
    return _ASKS.search(text) is not None or any(name in flags for name in re.findall(r"\w+", text))


def _warns(node: cst.With) -> bool:
    """``with pytest.warns(DeprecationWarning)``, ``self.assertWarns``"""
    return any(re.search(r"(?i:warns)\w*\(|deprecated_call", _code(item.item)) for item in node.items)


def _after_question(block: cst.CSTNode, statement: cst.CSTNode, flags: frozenset[str]) -> bool:
    """True if an earlier statement of the block asks, and leaves if the answer is the one or the other."""
    for earlier in block.body:  # type: ignore[attr-defined]
        if earlier is statement:
            return False
        if isinstance(earlier, cst.If) and _asks(earlier.test, flags) and any(map(_leaves, _branches(earlier))):
            return True
    return False


def _branches(node: cst.If) -> Iterator[cst.BaseSuite]:
    yield node.body
    if isinstance(node.orelse, cst.If):
        yield from _branches(node.orelse)
    elif node.orelse is not None:
        yield node.orelse.body


def _leaves(suite: cst.BaseSuite) -> bool:
    last = suite.body[-1] if suite.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Return | cst.Raise | cst.Continue | cst.Break)


def _flags(module: Module) -> frozenset[str]:
    """The module's own variables that hold an answer: ``NEW = hasattr(jax, "tree")``, or one that an `except` sets."""
    found: frozenset[str] | None = module.__dict__.get("_flags")
    if found is None:
        names: set[str] = set()
        for chunk in module.chunks:
            if chunk.name is None:
                names.update(_answers(chunk.tree))
        found = module.__dict__["_flags"] = frozenset(names)
    return found


def _answers(body: cst.CSTNode, *, caught: bool = False) -> Iterator[str]:
    for statement in getattr(body, "body", ()):
        match statement:
            case cst.SimpleStatementLine(body=parts):
                for part in parts:
                    if isinstance(part, cst.Assign) and (_ASKS if not caught else _TRUTH).search(_code(part.value)):
                        yield from (name for target in part.targets for name in bound_names(target.target))
            case cst.Try() if any(map(_catches, statement.handlers)):
                for suite in (statement.body, *(handler.body for handler in statement.handlers), statement.orelse):
                    if suite is not None:
                        yield from _answers(suite if not isinstance(suite, cst.Else) else suite.body, caught=True)
            case cst.If():
                asks = caught or _ASKS.search(_code(statement.test)) is not None
                for suite in _branches(statement):
                    yield from _answers(suite, caught=asks)


def _code(node: cst.CSTNode) -> str:
    return cst.Module(()).code_for_node(node)

"""Where the value of an expression goes within its function.

Needs: the syntax, and which names are library functions.  Gives: a `Destination` for each place that it reaches.
"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes
from jaxlint.facts.model.values import Library
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import function

Destination = Literal["returned", "packed", "array", "static", "test", "text", "dropped", "elsewhere"]
"""returned · packed: returned in a tuple, list or dict · array: an operand of a jax function · static: an index, a
size, a setting, none of which may be traced · test: of an `if` or `while` · text · dropped · elsewhere: unknown."""

MAX_NAMES = 4
"""Through so many variables is a value followed."""

_THROUGH = (cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.ComparisonTarget, cst.IfExp)
_PACKS = (cst.Tuple, cst.List, cst.Dict, cst.Element, cst.DictElement)


def destinations(ctx: View, node: cst.BaseExpression, names: int = MAX_NAMES) -> frozenset[Destination]:
    """Everywhere that an expression's value, or what arithmetic makes of it, goes."""
    inner: cst.CSTNode = node
    packed = False
    for above in ctx.ancestors(node):
        match above:
            case cst.IfExp(test=test) if test is inner:
                return frozenset(("test",))
            case cst.UnaryOperation(operator=cst.Not()):
                return frozenset(("test",))
            case cst.Return():
                return frozenset(("packed" if packed else "returned",))
            case cst.Lambda(body=body) if body is inner:
                return frozenset(("packed" if packed else "returned",))
            case cst.Assign() | cst.AnnAssign() | cst.AugAssign() if not packed:
                return _assigned(ctx, above, names)
            case cst.Arg() if not packed:
                return frozenset((_argument(ctx, above),))
        if isinstance(above, _PACKS):
            packed = True
        elif not isinstance(above, _THROUGH):
            return frozenset((_other(above),))
        inner = above
    return frozenset(("returned",))


def _other(node: cst.CSTNode) -> Destination:
    match node:
        case cst.Index() | cst.Slice():
            return "static"
        case cst.If() | cst.While() | cst.Assert() | cst.BooleanOperation():
            return "test"
        case cst.FormattedStringExpression():
            return "text"
        case cst.Expr():
            return "dropped"
    return "elsewhere"


def _assigned(ctx: View, node: cst.Assign | cst.AnnAssign | cst.AugAssign, names: int) -> frozenset[Destination]:
    targets = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
    if not names or not all(isinstance(target, cst.Name) for target in targets):
        return frozenset(("elsewhere",))
    found: frozenset[Destination] = frozenset()
    for target in targets:
        assert isinstance(target, cst.Name)
        found |= _read(ctx, target.value, names - 1)
    return found or frozenset(("dropped",))


def _read(ctx: View, name: str, names: int) -> frozenset[Destination]:
    """Where a variable of the function goes."""
    if ctx.function is None or name not in ctx.function.scope.bound:
        return frozenset(("elsewhere",))
    found: frozenset[Destination] = frozenset()
    for node in ctx.nodes():
        if isinstance(node, cst.FunctionDef | cst.Lambda) and _mentions(node.body, name):
            return frozenset(("elsewhere",))
        if isinstance(node, cst.Name) and node.value == name and _is_read(ctx, node):
            found |= destinations(ctx, node, names)
    return found


def _is_read(ctx: View, node: cst.Name) -> bool:
    match ctx.parent(node):
        case cst.AssignTarget() | cst.AnnAssign() | cst.Param():
            return False
        case cst.AugAssign(target=target):
            return target is not node
        case cst.Attribute(attr=attr):
            return attr is not node
        case cst.Arg(keyword=keyword):
            return keyword is not node
    return True


def _mentions(body: cst.CSTNode, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node in own_nodes(body))


def _argument(ctx: View, arg: cst.Arg) -> Destination:
    """What an argument of a call is to the function that gets it."""
    call = ctx.parent(arg)
    if not isinstance(call, cst.Call) or arg.star:
        return "elsewhere"
    callee = ctx.value(call.func)
    if not isinstance(callee, Library):
        return "elsewhere"
    if callee.name in ("builtins.print", "builtins.str", "builtins.repr", "builtins.format"):
        return "text"
    row = function(callee.name)
    if not callee.name.startswith(("jax.numpy.", "jax.lax.", "jax.nn.", "jax.scipy.")) or row is None:
        return "static" if callee.name == "builtins.range" else "elsewhere"
    name = arg.keyword.value if arg.keyword is not None else None
    if name is None and row.signature is not None:
        name = row.signature.parameter(call.args.index(arg))
    return "static" if name is None or name in row.static else "array"

"""What a statement does besides binding names: a trace would do it once, lax needs to be told of it otherwise.

Needs: the plain statements that will run within lax.  Gives: a reason not to move them there.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition, own_nodes
from jaxlint.facts.model.values import Array, Cached, Function, HostArray, Partial, Ref, Transformed, Value
from jaxlint.facts.queries.view import View
from jaxlint.jaxapi import host_effect
from jaxlint.rewrite.control.model import Append, Block, Declined, Plain
from jaxlint.rewrite.store import stored_array

_CHANGING = frozenset(
    {"append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "popitem", "add", "discard",
     "appendleft", "popleft", "write", "send"}
)  # fmt: skip
_DEBUG = ("jax.debug.", "jax.experimental.io_callback", "jax.experimental.checkify.")
_DEPTH = 3


class Unnamed(Declined):
    """A statement stores into a container: what lax hands on are variables."""


def check(ctx: View, block: Block) -> None:
    """Raise ``Declined`` at the first statement with an effect that a trace would lose or repeat."""
    for statement in block:
        match statement:
            case Plain(node=cst.FunctionDef()):
                continue
            case Plain(node=node) if node is not None:
                _statement(ctx, node)
            case Append(value=value):
                expression(ctx, value)


def _statement(ctx: View, node: cst.CSTNode) -> None:
    match node:
        case cst.Expr(value=cst.SimpleString() | cst.Ellipsis() | cst.Name()):
            return
        case cst.Expr(value=cst.Call() as call):
            if not (ctx.name(call.func) or "").startswith(_DEBUG):
                raise Declined(f"`{_short(ctx, call)}` would happen once, while tracing")
        case cst.Expr():
            raise Declined(f"`{_short(ctx, node)}` would happen once, while tracing")
        case cst.Assert(test=test) if ctx.traced(test):
            raise Declined("an `assert` on a tracer cannot fail in a trace: see `checkify.check`")
        case cst.Assign(targets=targets):
            for target in targets:
                _target(ctx, target.target)
        case cst.AugAssign(target=target) | cst.AnnAssign(target=target):
            _target(ctx, target)
    expression(ctx, node)


def _target(ctx: View, target: cst.BaseExpression) -> None:
    match target:
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                _target(ctx, element.value)
        case cst.Subscript() if stored_array(ctx, target) is not None:
            return
        case cst.Subscript(value=base) if isinstance(ctx.value(base), HostArray):
            raise Declined(f"`{ctx.code(base)}` is a NumPy array, which takes no tracers: make it one of `jnp`")
        case cst.Subscript() | cst.Attribute():
            raise Unnamed(f"`{ctx.code(target)}` is assigned to, and is no variable that lax could hand on")


def expression(ctx: View, node: cst.CSTNode) -> None:
    """Raise ``Declined`` if an expression has an effect that a trace would lose or repeat."""
    for part in own_nodes(node):
        if isinstance(part, cst.Yield | cst.Await):
            raise Declined(f"a generator cannot `{'yield' if isinstance(part, cst.Yield) else 'await'}` in lax")
        if isinstance(part, cst.Call):
            _call(ctx, part)


def _call(ctx: View, call: cst.Call) -> None:
    name = ctx.name(call.func)
    if name is not None:
        if name in ("builtins.next", "builtins.setattr", "builtins.exec", "builtins.eval") or host_effect(name):
            raise Declined(f"`{_short(ctx, call)}` would happen once, while tracing")
        return
    match call.func:
        case cst.Attribute(value=holder, attr=attr) if attr.value in _CHANGING and not _is_array(ctx, holder):
            raise Declined(f"`{_short(ctx, call)}` changes `{ctx.code(holder)}` in place")
    if (definition := callee(ctx.value(call.func))) is not None and (what := _impure(ctx, definition, _DEPTH)):
        raise Declined(f"`{ctx.code(call.func)}` {what}, which would happen once, while tracing")


def callee(value: Value) -> FunctionDefinition | None:
    """The function of the project that a call enters, seen through jit, partial and caches."""
    while True:
        match value:
            case Function(definition=definition):
                return definition
            case Partial(function=inner) | Transformed(function=inner) | Cached(function=inner):
                value = inner
            case _:
                return None


def _impure(ctx: View, definition: FunctionDefinition, depth: int) -> str | None:
    """What a function does to the world outside, as far as its text and that of its callees say."""
    if definition.is_generator:
        return "is a generator"
    scope = definition.scope
    if scope.globals or scope.nonlocals:
        return f"assigns `{sorted(scope.globals | scope.nonlocals)[0]}`"
    frames = ctx.tracer.activations.get(definition, ())
    view = View(ctx.tracer, frames[-1], definition.chunk) if frames else None
    for node in own_nodes(definition.node.body) if view is not None else ():
        if view is not None and (what := _effect(view, node, definition, depth)):
            return what
    return None


def _effect(ctx: View, node: cst.CSTNode, definition: FunctionDefinition, depth: int) -> str | None:
    match node:
        case cst.Assign(targets=targets) if any(_escapes(ctx, target.target) for target in targets):
            return "stores into an object"
        case cst.AugAssign(target=target) if _escapes(ctx, target):
            return "stores into an object"
        case cst.Call(func=function):
            name = ctx.name(function)
            if name is not None:
                return f"calls `{name}`" if host_effect(name) or name == "builtins.next" else None
            if isinstance(function, cst.Attribute) and function.attr.value in _CHANGING:
                holder = ctx.value(function.value)
                mine = isinstance(holder, Ref) and holder.born is ctx.frame
                return None if _is_array(ctx, function.value) or mine else f"changes `{ctx.code(function.value)}`"
            inner = callee(ctx.value(function))
            if inner is not None and inner is not definition and depth > 0:
                return _impure(ctx, inner, depth - 1)
    return None


def _is_array(ctx: View, node: cst.BaseExpression) -> bool:
    """True for an array, and for ``x.at[i]``."""
    update = isinstance(node, cst.Subscript) and isinstance(node.value, cst.Attribute) and node.value.attr.value == "at"
    return update or isinstance(ctx.value(node), Array)


def _escapes(ctx: View, target: cst.BaseExpression) -> bool:
    if not isinstance(target, cst.Attribute | cst.Subscript):
        return False
    if isinstance(target, cst.Subscript) and stored_array(ctx, target) is not None:
        return False
    owner = ctx.value(target.value)
    return not (isinstance(owner, HostArray) or (isinstance(owner, Ref) and owner.born is ctx.frame))


def _short(ctx: View, node: cst.CSTNode) -> str:
    text = ctx.code(node).partition("\n")[0]
    return text if len(text) < 60 else text[:57] + "…"

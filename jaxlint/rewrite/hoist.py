"""A compiled function that is made once, before the loop or the function that made it again and again.

::

    for _ in range(steps):                       loss_grad = jax.jit(jax.grad(loss))
        g = jax.jit(jax.grad(loss))(w, x)   ->   for _ in range(steps):
                                                     g = loss_grad(w, x)

    jax.jit(partial(f, lam=lam))            ->   partial(jax.jit(f), lam=lam)
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, insert_before, replace
from jaxlint.facts.model.definitions import bound_names, scope_of
from jaxlint.facts.model.values import Function, Partial, Transformed, Value
from jaxlint.facts.notes.held import is_data
from jaxlint.facts.queries.anew import may_be_size, meets_arrays_only
from jaxlint.facts.queries.names import free_names, is_taken
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace.boundary import function_name
from jaxlint.source import walk

Loop = cst.For | cst.While | cst.CompFor


def hoist(ctx: View, callee: Value, loop: cst.CSTNode | None = None) -> Fix | Decline:
    """Make the function once, where all turns of the loop can see it, or all calls of the function around."""
    assert isinstance(callee, Transformed)
    if (fix := _jit_within(ctx, ctx.node, callee.function)) is not None:
        return fix
    if isinstance(callee.function, Function) and callee.function.receiver is not None:
        return Decline("a bound method is a new object each time: jit it once, where the object is made")
    around = next((above for above in ctx.ancestors(ctx.node) if above is loop), None)
    return _before_loop(ctx, callee, around) if around is not None else _before_function(ctx, callee)


def _jit_within(ctx: View, node: cst.CSTNode, bound: Value) -> Fix | None:
    """``jax.jit(partial(f, a=b))`` -> ``partial(jax.jit(f), a=b)``, where all that is bound can be traced."""
    if not isinstance(node, cst.Call) or not isinstance(bound, Partial):
        return None
    match node.args:
        case [cst.Arg(value=cst.Call(args=[cst.Arg(value=inner, keyword=None, star=""), *_]) as partial)]:
            definition = bound.function.definition if isinstance(bound.function, Function) else None
            if ctx.name(partial.func) != "functools.partial" or definition is None or _is_new(bound.function):
                return None
            if not all(_can_be_traced(ctx, bound.function, name, value) for name, value in bound.kwargs) or bound.args:
                return None
            edits = (
                replace(ctx, node.func, ctx.code(partial.func)),
                replace(ctx, partial, _with(ctx, partial, inner, f"{ctx.code(node.func)}({ctx.code(inner)})")),
            )
            return Fix("Jit the function, whose program JAX keeps, and bind its arguments afterwards", edits, "unsafe")
    return None


def _with(ctx: View, call: cst.Call, old: cst.BaseExpression, new: str) -> str:
    """The arguments of a call, one of them replaced."""
    start, (first, last) = ctx.span(call.args[0])[0], ctx.span(old)
    text = ctx.chunk.source.text
    return text[start:first] + new + text[last : ctx.span(call)[1] - 1].rstrip().removesuffix(",")


def _is_new(function: Value) -> bool:
    """True for a function that is no module's: it may be made anew each time."""
    return not isinstance(function, Function) or function.closure.definition is not None or bool(function.receiver)


def _can_be_traced(ctx: View, function: Value, name: str, value: Value) -> bool:
    definition = function.definition if isinstance(function, Function) else None
    return is_data(value) and (not may_be_size(value) or meets_arrays_only(ctx, definition, name))


def _before_loop(ctx: View, callee: Transformed, loop: cst.CSTNode) -> Fix | Decline:
    made = _made(ctx)
    read = _reads(ctx, made)
    if blocking := sorted(read & (_loop_binds(ctx, loop) | _comprehended(ctx))):
        return Decline(f"it reads `{blocking[0]}`, which the loop binds: pass it as an argument")
    if changed := sorted(read & _changed(loop)):
        return Decline(f"it may read what the loop changes in `{changed[0]}`: pass that as an argument")
    if shared := sorted(_loop_binds(ctx, loop) & _shared(ctx)):
        return Decline(f"the loop assigns `{shared[0]}`, which the function may read: pass it as an argument")
    statement = ctx.statement(ctx.node) if isinstance(ctx.node, cst.Call) else made
    if isinstance(statement, cst.FunctionDef) or _is_plain_assignment(ctx, statement):
        if any("\n" in ctx.code(part) for part in _strings(statement)):
            return Decline("it holds text of several lines")
        return Fix("Make it once, before the loop", _move(ctx, statement, loop), "unsafe")
    return _named(ctx, callee, loop)


def _before_function(ctx: View, callee: Transformed) -> Fix | Decline:
    """The loop is in a caller: what reads nothing of this function can be made at module level."""
    made = _made(ctx)
    if ctx.function is None or ctx.frame.closure is None or ctx.frame.closure.definition is not None:
        return Decline("the function around it is made anew as well")
    if local := sorted(_reads(ctx, made) & (ctx.function.scope.bound | _comprehended(ctx))):
        return Decline(f"it reads `{local[0]}` of the function around it: pass it as an argument")
    if isinstance(ctx.node, cst.Decorator):
        return Decline("the function can move to module level, which this fix leaves to you")
    return _named(ctx, callee, ctx.chunk.tree.body[0])


def _made(ctx: View) -> cst.CSTNode:
    """The expression or definition that makes the function."""
    return (ctx.parent(ctx.node) or ctx.node) if isinstance(ctx.node, cst.Decorator) else ctx.node


def _reads(ctx: View, made: cst.CSTNode) -> set[str]:
    """The variables that a function is made of, with its defaults and what local functions that it names close over."""
    body = ctx.function.node.body if ctx.function is not None else made
    local = dict(_local_functions(body))
    found: set[str] = set()
    queue: list[cst.CSTNode] = [made]
    while queue:
        node = queue.pop()
        defaults = [part.default for part in walk(node) if isinstance(part, cst.Param) and part.default is not None]
        new = free_names(node).union(*map(free_names, defaults)) - found
        found |= new
        queue += [local[name] for name in new if name in local]
    return found


def _local_functions(body: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    for part in walk(body):
        match part:
            case cst.FunctionDef(name=name):
                yield name.value, part
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=bound))], value=cst.Lambda() as function):
                yield bound, function


def _comprehended(ctx: View) -> set[str]:
    """The variables of the comprehensions around."""
    around = [above for above in ctx.ancestors(ctx.node) if isinstance(above, cst.BaseComp)]
    return {
        name
        for comp in around
        for part in walk(comp)
        if isinstance(part, cst.CompFor)
        for name in bound_names(part.target)
    }


def _shared(ctx: View) -> set[str]:
    scope = ctx.function.scope if ctx.function is not None else None
    return set() if scope is None else {*scope.globals, *scope.nonlocals}


def _changed(loop: cst.CSTNode) -> set[str]:
    """The variables that a loop stores into, or calls a method of for its effect."""
    found: set[str] = set()
    for part in walk(loop):
        match part:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                stores = [inner for inner in walk(target) if isinstance(inner, cst.Subscript | cst.Attribute)]
                found |= {root for store in stores if (root := _root(store))}
            case cst.Expr(value=cst.Call(func=cst.Attribute(value=holder))) if root := _root(holder):
                found.add(root)
    return found


def _root(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Subscript | cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _loop_binds(ctx: View, loop: cst.CSTNode) -> set[str]:
    if isinstance(loop, cst.CompFor):
        return set(bound_names(loop.target))
    assert isinstance(loop, cst.For | cst.While)
    own = _made(ctx)
    target = set(bound_names(loop.target)) if isinstance(loop, cst.For) else set()
    return (scope_of(loop.body).bound | target) - ({own.name.value} if isinstance(own, cst.FunctionDef) else set())


def _is_plain_assignment(ctx: View, statement: cst.CSTNode) -> bool:
    """True for ``f = jax.jit(…)`` on a line of its own, of a name that nothing else in the function binds."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))], value=value)]):
            return value is ctx.node and ctx.binding(name) is value
    return False


def _strings(statement: cst.CSTNode) -> list[cst.SimpleString | cst.FormattedString]:
    return [part for part in walk(statement) if isinstance(part, cst.SimpleString | cst.FormattedString)]


def _move(ctx: View, statement: cst.CSTNode, loop: cst.CSTNode) -> tuple[Edit, ...]:
    """Whole lines, with the comments above them, to before the loop."""
    text = ctx.chunk.source.text
    start, end = ctx.span(statement)
    if isinstance(statement, cst.FunctionDef):
        start = ctx.span(statement.decorators[0])[0]
    first = text.rfind("\n", 0, start) + 1
    while text[text.rfind("\n", 0, first - 1) + 1 : first].strip().startswith("#"):
        first = text.rfind("\n", 0, first - 1) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last + 1
    block = textwrap.dedent(text[first:last]).rstrip().split("\n")
    while text[last : text.find("\n", last) + 1].strip() == "" and "\n" in text[last:] and len(block) > 1:
        last = text.find("\n", last) + 1
    block += [""] if len(block) > 1 and isinstance(statement, cst.FunctionDef) else []
    place, indent = ctx.span(ctx.statement(loop))[0], ctx.indent(loop)
    lines = textwrap.indent("\n".join(block), indent).lstrip() + f"\n{indent}"
    return Edit(place, place, lines), Edit(first, last, "")


def _named(ctx: View, callee: Transformed, before: cst.CSTNode) -> Fix | Decline:
    """``jax.jit(E)`` gets a name in a line before ``before``."""
    if isinstance(ctx.node, cst.Decorator):
        return Decline("the decorated function is made anew in each turn")
    name = _name(callee.function)
    if is_taken(ctx, name):
        return Decline(f"the name `{name}` is taken")
    lines = [f"{name} = {ctx.code(ctx.node)}"]
    if ctx.frame.definition is not None and ctx.statement(before) in ctx.chunk.tree.body:
        lines += ["", ""]
    return Fix("Make it once", (insert_before(ctx, before, *lines), replace(ctx, ctx.node, name)), "unsafe")


_NAMES = {"grad": "{}_grad", "value_and_grad": "{}_and_grad", "vmap": "batched_{}", "hessian": "{}_hessian"}


def _name(function: Value) -> str:
    base = function_name(function)
    if base in ("", "lambda"):
        return "compiled"
    outer = function.name.rpartition(".")[2] if isinstance(function, Transformed) else ""
    return _NAMES.get(outer, "jitted_{}").format(base.strip("_"))

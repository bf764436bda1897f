"""A branch on a tracer that only chooses a value, as `jnp.where`.

::

    if t: y = a       ->  y = jnp.where(t, a, b)         if t: return a   ->  return jnp.where(t, a, b)
    else: y = b                                          return b

Both values are computed whatever the test says, so both must be cheap and harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Decline, Edit, Fix, replace
from jaxlint.facts.model.values import Array, Const, Static, Tree, Value
from jaxlint.facts.queries.truth import undecidable
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.elementwise import hazard, operands
from jaxlint.rewrite.logic import array_logic
from jaxlint.rewrite.text import Text, call, infix, quoted
from jaxlint.source.lexer import tokens

WHERE = "jax.numpy.where"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that a path gives, and the arrays that it is made of."""

    text: Text
    operands: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """``then`` where the test holds, else ``orelse``."""

    test: cst.BaseExpression
    then: Leaf | Choice
    orelse: Leaf | Choice


class Declined(Exception):
    """Why a branch is no mere choice of a value."""


def select(ctx: View, node: cst.If | cst.IfExp) -> Fix | Decline:
    """The rewrite of a branch on a tracer."""
    try:
        if isinstance(node, cst.IfExp):
            choice = Choice(node.test, _leaf(ctx, node.body), _leaf(ctx, node.orelse))
            text = _where(ctx, choice)
            return _fix(replace(ctx, node, text.text), text)
        return _statement(ctx, node)
    except Declined as reason:
        return Decline(str(reason))


def _fix(edit: Edit, text: Text) -> Fix:
    return Fix("Choose with `jnp.where`", (edit,), "unsafe", text.uses)


# --- statements ------------------------------------------------------------------------------------------------------


def _statement(ctx: View, node: cst.If) -> Fix:
    parent = ctx.parent(node)
    if isinstance(parent, cst.If) and parent.orelse is node:
        raise Declined("an `elif` is rewritten with the `if` that it belongs to")
    rest = _following(parent, node)
    if _returns(node):
        choice, last = _returned(ctx, [node, *rest])
        text = _where(ctx, choice)
        return _fix(_over(ctx, node, last, f"return {text.text}"), text)
    name = _target(node)
    text = _where(ctx, _assigned(ctx, node, name, _before(ctx, node, name)))
    return _fix(_over(ctx, node, node, f"{name} = {text.text}"), text)


def _following(parent: cst.CSTNode | None, node: cst.If) -> list[cst.CSTNode]:
    body = list(getattr(parent, "body", ()))
    return body[next((i for i, item in enumerate(body) if item is node), len(body)) + 1 :]


def _over(ctx: View, first: cst.CSTNode, last: cst.CSTNode, text: str) -> Edit:
    """Replace statements by one line. The first line's comment stays beside it, others go above."""
    start, end = ctx.span(first)[0], ctx.span(last)[1]
    old = ctx.chunk.source.text[start:end]
    head = old.partition("\n")[0]
    trailing, above = "", ""
    for token in tokens(old):
        if token.kind == "comment":
            comment = old[token.start : token.end].rstrip()
            if token.end <= len(head):
                trailing = f"  {comment}"
            else:
                above += f"{comment}\n{ctx.indent(first)}"
    return Edit(start, end, f"{above}{text}{trailing}")


def _block(node: cst.CSTNode | None) -> list[cst.CSTNode]:
    """The statements of a branch; an `elif` is a branch of one statement."""
    match node:
        case cst.If():
            return [node]
        case cst.Else(body=body):
            return _block(body)
        case cst.IndentedBlock(body=body):
            return list(body)
        case cst.SimpleStatementSuite():
            return [node]
    return []


def _check_test(ctx: View, node: cst.If) -> None:
    if undecidable(ctx, node.test) is None:
        test = ctx.code(node.test)
        raise Declined(f"`{test}` is known while tracing and may protect its branch: keep that `if` outside")


def _small(statements: Sequence[cst.CSTNode]) -> cst.CSTNode | None:
    """The one small statement that a block consists of."""
    match statements:
        case [cst.SimpleStatementLine(body=[one]) | cst.SimpleStatementSuite(body=[one])]:
            return one
    return None


def _returns(node: cst.If) -> bool:
    return any(isinstance(inner, cst.Return) for inner in _leaves(node))


def _leaves(node: cst.If) -> Iterator[cst.CSTNode]:
    for block in (_block(node.body), _block(node.orelse)):
        for statement in block:
            if isinstance(statement, cst.If):
                yield from _leaves(statement)
            elif (small := _small([statement])) is not None:
                yield small


def _returned(ctx: View, body: Sequence[cst.CSTNode]) -> tuple[Leaf | Choice, cst.CSTNode]:
    """What a block returns, and the last statement that takes part."""
    match body:
        case [cst.If() as node, *rest]:
            _check_test(ctx, node)
            then, one = _returned(ctx, [*_block(node.body), *rest])
            orelse, other = _returned(ctx, [*_block(node.orelse), *rest])
            return Choice(node.test, then, orelse), max(node, one, other, key=lambda last: ctx.span(last)[1])
        case [first, *_] if isinstance(small := _small([first]), cst.Return) and small.value is not None:
            return _leaf(ctx, small.value), first
    raise Declined("a branch does more than return a value: `lax.cond` takes a function for each branch")


def _target(node: cst.If) -> str:
    """The one name that every branch binds."""
    names = {_bound(leaf) for leaf in _leaves(node)}
    if len(names) != 1 or None in names or not _is_plain(node):
        raise Declined("a branch does more than bind one name: `lax.cond` takes a function for each branch")
    return str(names.pop())


def _bound(leaf: cst.CSTNode) -> str | None:
    match leaf:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
        case cst.AugAssign(target=cst.Name(value=name)):
            return name
    return None


def _is_plain(node: cst.If) -> bool:
    """True if every block is one small statement or one `if`."""
    for block in (_block(node.body), _block(node.orelse)) if node.orelse is not None else (_block(node.body),):
        nested = block[0] if len(block) == 1 and isinstance(block[0], cst.If) else None
        if _small(block) is None and (nested is None or not _is_plain(nested)):
            return False
    return True


def _assigned(ctx: View, node: cst.CSTNode, name: str, before: Leaf | None) -> Leaf | Choice:
    """What a name is bound to by a branch; ``before`` is what it held already."""
    if isinstance(node, cst.If):
        _check_test(ctx, node)
    match node:
        case cst.If(orelse=None):
            if before is None:
                raise Declined(f"`{name}` is perhaps no array before the `if`")
            return Choice(node.test, _assigned(ctx, _only(node.body), name, before), before)
        case cst.If():
            then = _assigned(ctx, _only(node.body), name, before)
            return Choice(node.test, then, _assigned(ctx, _only(node.orelse), name, before))
        case cst.Assign(value=value):
            return _leaf(ctx, value)
        case cst.AugAssign(operator=operator, value=value):
            if not isinstance(operator, cst.AddAssign | cst.SubtractAssign | cst.MultiplyAssign):
                raise Declined("the division may not be finite where the test rules it out, which spoils gradients")
            right = _leaf(ctx, value)
            if before is None or isinstance(right, Choice):
                raise Declined(f"`{name}` is perhaps no array before the `if`")
            symbol = cst.Module(()).code_for_node(operator).strip().removesuffix("=")
            return Leaf(infix(symbol, Text(name), right.text), right.operands | {name})
    raise Declined("a branch does more than bind one name: `lax.cond` takes a function for each branch")


def _only(block: cst.CSTNode | None) -> cst.CSTNode:
    statements = _block(block)
    return _small(statements) or statements[0]


def _before(ctx: View, node: cst.If, name: str) -> Leaf | None:
    """The name itself, if it holds a number or an array before a statement."""
    return Leaf(Text(name), frozenset((name,))) if _is_number(_held(ctx, node, name)) else None


def _held(ctx: View, node: cst.If, name: str) -> Value | None:
    """What the nearest statement before in the block binds a name to, or the argument of that name."""
    parent = ctx.parent(node)
    body = list(getattr(parent, "body", ()))
    earlier = body[: next((i for i, item in enumerate(body) if item is node), 0)]
    for statement in reversed(earlier):
        match _small([statement]):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=bound))], value=value) if bound == name:
                return ctx.value(value)
    return ctx.frame.arguments.get(name)


def _is_number(value: Value | None) -> bool:
    match value:
        case Array() | Tree() | Static(kind="int" | "float" | "bool"):
            return True
        case Const(value=bool() | int() | float() | complex()):
            return True
    return False


# --- values ----------------------------------------------------------------------------------------------------------


def _leaf(ctx: View, node: cst.BaseExpression) -> Leaf | Choice:
    if isinstance(node, cst.IfExp) and undecidable(ctx, node.test):
        return Choice(node.test, _leaf(ctx, node.body), _leaf(ctx, node.orelse))
    if isinstance(node, cst.Tuple):
        raise Declined("several values depend on the test: `lax.cond` takes a function for each branch")
    if "#" in ctx.code(node):
        raise Declined("a comment stands inside of a value")
    if reason := hazard(ctx, node):
        raise Declined(f"{reason}; `lax.cond` evaluates one branch only")
    return Leaf(quoted(ctx, node), frozenset(operands(ctx, node)))


def _where(ctx: View, choice: Leaf | Choice) -> Text:
    if isinstance(choice, Leaf):
        return choice.text
    _check_shapes(choice, _scalars(ctx, choice))
    return _spelled(ctx, choice)


def _spelled(ctx: View, choice: Leaf | Choice) -> Text:
    if isinstance(choice, Leaf):
        return choice.text
    test = array_logic(ctx, choice.test)
    if isinstance(test, Decline):
        raise Declined(test.reason)
    return call(ctx, WHERE, test, _spelled(ctx, choice.then), _spelled(ctx, choice.orelse))


def _tests(choice: Leaf | Choice) -> Iterator[cst.BaseExpression]:
    if isinstance(choice, Choice):
        yield choice.test
        yield from _tests(choice.then)
        yield from _tests(choice.orelse)


def _scalars(ctx: View, choice: Choice) -> frozenset[str]:
    """The arrays that must be scalars, since Python tests them, with those that they are computed from elementwise."""
    found: set[str] = set()
    queue = [name for test in _tests(choice) for name in operands(ctx, test)]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            bound = ctx.binding(name)
            queue += operands(ctx, bound) if bound is not None else ()
    return frozenset(found)


def _check_shapes(choice: Choice, scalars: frozenset[str]) -> None:
    """`jnp.where` broadcasts. An array that is tested is a scalar; of the others nothing is known."""
    shaped = [leaf.operands - scalars for leaf in _values(choice)]
    if any(shaped) and not all(shaped):
        raise Declined("one value is a number and the other perhaps a larger array, which `jnp.where` would broadcast")


def _values(choice: Leaf | Choice) -> Iterator[Leaf]:
    if isinstance(choice, Leaf):
        yield choice
    else:
        yield from _values(choice.then)
        yield from _values(choice.orelse)

"""How the new array gets back to where the old one was: ``x = …``, ``self.x = …``, ``state = state._replace(x=…)``.

A jax array that is stored into is replaced by another one; whoever else holds the old one does not see that. Such a
rewrite is unsafe, and declined where certainly somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from jaxlint.edits import Applicability, Decline, Edit
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Array, HostArray, Library, Ref, Tree, Tuple, Unknown
from jaxlint.facts.queries.view import View
from jaxlint.facts.trace import classes
from jaxlint.rewrite.uses import loads_before, origins, read_after


@dataclass(frozen=True, slots=True)
class Rebind:
    """Text before and after the new value that binds it. ``note``: who keeps the old array."""

    before: str
    after: str = ""
    note: str = ""
    edits: tuple[Edit, ...] = ()
    uses: tuple[str, ...] = ()

    @property
    def applicability(self) -> Applicability:
        return "unsafe" if self.note else "safe"


def rebind(ctx: View, base: cst.BaseExpression, statement: cst.CSTNode) -> Rebind | Decline:
    """The binding that puts a new array in place of the one that an expression gives."""
    if any(isinstance(part, cst.Call | cst.NamedExpr | cst.Await) for part in _chain(base)):
        return Decline(
            f"`{ctx.code(base)}` makes an array that nothing else refers to, so storing into it has no effect"
        )
    match base:
        case cst.Name(value=name):
            return _name(ctx, name, statement)
        case cst.Attribute():
            return _attribute(ctx, base, statement)
        case cst.Subscript():
            return _item(ctx, base, statement)
    return Decline(f"`{ctx.code(base)}` cannot be assigned to")


def _chain(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """An expression, what it is an attribute or item of, and the indices between."""
    while isinstance(node, cst.Attribute | cst.Subscript):
        yield node
        if isinstance(node, cst.Subscript):
            yield from (element.slice.value for element in node.slice if isinstance(element.slice, cst.Index))
        node = node.value
    yield node


# --- variables ---------------------------------------------------------------------------------------------------


def _name(ctx: View, name: str, statement: cst.CSTNode) -> Rebind | Decline:
    function = ctx.function
    if function is None:
        return Rebind(f"{name} = ")
    scope = function.scope
    if name not in scope.bound:
        return _outer(ctx, name, declared=name in scope.globals | scope.nonlocals)
    if not read_after(ctx, name, statement):
        is_parameter = any(parameter.name == name for parameter in function.parameters)
        advice = f": return it from `{function.name}`, and rebind it in the caller" if is_parameter else ""
        return Decline(f"nothing reads `{name}` afterwards, so the new array would be lost{advice}")
    note = _shared(ctx, name, statement)
    return note if isinstance(note, Decline) else Rebind(f"{name} = ", note=note)


def _outer(ctx: View, name: str, *, declared: bool) -> Rebind | Decline:
    """A variable of the function or module around."""
    if ctx.boundary is not None:
        return Decline(
            f"`{name}` lives outside of the traced function, which must not assign to it: pass it in and return it"
        )
    if declared:
        return Rebind(f"{name} = ")
    scope = ctx.frame.closure
    while scope is not None and name not in scope.scope.bound:
        scope = scope.closure
    keyword = "nonlocal" if scope is not None and scope.definition is not None else "global"
    return Rebind(f"{name} = ", edits=(_declaration(ctx, f"{keyword} {name}"),))


def _declaration(ctx: View, text: str) -> Edit:
    """A line at the top of the function, below its docstring."""
    assert ctx.function is not None and isinstance(ctx.function.node.body, cst.BaseSuite)
    body = ctx.function.node.body.body
    first = body[1] if len(body) > 1 and _is_docstring(body[0]) else body[0]
    at = ctx.span(first)[0]
    separator = "; " if isinstance(ctx.function.node.body, cst.SimpleStatementSuite) else f"\n{ctx.indent(first)}"
    return Edit(at, at, f"{text}{separator}")


def _is_docstring(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False


def _shared(ctx: View, name: str, statement: cst.CSTNode) -> str | Decline:
    """Who else holds the array that a local variable has at a store."""
    assert ctx.function is not None
    if ctx.tracer.project.ported:
        return ""
    since, bound = origins(ctx, name, statement)
    is_parameter = any(parameter.name == name for parameter in ctx.function.parameters)
    if since == 0 and is_parameter and not is_entry(ctx.frame):
        return f"the caller's array stays as it was, `{ctx.function.name}` returns a new one"
    for target, source, direct in bound:
        if (twin := _twin(ctx, target, statement)) is not None:
            return Decline(f"`{twin}` is the same array as `{name}` and would keep its old values")
        if (note := _held_by(ctx, name, source, statement, direct=direct)) is not None:
            return note
    for load in loads_before(ctx, name, statement, since):
        if (note := _kept(ctx, load, statement)) is not None:
            return note
    return ""


def _twin(ctx: View, target: cst.CSTNode, statement: cst.CSTNode) -> str | None:
    """``b`` in ``a = b = jnp.zeros(3)``, if it is read after the store"""
    binder = ctx.parent(target)
    assign = ctx.parent(binder) if isinstance(binder, cst.AssignTarget) else None
    if isinstance(assign, cst.Assign):
        for other in assign.targets:
            if (
                other is not binder
                and isinstance(other.target, cst.Name)
                and read_after(ctx, other.target.value, statement)
            ):
                return other.target.value
    return None


def is_entry(frame: Frame) -> bool:
    """True for the function that a transform traces itself: its arguments are fresh, nobody else holds them."""
    caller = frame.caller
    return caller is not None and caller.definition is None and caller.boundary is not None


def _held_by(
    ctx: View, name: str, source: cst.BaseExpression, statement: cst.CSTNode, *, direct: bool
) -> str | Decline | None:
    """What goes on holding an array that a variable got from this expression."""
    match source:
        case cst.Name(value=other) if direct and other != name:
            if read_after(ctx, other, statement) or not _is_local(ctx, other):
                return Decline(f"`{other}` is the same array as `{name}` and would keep its old values")
        case cst.Name(value=other) if other != name and _is_given_up(ctx, other, statement):
            return None
        case cst.Name() | cst.Attribute() | cst.Subscript() if not _is_computed(ctx, source):
            return f"`{ctx.code(source)}` keeps its old values"
        case cst.IfExp(body=body, orelse=orelse):
            return _held_by(ctx, name, body, statement, direct=direct) or _held_by(
                ctx, name, orelse, statement, direct=direct
            )
    return None


def _is_given_up(ctx: View, name: str, statement: cst.CSTNode) -> bool:
    """True for a tuple that came into being here, or with the trace, and is not read any more."""
    if not _is_local(ctx, name) or read_after(ctx, name, statement):
        return False
    assert ctx.function is not None
    return is_entry(ctx.frame) or all(parameter.name != name for parameter in ctx.function.parameters)


def _is_local(ctx: View, name: str) -> bool:
    return ctx.function is not None and name in ctx.function.scope.bound


def _is_computed(ctx: View, source: cst.Name | cst.Attribute | cst.Subscript) -> bool:
    """True for ``x.T`` of a jax array, a new array each time."""
    return isinstance(source, cst.Attribute) and isinstance(ctx.value(source.value), Array | HostArray | Library)


def _kept(ctx: View, load: cst.Name, statement: cst.CSTNode) -> str | Decline | None:
    """What a variable's array was put into before the store: another variable, an attribute, a list."""
    node: cst.CSTNode = load
    above = ctx.parent(node)
    while isinstance(above, cst.Element | cst.DictElement | cst.Tuple | cst.List | cst.Dict):
        node, above = above, ctx.parent(above)
    match above:
        case cst.Assign(targets=targets, value=value) if value is node:
            return _kept_in(ctx, load, [target.target for target in targets], statement)
        case cst.Arg():
            call = ctx.parent(above)
            match call:
                case cst.Call(
                    func=cst.Attribute(value=holder, attr=cst.Name(value="append" | "insert" | "add")) as method
                ):
                    if ctx.name(method) is not None:
                        return None
                    return f"`{ctx.code(holder)}` keeps the array as it was"
    return None


def _kept_in(
    ctx: View, load: cst.Name, targets: list[cst.BaseAssignTargetExpression], statement: cst.CSTNode
) -> str | Decline | None:
    for target in targets:
        match target:
            case cst.Name(value=other) if other != load.value:
                if read_after(ctx, other, statement) and isinstance(ctx.parent(load), cst.Assign):
                    return Decline(f"`{other}` is the same array as `{load.value}` and would keep its old values")
                if read_after(ctx, other, statement):
                    return f"`{other}` keeps the array as it was"
            case cst.Attribute() | cst.Subscript():
                return f"`{ctx.code(target)}` keeps the array as it was"
    return None


# --- attributes and items ----------------------------------------------------------------------------------------


def _attribute(ctx: View, base: cst.Attribute, statement: cst.CSTNode) -> Rebind | Decline:
    owner, field = base.value, base.attr.value
    value = ctx.value(owner)
    if not isinstance(value, Ref) or value.cls is None:
        return Decline(f"it is not known whether `{ctx.code(owner)}` lets its attributes be assigned")
    if (refusal := _escapes(ctx, owner, value)) is not None:
        return refusal
    if any(field in cls.methods for cls in classes.lineage(ctx.frame, value.cls)):
        return Decline(f"`{ctx.code(base)}` is a property: update what it returns")
    match classes.mutability(ctx.frame, value.cls):
        case "mutable":
            return Rebind(f"{ctx.code(base)} = ")
        case "_replace" | "replace" as method:
            outer = rebind(ctx, owner, statement)
            if isinstance(outer, Decline):
                return outer
            before = f"{outer.before}{ctx.code(owner)}.{method}({field}="
            return Rebind(before, f"){outer.after}", outer.note, outer.edits)
    return Decline(f"`{ctx.code(owner)}` does not let its attributes be assigned: make a new `{value.cls.name}`")


def _item(ctx: View, base: cst.Subscript, statement: cst.CSTNode) -> Rebind | Decline:
    container = ctx.value(base.value)
    if isinstance(container, Tuple):
        return Decline(f"`{ctx.code(base.value)}` is a tuple: unpack it, and make a new one")
    if isinstance(container, Unknown | Tree) and not _is_string(ctx, base):
        return Decline(f"it is not known whether `{ctx.code(base.value)}` lets its items be assigned")
    if (refusal := _escapes(ctx, base.value, container)) is not None:
        return refusal
    return Rebind(f"{ctx.code(base)} = ")


def _is_string(ctx: View, base: cst.Subscript) -> bool:
    return all(
        isinstance(element.slice, cst.Index) and isinstance(element.slice.value, cst.SimpleString)
        for element in base.slice
    )


def _escapes(ctx: View, owner: cst.BaseExpression, value: object) -> Decline | None:
    """Under a trace, a refusal to assign within what outlives the trace: a tracer would leak into it."""
    if ctx.boundary is None or not isinstance(value, Ref):
        return None
    if ctx.tracer.is_argument(value, ctx.boundary) or value.born.boundary is ctx.boundary:
        return None
    return Decline(f"`{ctx.code(owner)}` outlives the trace, and a tracer would leak into it: return the new array")

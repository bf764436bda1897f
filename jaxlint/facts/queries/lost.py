"""Changes that a traced function makes to its own copy of a container, while its caller goes on with the original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, own_nodes
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Function, Library, Transformed
from jaxlint.facts.model.why import Place
from jaxlint.facts.trace.boundary import parameter_names
from jaxlint.source import children, walk

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View

_READERS = ("sum", "len", "max", "min", "any", "all", "print", "float", "int", "str", "repr", "isinstance", "abs")


@dataclass(frozen=True, slots=True)
class Lost:
    """``parameter`` of the traced ``function`` is changed; the caller reads its ``argument`` at ``later``."""

    parameter: str
    function: str
    argument: str
    later: Place


def lost(ctx: View, container: cst.BaseExpression) -> Lost | None:
    """Who misses a change of a container that hangs on a parameter here; None where nobody is known to."""
    found = _traced_parameter(ctx.frame, _root(container))
    if found is None:
        return None
    frame, name = found
    assert frame.definition is not None and frame.caller is not None
    if _escapes(frame, name):
        return None
    call, caller = frame.caller.call, frame.caller.caller
    if call is None or caller is None or not isinstance(call.node, cst.Call):
        return None
    argument = _argument(caller, call.node, name)
    later = _read_later(caller, call, argument) if isinstance(argument, cst.Name) else None
    if later is None or not isinstance(argument, cst.Name):
        return None
    return Lost(name, frame.definition.name, argument.value, later)


def _root(node: cst.BaseExpression) -> str:
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _traced_parameter(frame: Frame, name: str) -> tuple[Frame, str] | None:
    """The traced function of which a parameter is what ``name`` is here, maybe through helpers that pass it on."""
    value = frame.arguments.get(name)
    while value is not None and frame.caller is not None and frame.definition is not None:
        if frame.caller.definition is None and frame.caller.boundary is frame.boundary:
            return frame, name
        if _escapes(frame, name):
            return None
        frame = frame.caller
        name = next((other for other, held in frame.arguments.items() if held is value), "")
        value = frame.arguments.get(name)
    return None


def _escapes(frame: Frame, name: str) -> bool:
    """True if a function returns, passes on or stores a variable, other than to what only reads it."""
    assert frame.definition is not None
    body = frame.definition.node.body
    around = {child: node for node in walk(body) for child in children(node)}
    return any(
        isinstance(node, cst.Name) and node.value == name and not _only_read(frame, node, around) for node in walk(body)
    )


def _only_read(frame: Frame, node: cst.Name, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    parent = around.get(node)
    match parent:
        case cst.Subscript() | cst.Attribute():
            return True
        case cst.For(iter=source) | cst.CompFor(iter=source):
            return source is node
        case cst.Comparison() | cst.ComparisonTarget() | cst.FormattedStringExpression() | cst.AugAssign():
            return True
        case cst.Arg(keyword=keyword):
            call = around.get(parent)
            return keyword is node or (isinstance(call, cst.Call) and _reads_only(frame, call))
    return False


def _reads_only(frame: Frame, call: cst.Call) -> bool:
    """True for a library function that gives numbers, or a function of the project that gives nothing."""
    callee = frame.values.get(call.func)
    if isinstance(callee, Function):
        return not _gives_back(callee)
    if not isinstance(callee, Library):
        return False
    module, _, name = callee.name.rpartition(".")
    return (module == "builtins" and name in _READERS) or module == "jax.numpy"


def _gives_back(function: Function) -> bool:
    """True for a helper that returns something other than None."""
    return isinstance(function.definition.node, cst.Lambda) or any(
        isinstance(node, cst.Return) and node.value is not None for node in own_nodes(function.definition.node.body)
    )


def _argument(caller: Frame, call: cst.Call, name: str) -> cst.BaseExpression | None:
    """The expression that a call of a transformed function passes for a parameter."""
    callee = caller.values.get(call.func)
    if not isinstance(callee, Transformed) or any(arg.star for arg in call.args):
        return None
    names = parameter_names(callee)
    for number, arg in enumerate(call.args):
        if (arg.keyword.value if arg.keyword is not None else names[number] if number < len(names) else "") == name:
            return arg.value
    return None


def _read_later(caller: Frame, call: Place, argument: cst.Name) -> Place | None:
    """Where the caller reads a variable after a call, or passes it again in a loop that does not rebind it."""
    bodies = [caller.definition.node.body] if caller.definition is not None else [c.tree for c in caller.module.chunks]
    nodes = [node for body in bodies if call.node in set(walk(body)) for node in own_nodes(body)]
    end = call.chunk.span(call.node)[1]
    if _rebinds(nodes, argument.value, call.node):
        return None
    for node in nodes:
        if isinstance(node, cst.Name) and node.value == argument.value and call.chunk.span(node)[0] > end:
            return Place(call.chunk, node)
    loops = (node for node in nodes if isinstance(node, cst.For | cst.While) and call.node in set(walk(node.body)))
    return next((Place(call.chunk, argument) for loop in loops if not _binds(loop, argument.value)), None)


def _rebinds(nodes: list[cst.CSTNode], name: str, call: cst.CSTNode) -> bool:
    """True if the statement of the call gives the variable its result: ``stats = f(stats)``."""
    return any(
        isinstance(node, cst.Assign)
        and call in set(walk(node.value))
        and name in {bound for target in node.targets for bound in bound_names(target.target)}
        for node in nodes
    )


def _binds(loop: cst.For | cst.While, name: str) -> bool:
    if isinstance(loop, cst.For) and name in set(bound_names(loop.target)):
        return True
    return any(
        isinstance(node, cst.Assign) and name in {n for target in node.targets for n in bound_names(target.target)}
        for node in own_nodes(loop.body)
    )

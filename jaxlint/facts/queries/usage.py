"""Where a function of the project is called, and whether these are all its uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import FunctionDefinition, scope_of
from jaxlint.facts.model.values import ProjectModule
from jaxlint.source import Chunk, Module, children, walk

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a function by its name. ``module``: how another module spells its module (``lib.f()``)."""

    chunk: Chunk
    call: cst.Call
    module: str | None = None


class Escapes(Exception):
    """A use of a function other than a plain call; the message says where."""


def call_sites(ctx: View, function: FunctionDefinition) -> Iterator[CallSite]:
    """All uses of a function by its name, which are calls. Raises Escapes."""
    for module in ctx.tracer.project.modules:
        if function.name not in module.source.text:
            continue
        for chunk in module.chunks:
            if function.name in chunk.text:
                yield from _in_chunk(ctx, function, module, chunk)


def _in_chunk(ctx: View, function: FunctionDefinition, module: Module, chunk: Chunk) -> Iterator[CallSite]:
    around = {child: node for node in walk(chunk.tree) for child in children(node)}
    for node in walk(chunk.tree):
        match node:
            case cst.FunctionDef() if node is not function.node and node.name.value == function.name:
                raise Escapes(f"`{function.name}` is the name of another function, too")
            case cst.SimpleString() if node.raw_value == function.name and _in_all(node, around):
                raise Escapes(f"`{function.name}` is in `__all__`: callers outside of the project are to be expected")
            case cst.ImportAlias() if node.evaluated_name == function.name:
                raise Escapes(f"{module.path}:{chunk.line(node)} imports `{function.name}` by its name")
            case cst.Name(value=name) if name == function.name and not _is_label(node, around):
                parent = around.get(node)
                reached = parent if isinstance(parent, cst.Attribute) else None
                yield _site(ctx, function, module, chunk, node, reached, around)


def _in_all(node: cst.CSTNode, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, cst.Assign):
        above = around.get(above)
    return above is not None and any(
        isinstance(target.target, cst.Name) and target.target.value == "__all__" for target in above.targets
    )


def _is_label(node: cst.Name, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    """True for the name in a definition, a keyword or a parameter."""
    parent = around.get(node)
    match parent:
        case cst.FunctionDef(name=name) | cst.Param(name=name):
            return name is node
        case cst.Arg(keyword=keyword):
            return keyword is node
    return False


def _site(
    ctx: View,
    function: FunctionDefinition,
    module: Module,
    chunk: Chunk,
    node: cst.Name,
    reached: cst.Attribute | None,
    around: dict[cst.CSTNode, cst.CSTNode],
) -> CallSite:
    callee: cst.CSTNode = reached if reached is not None and reached.attr is node else node
    call = around.get(callee)
    here = f"{module.path}:{chunk.line(node)}"
    if not isinstance(call, cst.Call) or call.func is not callee:
        raise Escapes(f"`{function.name}` is used other than in a call ({here})")
    if any(arg.star for arg in call.args):
        raise Escapes(f"the arguments of a call are not written out ({here})")
    if reached is not None and reached.attr is node:
        if module is function.module or not _is_module(ctx, reached.value, function.module):
            raise Escapes(f"it is not known what is called in {here}")
        return CallSite(chunk, call, cst.Module(()).code_for_node(reached.value))
    if module is not function.module:
        raise Escapes(f"it is not known what is called in {here}")
    return CallSite(chunk, call)


def _is_module(ctx: View, node: cst.BaseExpression, module: Module) -> bool:
    """True for an expression that every activation evaluates to a module."""
    frames = (frame for frames in ctx.tracer.activations.values() for frame in frames)
    values = [frame.values[node] for frame in frames if node in frame.values]
    return bool(values) and all(isinstance(value, ProjectModule) and value.module is module for value in values)


def sees_variable(site: CallSite, name: str, owner: cst.CSTNode | None) -> bool:
    """True if a name at a call means the variable of ``owner``: a function around, or the module (None)."""
    around = {child: node for node in walk(site.chunk.tree) for child in children(node)}
    above: cst.CSTNode | None = around.get(site.call)
    while above is not None and above is not owner:
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            scope = scope_of(above.body)
            parameters = {param.name.value for param in walk(above.params) if isinstance(param, cst.Param)}
            if name in scope.bound | parameters:
                return False
            if name in scope.globals:
                return owner is None
        above = around.get(above)
    return above is owner

"""Names: which ones an expression or a function reads from outside, and which are still free to be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from jaxlint.facts.model.definitions import bound_names, scope_of
from jaxlint.source import children, walk

if TYPE_CHECKING:
    from jaxlint.facts.queries.view import View


def free_names(node: cst.CSTNode) -> frozenset[str]:
    """The variables that an expression or definition reads and does not bind itself."""
    match node:
        case cst.Name(value=value):
            return frozenset((value,))
        case cst.Attribute(value=base):
            return free_names(base)
        case cst.Arg(value=value):
            return free_names(value)
        case cst.Annotation():
            return frozenset()
        case cst.Lambda(params=params, body=body):
            return _of_children(params, own=_parameters(params)) | (free_names(body) - _parameters(params))
        case cst.FunctionDef(params=params, body=body, decorators=decorators):
            own = _parameters(params) | scope_of(body).bound
            outside = frozenset[str]().union(*map(free_names, decorators))
            return outside | _of_children(params, own=_parameters(params)) | (free_names(body) - own)
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
            targets = {
                name for part in walk(node) if isinstance(part, cst.CompFor) for name in bound_names(part.target)
            }
            return _of_children(node, own=frozenset(targets))
        case cst.AssignTarget() | cst.AsName():
            return frozenset()
    return _of_children(node)


def _of_children(node: cst.CSTNode, own: frozenset[str] = frozenset()) -> frozenset[str]:
    return frozenset[str]().union(*(free_names(child) for child in children(node))) - own


def _parameters(params: cst.Parameters) -> frozenset[str]:
    return frozenset(part.name.value for part in walk(params) if isinstance(part, cst.Param))


def is_taken(ctx: View, name: str) -> bool:
    """True if a name means something in this module already."""
    if any(isinstance(part, cst.Name) and part.value == name for part in walk(ctx.chunk.tree)):
        return True
    module = next((frame for frame in ctx.tracer.activations.get(ctx.module, ())), None)
    return module is not None and name in ctx.tracer.contents(module)

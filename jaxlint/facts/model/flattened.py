"""What a class's own ``tree_flatten`` makes of its fields: leaves, or a part of the structure.

Gives: the fields that ``return (self.x,), {"n": self.n}`` puts into the structure, which no trace touches.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes


def structure_fields(function: cst.FunctionDef | cst.Lambda) -> set[str] | None:
    """The attributes of its first parameter in the second part of what a flattening function returns, if not in the
    first as well. None if what it returns is not seen."""
    nodes = list(own_nodes(function.body))
    returned = [node.value for node in nodes if isinstance(node, cst.Return)]
    result = function.body if isinstance(function, cst.Lambda) else returned[0] if len(returned) == 1 else None
    if not isinstance(result, cst.Tuple) or len(result.elements) != 2 or not function.params.params:
        return None
    owner = function.params.params[0].name.value
    bound = {
        node.targets[0].target.value: node.value
        for node in nodes
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name)
    }
    children, structure = (_fields(element.value, owner, bound) for element in result.elements)
    return structure - children


def _fields(tree: cst.CSTNode, owner: str, bound: dict[str, cst.BaseExpression]) -> set[str]:
    """The attributes of ``owner`` in an expression, and in what its variables were bound to."""
    found = set()
    for node in own_nodes(tree):
        match node:
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=field)) if name == owner:
                found.add(field)
            case cst.Name(value=name) if name in bound:
                rest = {other: value for other, value in bound.items() if other != name}
                found |= _fields(bound[name], owner, rest)
    return found

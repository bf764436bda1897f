"""What a class's own ``tree_flatten`` makes of its fields: leaves, or a part of the structure.

Gives: the fields that ``return (self.x,), {"n": self.n}`` puts into the structure, which no trace touches.
"""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.definitions import own_nodes


def structure_fields(method: cst.FunctionDef) -> set[str]:
    """The attributes of ``self`` in the second part of what ``tree_flatten`` returns, if not in the first as well."""
    nodes = list(own_nodes(method.body))
    returned = [node.value for node in nodes if isinstance(node, cst.Return)]
    if len(returned) != 1 or not isinstance(returned[0], cst.Tuple) or len(returned[0].elements) != 2:
        return set()
    bound = {
        node.targets[0].target.value: node.value
        for node in nodes
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name)
    }
    children, structure = (_fields(element.value, bound) for element in returned[0].elements)
    return structure - children


def _fields(tree: cst.CSTNode, bound: dict[str, cst.BaseExpression]) -> set[str]:
    """The attributes of ``self`` in an expression, and in what its variables were bound to."""
    found = set()
    for node in own_nodes(tree):
        match node:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                found.add(name)
            case cst.Name(value=name) if name in bound:
                rest = {other: value for other, value in bound.items() if other != name}
                found |= _fields(bound[name], rest)
    return found

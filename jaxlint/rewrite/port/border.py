"""Where code on the host gets a result of a function that is JAX now, and changes it: ``y = np.array(smooth(x))``."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.model.definitions import bound_names
from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.rewrite.port.roles import CHANGING_METHODS
from jaxlint.rewrite.port.sharing import root

ARRAY = "numpy.array"


def copies(reading: Reading, unit: Unit, ported: Collection[Key], spelled: str) -> Iterator[Edit]:
    """The edits that make NumPy arrays of results that the host stores into; ``spelled`` as ``np.array``."""
    changed = _changed(unit)
    for node in unit.nodes:
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.Call() as call):
                callee = reading.callee(unit, call)
                if callee is None or callee.key not in ported or changed.isdisjoint(bound_names(target)):
                    continue
                start, end = unit.span(call)
                several = isinstance(target, cst.Tuple | cst.List)
                opening = f"map({spelled}, " if several else f"{spelled}("
                yield from (Edit(start, start, opening), Edit(end, end, ")"))


def _changed(unit: Unit) -> set[str]:
    """The variables that are changed in place."""
    found: set[str | None] = set()
    for node in unit.nodes:
        match node:
            case cst.AssignTarget(target=cst.Subscript() as target) | cst.AugAssign(target=cst.Subscript() as target):
                found.add(root(target))
            case cst.Call(func=cst.Attribute(value=base, attr=cst.Name(value=method))) if method in CHANGING_METHODS:
                found.add(root(base))
            case cst.Arg(keyword=cst.Name(value="out"), value=value):
                found.add(root(value))
    return {name for name in found if name is not None}

"""``@jax.jit`` on the functions that a module offers, with the parameters that must stay Python values static."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import libcst as cst

from jaxlint.edits import Edit
from jaxlint.facts.queries.names import is_taken
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.port.reading import Key, Reading, Unit
from jaxlint.rewrite.port.roles import Role

_COMPILERS = ("numba.", "pythran.", "cython.")


def entries(reading: Reading, ported: Collection[Key]) -> set[Key]:
    """The functions to be compiled: those that nobody else compiles as a part of theirs, and all that are public."""
    called = {callee.key for key in ported for _, callee in reading.calls(reading.units[key]) if callee.key != key}
    return {
        key
        for key in ported
        if reading.units[key].cls is None
        and (key not in called or not reading.units[key].node.name.value.startswith("_"))
    }


def compiled(reading: Reading, unit: Unit, ctx: View, own: Mapping[str, Role]) -> tuple[list[Edit], tuple[str, ...]]:
    """The edits that put a function under ``jax.jit``, in the place of another compiler if there is one."""
    static = [name for name in unit.names if own.get(name) in ("size", "static")]
    jit, uses = ctx.spell("jax.jit"), ["jax.jit"]
    if static:
        names = ", ".join(f'"{name}"' for name in static) + ("," if len(static) == 1 else "")
        spelled = ctx.spell("functools.partial")
        spelled = "partial" if spelled == "functools.partial" and not is_taken(ctx, "partial") else spelled
        jit = f"{spelled}({jit}, static_argnames=({names}))"
        uses.append("functools.partial")
    others = list(_compilers(reading, unit))
    if others:
        return [unit.edit(others[0], f"@{jit}"), *(unit.edit(each, "") for each in others[1:])], tuple(uses)
    start = unit.span(unit.node)[0]
    if unit.node.decorators:
        start = unit.chunk.source.text.index("def", unit.span(unit.node.decorators[-1])[1])
    return [Edit(start, start, f"@{jit}\n{unit.indent(unit.node)}")], tuple(uses)


def _compilers(reading: Reading, unit: Unit) -> Iterator[cst.Decorator]:
    for decorator in unit.node.decorators:
        called = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        if (reading.name(unit, called) or "").startswith(_COMPILERS):
            yield decorator

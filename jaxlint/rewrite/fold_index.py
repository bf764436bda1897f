"""Makes a key differ from turn to turn where no statement can split it: by the index, or by a split to loop over.

::

    [normal(key) for i in range(n)]     ->  [normal(fold_in(key, i)) for i in range(n)]
    [normal(key) for _ in range(n)]     ->  [normal(subkey) for subkey in split(key, n)]
    fori_loop(0, n, lambda i, x: x + normal(key), x)    ->  … normal(fold_in(key, i)) …
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.edits import Decline, Fix, replace
from jaxlint.facts.model.definitions import COMPREHENSIONS
from jaxlint.facts.model.events import KeyReuse
from jaxlint.facts.queries.view import View
from jaxlint.rewrite.key_names import child_names
from jaxlint.source import walk

FOLD = "jax.random.fold_in"
SPLIT = "jax.random.split"


def fold_index(ctx: View, event: KeyReuse, uses: Sequence[cst.BaseExpression]) -> Fix | Decline:
    """Let the key of the one use depend on the innermost loop's index."""
    if len(uses) > 1:
        return Decline("the key is used up in several places, one of them in an expression that no split can go before")
    use = uses[0]
    for above in ctx.ancestors(use):
        if isinstance(above, COMPREHENSIONS):
            return _in_comprehension(ctx, above.for_in, use)
        if isinstance(above, cst.For) and event.kind == "loop":
            return _folded(ctx, use, _index(ctx, above.target, above.iter), "loop")
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            break
    if event.kind == "body" and event.place.node in _fori_bodies(ctx):
        assert ctx.function is not None
        return _folded(ctx, use, ctx.function.parameters[0].name, "fori_loop")
    return Decline(_advice(ctx, event, use))


def _advice(ctx: View, event: KeyReuse, use: cst.BaseExpression) -> str:
    key = ctx.code(use)
    if event.kind == "body" and not (ctx.boundary is not None and ctx.boundary.repeats):
        return f"one `{key}` serves all leaves; split it into a tree of keys and map over both"
    if event.kind == "body":
        return f"`{key}` is no part of the carry; carry it and split it in the body, or map over `split({key}, n)`"
    if event.kind == "call":
        return f"`{key}` belongs to a function around; pass a new key in each call"
    return f"`{key}` belongs to a function around; pass it in, or split it there"


def _folded(ctx: View, use: cst.BaseExpression, index: str | None, what: str) -> Fix | Decline:
    key = ctx.code(use)
    if index is None:
        return Decline(f"there is no index to fold into `{key}`; loop over `split({key}, n)` instead")
    text = f"{ctx.spell(FOLD)}({key}, {index})"
    return Fix(f"fold the index into `{key}`", (replace(ctx, use, text),), "unsafe", (FOLD,))


def _in_comprehension(ctx: View, clause: cst.CompFor, use: cst.BaseExpression) -> Fix | Decline:
    if clause.inner_for_in is not None:
        return Decline("the comprehension has several loops; split the key beforehand")
    index = _index(ctx, clause.target, clause.iter)
    owner = ctx.parent(clause)
    assert owner is not None
    if isinstance(clause.target, cst.Name) and isinstance(clause.iter, cst.Call) and not clause.ifs:
        name, call = clause.target.value, clause.iter
        reads = [node for node in walk(owner) if isinstance(node, cst.Name) and node.value == name]
        if len(reads) == 1 and ctx.name(call.func) == "builtins.range" and len(call.args) == 1:
            key, subkey = ctx.code(use), child_names(ctx, ctx.code(use), [use])[0]
            source = f"{ctx.spell(SPLIT)}({key}, {ctx.code(call.args[0].value)})"
            edits = (replace(ctx, clause.target, subkey), replace(ctx, clause.iter, source), replace(ctx, use, subkey))
            return Fix(f"loop over the keys that `{key}` splits into", edits, "unsafe", (SPLIT,))
    return _folded(ctx, use, index, "comprehension")


def _index(ctx: View, target: cst.BaseExpression, source: cst.BaseExpression) -> str | None:
    """The variable that counts a loop's turns: of ``range``, or the first of ``enumerate``."""
    if not isinstance(source, cst.Call):
        return None
    name = ctx.name(source.func)
    if name == "builtins.enumerate" and isinstance(target, cst.Tuple) and len(target.elements) == 2:
        target = target.elements[0].value
    elif name != "builtins.range":
        return None
    return target.value if isinstance(target, cst.Name) and target.value != "_" else None


def _fori_bodies(ctx: View) -> set[cst.CSTNode]:
    """The nodes of this function, if it is the body of a ``fori_loop`` and no more."""
    boundary = ctx.boundary
    function = ctx.function
    if boundary is None or function is None or boundary.name != "jax.lax.fori_loop" or len(function.parameters) != 2:
        return set()
    return set(walk(function.node.body))

"""Names for the keys that a split gives."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from jaxlint.facts.queries.view import View
from jaxlint.source import walk


def child_names(ctx: View, key: str, uses: Sequence[cst.BaseExpression]) -> list[str]:
    """Fresh names for the keys of some uses: ``subkey`` for one, ``key_noise`` after what is drawn for several."""
    base = key.rpartition(".")[2].lstrip("_")
    taken = {node.value for node in walk(ctx.chunk.tree) if isinstance(node, cst.Name)} | {
        *ctx.tracer.contents(ctx.frame)
    }
    if len(uses) == 1 and (name := _single(base)) not in taken:
        return [name]
    wanted = [f"{base}_{_purpose(ctx, node)}" for node in uses]
    if len(set(wanted)) == len(wanted) and not taken & set(wanted):
        return wanted
    stem = f"{base}_" if base[-1:].isdigit() else base
    numbers = (number for number in range(1, 1000) if f"{stem}{number}" not in taken)
    return [f"{stem}{next(numbers)}" for _ in uses]


def _single(base: str) -> str:
    if base == "k" or base.endswith("key"):
        return "subkey" if base in ("k", "key") else f"sub{base}" if base.isalpha() else f"{base}_sub"
    return f"sub{base}" if base.isalpha() else f"{base}_sub"


def _purpose(ctx: View, node: cst.BaseExpression) -> str:
    """What a key is for, in a word of the program: the variable, argument or item that it fills, else the sampler."""
    draw = next((above for above in ctx.ancestors(node) if isinstance(above, cst.Call)), None)
    below: cst.CSTNode = draw if draw is not None else node
    for above in ctx.ancestors(below):
        match above:
            case cst.Arg(keyword=cst.Name(value=name)):
                return name
            case cst.DictElement(key=cst.SimpleString() as text) if below is not text and _word(text):
                return _word(text)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(attr=name) | (cst.Name() as name))]):
                return name.value.strip("_") or "value"
            case cst.AnnAssign(target=cst.Name(value=name)) | cst.AugAssign(target=cst.Name(value=name)):
                return name
            case cst.BaseSmallStatement() | cst.BaseStatement():
                break
        below = above
    function = draw.func if draw is not None else None
    while isinstance(function, cst.Attribute):
        function = function.attr
    return function.value.strip("_") if isinstance(function, cst.Name) else "next"


def _word(text: cst.SimpleString) -> str:
    value = text.evaluated_value
    return value if isinstance(value, str) and value.isidentifier() else ""

"""Annotations of parameters as descriptions of arguments: jaxtyping's, Python's own, and classes of the module."""

import ast
import re
from collections.abc import Collection

from jaxlint.verify.inputs.spec import (
    Arguments,
    ArraySpec,
    Dim,
    Expression,
    InstanceSpec,
    NumberSpec,
    SequenceSpec,
    Spec,
    dtype_of,
)

_FLOATING = {"Float", "Inexact", "Num", "Shaped", "Real"}
_JAXTYPING = dict.fromkeys(_FLOATING, "float32") | {
    "Int": "int32",
    "Integer": "int32",
    "UInt": "uint32",
    "Bool": "bool",
    "Complex": "complex64",
    "Key": "key",
    "BFloat16": "bfloat16",
}
_KEYS = {"PRNGKeyArray", "KeyArray", "PRNGKey"}
_WRAPPERS = {"Annotated", "Optional", "Final"}
_SEQUENCES = {"tuple", "Tuple", "list", "List", "Sequence"}


def annotated(node: ast.expr | None, classes: Collection[str]) -> Spec | None:
    """What an annotation describes, where it says enough; `jax.Array` alone does not."""
    match node:
        case ast.Constant(str(text)):
            try:
                return annotated(ast.parse(text, mode="eval").body, classes)
            except SyntaxError:
                return None
        case ast.BinOp(left, ast.BitOr(), right):
            return annotated(left, classes) or annotated(right, classes)
        case ast.Name() | ast.Attribute():
            return _named(_last(node), classes)
        case ast.Subscript(value, inner):
            return _subscripted(_last(value), inner, classes)
    return None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _named(name: str, classes: Collection[str]) -> Spec | None:
    if name in ("int", "float", "bool", "complex"):
        return NumberSpec(name)
    if name in _KEYS:
        return ArraySpec("key")
    return InstanceSpec(name, Arguments()) if name in classes else None


def _subscripted(name: str, inner: ast.expr, classes: Collection[str]) -> Spec | None:
    items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match name, items:
        case _, [_, ast.Constant(str(dims))] if dtype := _JAXTYPING.get(name) or dtype_of(name.lower()):
            return ArraySpec(dtype, _dims(dims))
        case _, [first, *_] if name in _WRAPPERS:
            return annotated(first, classes)
        case "Literal", [first, *_]:
            return Expression(ast.unparse(first))
        case _, _ if name in _SEQUENCES:
            inside = [annotated(item, classes) for item in items if not _is_ellipsis(item)]
            known = tuple(item for item in inside if item is not None)
            return SequenceSpec(known, name not in ("tuple", "Tuple")) if known and len(known) == len(inside) else None
    return None


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _dims(text: str) -> tuple[Dim, ...]:
    """jaxtyping's words: `batch`, `3`, `d=3`, `*rest`, `#n`, `_`, `...`, `n+1`."""
    found: list[Dim] = []
    for number, word in enumerate(text.split()):
        word = word.lstrip("*#?")
        if "=" in word:
            word = word.partition("=")[2]
        if word == "_":
            word = f"any{number}"
        if word != "..." and re.fullmatch(r"[\w+\-*/()]+", word):
            found.append(int(word) if word.isdigit() else word)
    return tuple(found)

"""What each argument of a function might be, the likeliest first: its annotation, else how it is used."""

import ast
from collections.abc import Collection, Iterable

from jaxlint.verify.inputs.annotations import annotated
from jaxlint.verify.inputs.comments import Function
from jaxlint.verify.inputs.spec import ArraySpec, DictSpec, Expression, NumberSpec, SequenceSpec, Spec
from jaxlint.verify.inputs.uses import DRAWS, Use

_VECTOR, _MATRIX, _CUBE = (ArraySpec("float32", ("d",) * ndim) for ndim in (1, 2, 3))
_SCALAR = ArraySpec("float32")
_INDICES = ArraySpec("int32", ("d",))
_KEY = ArraySpec("key")
_FUNCTIONS = {
    0: "lambda: 1.5",
    1: "lambda a: a * a + 1.0",
    2: "lambda a, b: a * b + 1.0",
    3: "lambda a, b, c: a * b + c",
}
_ORDINARY: tuple[Spec, ...] = (_VECTOR, _MATRIX, _SCALAR, NumberSpec("int"), _INDICES, _CUBE, _KEY)
_ORDINARY += (SequenceSpec((_VECTOR, _VECTOR)), NumberSpec("float"))


def required(function: Function) -> list[ast.arg]:
    """The parameters that every call must give."""
    a = function.args
    positional = [*a.posonlyargs, *a.args]
    named = [parameter for parameter, default in zip(a.kwonlyargs, a.kw_defaults, strict=True) if default is None]
    return positional[: len(positional) - len(a.defaults)] + named


def keyword_only(function: Function) -> frozenset[str]:
    """Parameters that cannot be given by position."""
    return frozenset(parameter.arg for parameter in function.args.kwonlyargs)


def possible(parameter: ast.arg, use: Use, classes: Collection[str]) -> tuple[Spec, ...]:
    """What a parameter may be. What its annotation says leaves no choice."""
    said = annotated(parameter.annotation, classes)
    if said is not None:
        return (said,)
    return tuple(dict.fromkeys([*_evidence(use), *_ORDINARY]))


def _evidence(use: Use) -> Iterable[Spec]:
    if use.arity is not None:
        yield Expression(_FUNCTIONS.get(use.arity, _FUNCTIONS[1]))
    if use.texts:
        yield Expression(repr(use.texts[0]))
    if any(word.startswith("[") for word in use.words):
        yield from _dictionaries(sorted(word[1:-1] for word in use.words if word.startswith("[")))
    if use.words & DRAWS:
        yield Expression("np.random.default_rng(0)")
    if use.key:
        yield _KEY
    if use.exact is not None:
        yield ArraySpec("float32", ("d",) * use.exact)
    if use.count or (use.index and not use.dims):
        yield NumberSpec("int")
        yield _INDICES
    if use.flag:
        yield NumberSpec("bool")
    if use.unpacked:
        yield SequenceSpec((_VECTOR,) * use.unpacked)
        yield SequenceSpec((_MATRIX, _VECTOR) * (use.unpacked // 2)) if use.unpacked % 2 == 0 else _VECTOR
    if use.rate and not use.dims:
        yield _SCALAR
    if use.dims:
        yield ArraySpec("float32", ("d",) * use.dims)


def _dictionaries(keys: list[str]) -> Iterable[Spec]:
    """Vectors under the keys; weights as matrices."""
    weights = {key for key in keys if key.lower().startswith("w") or "kernel" in key or "weight" in key}
    if weights:
        yield DictSpec(tuple((key, _MATRIX if key in weights else _VECTOR) for key in keys))
    yield DictSpec(tuple((key, _VECTOR) for key in keys))
    yield DictSpec(tuple((key, _SCALAR) for key in keys))

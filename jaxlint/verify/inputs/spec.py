"""Descriptions of arguments: `f32[128,3]`, `i32[]`, `f32[n,n]`, `key`, `int`, `{"w": f32[3]}`, `Model(f32[3])`, `10`.

A dimension is a number, a name (equal names are equal sizes), or a sum with a name in it (`n+1`). ``Expression`` is any
other Python expression, evaluated in the module's own namespace.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

Dim = int | str

_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex", "bf": "bfloat"}
_SHORT = re.compile(r"(bf|f|i|u|c)(\d+)")
_LONG = re.compile(r"(bfloat|float|int|uint|complex)\d+|bool")
_EMPTY = re.compile(r"\b([A-Za-z_]\w*)\s*\[\s*\]")
_SIZES = (3, 4, 5, 6, 7, 2)
_NUMBERS = ("int", "float", "bool", "complex")


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """An array; a ``key`` array if its dtype is that word."""

    dtype: str
    dims: tuple[Dim, ...] = ()

    def __str__(self) -> str:
        short = _LONG.fullmatch(self.dtype) and self.dtype != "bool"
        letters = self.dtype.rstrip("0123456789")
        name = next((k for k, v in _KINDS.items() if v == letters), "") + self.dtype[len(letters) :]
        return f"{name if short else self.dtype}[{','.join(map(str, self.dims))}]"


@dataclass(frozen=True, slots=True)
class NumberSpec:
    """A Python number: int, float, bool or complex."""

    kind: str

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class SequenceSpec:
    """A tuple or a list."""

    items: tuple["Spec", ...]
    is_list: bool = False

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.items))
        return f"[{inner}]" if self.is_list else f"({inner}{',' if len(self.items) == 1 else ''})"


@dataclass(frozen=True, slots=True)
class DictSpec:
    items: tuple[tuple[str, "Spec"], ...]

    def __str__(self) -> str:
        return f"{{{', '.join(f'{key!r}: {spec}' for key, spec in self.items)}}}"


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """An instance of a class of the module."""

    name: str
    arguments: "Arguments"

    def __str__(self) -> str:
        return f"{self.name}({self.arguments})"


@dataclass(frozen=True, slots=True)
class Expression:
    """Python text, evaluated once for each call."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Arguments:
    """Descriptions of the arguments of a call."""

    args: tuple["Spec", ...] = ()
    kwargs: tuple[tuple[str, "Spec"], ...] = ()

    def __str__(self) -> str:
        return ", ".join([*map(str, self.args), *(f"{name}={spec}" for name, spec in self.kwargs)])


Spec = ArraySpec | NumberSpec | SequenceSpec | DictSpec | InstanceSpec | Expression


class SpecError(ValueError):
    """A description that cannot be read."""


def parse_arguments(text: str) -> Arguments:
    """`f32[128,3], i32[], n=10` -> what each argument is. Raises SpecError."""
    try:
        call = ast.parse(f"f({_EMPTY.sub(lambda found: f'{found[1]}[()]', text)})", mode="eval").body
    except SyntaxError as error:
        raise SpecError(f"`{text}`: {error.msg}") from None
    assert isinstance(call, ast.Call)
    return _arguments(call)


def _arguments(call: ast.Call) -> Arguments:
    return Arguments(
        tuple(map(_spec, call.args)),
        tuple((keyword.arg, _spec(keyword.value)) for keyword in call.keywords if keyword.arg),
    )


def _spec(node: ast.expr) -> Spec:
    match node:
        case ast.Name(name) if name in _NUMBERS:
            return NumberSpec(name)
        case ast.Name("key"):
            return ArraySpec("key")
        case ast.Subscript(ast.Name(name), dims) if dtype := dtype_of(name):
            return ArraySpec(dtype, _dims(dims))
        case ast.Tuple(items) | ast.List(items):
            return SequenceSpec(tuple(map(_spec, items)), isinstance(node, ast.List))
        case ast.Dict(keys, values) if all(isinstance(key, ast.Constant) for key in keys):
            pairs = zip(keys, values, strict=True)
            return DictSpec(tuple((str(key.value), _spec(v)) for key, v in pairs if isinstance(key, ast.Constant)))
        case ast.Call(ast.Name(name)) if name[:1].isupper():
            return InstanceSpec(name, _arguments(node))
    return Expression(ast.unparse(node))


def dtype_of(name: str) -> str | None:
    """`f32` -> `float32`; None for what is no dtype."""
    if short := _SHORT.fullmatch(name):
        return _KINDS[short[1]] + short[2]
    return name if _LONG.fullmatch(name) or name == "key" else None


def _dims(node: ast.expr) -> tuple[Dim, ...]:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(int(item.value) if isinstance(item, ast.Constant) else ast.unparse(item) for item in items)  # type: ignore[arg-type]


def size(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The length that a dimension has. Raises SpecError."""
    if isinstance(dim, int):
        return dim
    try:
        return max(0, int(eval(compile(dim, "<dimension>", "eval"), {"__builtins__": {}}, dict(sizes))))
    except Exception:
        raise SpecError(f"`{dim}` is no dimension") from None


def names(arguments: Arguments) -> tuple[str, ...]:
    """The names of dimensions, in order of appearance."""
    found: dict[str, None] = {}
    for array in arrays(arguments):
        for dim in array.dims:
            if isinstance(dim, str):
                found |= dict.fromkeys(re.findall(r"[A-Za-z_]\w*", dim))
    return tuple(found)


def base_sizes(arguments: Arguments) -> dict[str, int]:
    """A size for each named dimension, all of them different."""
    return {name: _SIZES[i % len(_SIZES)] for i, name in enumerate(names(arguments))}


def arrays(arguments: Arguments) -> Iterator[ArraySpec]:
    """Every array in the arguments, in order."""
    for spec in (*arguments.args, *(spec for _, spec in arguments.kwargs)):
        yield from _arrays(spec)


def _arrays(spec: Spec) -> Iterator[ArraySpec]:
    match spec:
        case ArraySpec():
            yield spec
        case SequenceSpec(items):
            for item in items:
                yield from _arrays(item)
        case DictSpec(pairs):
            for _, item in pairs:
                yield from _arrays(item)
        case InstanceSpec(_, arguments):
            yield from arrays(arguments)


def renamed(arguments: Arguments, dims: Iterator[Dim]) -> Arguments:
    """The arguments with the dimensions of their arrays replaced, one after the other."""
    return Arguments(
        tuple(_renamed(spec, dims) for spec in arguments.args),
        tuple((name, _renamed(spec, dims)) for name, spec in arguments.kwargs),
    )


def _renamed(spec: Spec, dims: Iterator[Dim]) -> Spec:
    match spec:
        case ArraySpec(_, old):
            return replace(spec, dims=tuple(next(dims) for _ in old))
        case SequenceSpec(items):
            return replace(spec, items=tuple(_renamed(item, dims) for item in items))
        case DictSpec(pairs):
            return DictSpec(tuple((key, _renamed(item, dims)) for key, item in pairs))
        case InstanceSpec(_, arguments):
            return replace(spec, arguments=renamed(arguments, dims))
    return spec

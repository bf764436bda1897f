"""How a function's body uses its parameters: the evidence for a guess at what they are."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jaxlint.verify.inputs.comments import Function

_KEY = re.compile(r"(.*_)?(key|rng|prng|prng_?key|rng_?key|seed_key)s?\d*")
_COUNT = re.compile(
    r"n|num(_.*)?|n_.*|.*_(size|dim|steps|iters|count|length|len)|steps|size|length|axis|order|depth|width"
)
_FLAG = re.compile(r"(is|use|with|do|has)_.*|train(ing)?|verbose|flag|deterministic|causal|reverse")
_RATE = re.compile(
    r"lr|dt|dx|h|t|eps(ilon)?|alpha|beta|gamma|rate|.*_rate|scale|tol|temperature|momentum|mu|sigma|std|threshold"
)
_SIZED = {"zeros", "ones", "empty", "full", "arange", "eye", "identity", "split", "one_hot", "linspace", "tri"}
DRAWS = {
    *("random", "normal", "standard_normal", "uniform", "integers", "randint", "rand", "randn", "choice", "shuffle"),
    *("permutation", "exponential", "poisson", "binomial", "gamma", "beta", "multivariate_normal"),
}
"""Methods of NumPy's generators."""
_OF_MATRICES = {
    *(
        "diag",
        "diagonal",
        "trace",
        "triu",
        "tril",
        "det",
        "slogdet",
        "inv",
        "solve",
        "eig",
        "eigh",
        "eigvals",
        "eigvalsh",
    ),
    *("cholesky", "qr", "svd", "lu", "solve_triangular", "matrix_power"),
}
_OF_ARRAYS = {
    *("shape", "ndim", "size", "dtype", "T", "mT", "at", "real", "imag", "sum", "mean", "max", "min", "astype", "copy"),
    *("reshape", "ravel", "flatten", "transpose", "dot", "std", "var", "prod", "any", "all", "item", "tolist", "fill"),
    *("argmax", "argmin", "cumsum", "sort", "argsort", "squeeze", "conj"),
}


@dataclass(slots=True)
class Use:
    """What is seen of one parameter."""

    dims: int = 0
    exact: int | None = None
    key: bool = False
    count: bool = False
    flag: bool = False
    rate: bool = False
    index: bool = False
    arity: int | None = None
    words: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    unpacked: int | None = None


def uses(function: Function) -> dict[str, Use]:
    """The evidence on each parameter."""
    a = function.args
    found = {parameter.arg: _by_name(parameter.arg) for parameter in (*a.posonlyargs, *a.args, *a.kwonlyargs)}
    for statement in function.body:
        for node in ast.walk(statement):
            _see(node, found)
    return found


def _by_name(name: str) -> Use:
    return Use(
        key=bool(_KEY.fullmatch(name)),
        count=bool(_COUNT.fullmatch(name)),
        flag=bool(_FLAG.fullmatch(name)),
        rate=bool(_RATE.fullmatch(name)),
    )


def _see(node: ast.AST, found: dict[str, Use]) -> None:
    match node:
        case ast.Call(ast.Name(name)) if name in found:
            found[name].arity = len(node.args)
        case ast.Call():
            _see_call(node, found)
        case ast.Subscript(ast.Name(name), index) if name in found:
            _see_index(found[name], index)
        case ast.Subscript(ast.Attribute(ast.Name(name), "shape"), ast.Constant(int(axis))) if name in found:
            found[name].dims = max(found[name].dims, axis + 1 if axis >= 0 else -axis)
        case ast.Subscript(ast.Attribute(ast.Name(name), "at"), index) if name in found:
            _see_index(found[name], index)
        case ast.Assign([ast.Tuple(targets)], ast.Attribute(ast.Name(name), "shape")) if name in found:
            found[name].exact = len(targets)
        case ast.Assign([ast.Tuple(targets)], ast.Name(name)) if name in found:
            found[name].unpacked = len(targets)
        case ast.BinOp(left, ast.MatMult(), _):
            _see_matmul(left, found)
        case ast.Attribute(ast.Name(name), attribute) if name in found:
            if attribute in ("T", "mT"):
                found[name].dims = max(found[name].dims, 2)
            elif attribute not in _OF_ARRAYS:
                found[name].words.add(attribute)
        case ast.Compare(ast.Name(name), [ast.Eq() | ast.NotEq()], [ast.Constant(str(text))]) if name in found:
            found[name].texts.append(text)
        case ast.If(ast.Name(name)) | ast.IfExp(ast.Name(name)) | ast.UnaryOp(ast.Not(), ast.Name(name)):
            if name in found:
                found[name].flag = True
    _see_inside_index(node, found)


def _see_call(call: ast.Call, found: dict[str, Use]) -> None:
    text = ast.unparse(call.func)
    last = text.rpartition(".")[2]
    first = call.args[0] if call.args else None
    if (
        isinstance(first, ast.Name)
        and first.id in found
        and "random" in text
        and "np.random" not in text.replace("jnp", "")
    ):
        found[first.id].key = True
    if isinstance(first, ast.Name) and first.id in found and last in _OF_MATRICES and "." in text:
        found[first.id].dims = max(found[first.id].dims, 2)
    if last == "range" or last in _SIZED or (last == "reshape" and "." in text):
        for name in _names(*call.args):
            if name in found and not (last == "reshape" and call.args and name in _names(first)):
                found[name].count = True


def _see_index(use: Use, index: ast.expr) -> None:
    items = index.elts if isinstance(index, ast.Tuple) else [index]
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        use.words.add(f"[{index.value}]")
        return
    plain = [item for item in items if not (isinstance(item, ast.Constant) and item.value in (None, ...))]
    use.dims = max(use.dims, len(plain))


def _see_inside_index(node: ast.AST, found: dict[str, Use]) -> None:
    """`x[i]`, `x[i, 0]`: an integer; `x[i:]`: one too."""
    if isinstance(node, ast.Subscript):
        for name in _names(node.slice):
            if name in found:
                found[name].index = True


def _see_matmul(left: ast.expr, found: dict[str, Use]) -> None:
    if isinstance(left, ast.Name) and left.id in found:
        found[left.id].dims = max(found[left.id].dims, 2)


def _names(*nodes: ast.expr | None) -> Iterator[str]:
    """Names that stand by themselves in an expression, not those of which something is taken."""
    for node in nodes:
        match node:
            case ast.Name(name):
                yield name
            case ast.Tuple(items) | ast.List(items):
                yield from _names(*items)
            case ast.BinOp(left, _, right):
                yield from _names(left, right)
            case ast.Slice(lower, upper, step):
                yield from _names(lower, upper, step)

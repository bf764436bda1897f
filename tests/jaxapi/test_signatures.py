"""The committed signatures are those of the installed JAX, NumPy and Python; and how a line is read."""

import inspect

import pytest

from jaxlint.jaxapi import Signature, signature
from jaxlint.jaxapi.signatures import parse
from jaxlint.jaxapi.tables import DATA
from tests.jaxapi.resolve import resolve
from tests.jaxapi.write_signatures import MODULES, lines

MODULE_AREAS = [(module, area) for area, modules in MODULES.items() for module in modules]


@pytest.mark.parametrize(("module", "area"), MODULE_AREAS)
def test_the_module_is_as_written(module: str, area: str) -> None:
    written = (DATA / f"{area}.signatures").read_text().splitlines()
    own = {line for line in written if line.partition("(")[0].rpartition(".")[0] == module}
    assert own == set(lines(module))


@pytest.mark.parametrize(
    "name",
    ["jax.vmap", "jax.jit", "jax.lax.scan", "jax.lax.cond", "jax.numpy.where", "jax.numpy.einsum", "jax.tree.map"],
)
def test_reading_gives_what_python_says(name: str) -> None:
    known = signature(name)
    assert known is not None
    params = inspect.signature(resolve(name)).parameters.values()
    assert known.positional == tuple(p.name for p in params if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    assert known.keyword_only == tuple(p.name for p in params if p.kind is p.KEYWORD_ONLY)
    assert known.positional_only == sum(p.kind is p.POSITIONAL_ONLY for p in params)
    assert known.required == sum(p.default is p.empty for p in params if p.name in known.positional)
    assert known.variadic == next((p.name for p in params if p.kind is p.VAR_POSITIONAL), None)
    assert known.keywords == next((p.name for p in params if p.kind is p.VAR_KEYWORD), None)


def test_parse() -> None:
    assert parse("a, b=, /, c=, *args, d, **rest") == Signature(("a", "b", "c"), ("d",), "args", "rest", 2, 1)
    assert parse("") == Signature()
    assert parse("fun=, /, *, static_argnums=") == Signature(("fun",), ("static_argnums",), positional_only=1)


def test_where_a_positional_argument_lands() -> None:
    cond = signature("jax.lax.cond")
    assert cond is not None
    assert [cond.parameter(i) for i in (0, 2, 3, 9)] == ["pred", "false_fun", "operands", "operands"]
    where = signature("jax.numpy.where")
    assert where is not None
    assert where.parameter(3) is None


def test_what_has_no_signature() -> None:
    assert signature("jax.numpy.float32") is None
    assert signature("torch.nn.Linear") is None

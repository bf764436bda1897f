"""The index says what a module imports, defines, calls and holds, and never less than there is."""

import ast
from pathlib import Path

import pytest

from jaxlint.source import Definition, ModuleIndex, SourceText, index, parse_module, read
from jaxlint.source.survey import TRIGGERS
from tests.source.corpus import sample


def indexed(text: str) -> ModuleIndex:
    return index(SourceText("a.py", text), "pkg.a")


def function(body: str) -> Definition:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    (definition,) = indexed(f"def f(x, y):\n{lines}").definitions
    return definition


IMPORTS = """
import jax, numpy as np
import jax.numpy
import jax.numpy as jnp
from jax import jit as j, lax
from . import sibling
from ..m.n import thing
from flax import *
try:
    import optax
except ImportError:
    import missing as optax
if True:
    from a import b
def f():
    import math
    with g():
        from c import d
"""


def test_imports() -> None:
    found = [(i.local, i.module, i.attribute, i.level, i.scope, i.target) for i in indexed(IMPORTS).imports]
    assert set(found) == {
        ("jax", "jax", None, 0, None, "jax"),
        ("np", "numpy", None, 0, None, "numpy"),
        ("jax", "jax.numpy", None, 0, None, "jax"),
        ("jnp", "jax.numpy", None, 0, None, "jax.numpy"),
        ("j", "jax", "jit", 0, None, "jax.jit"),
        ("lax", "jax", "lax", 0, None, "jax.lax"),
        ("sibling", "", "sibling", 1, None, "sibling"),
        ("thing", "m.n", "thing", 2, None, "m.n.thing"),
        ("*", "flax", "*", 0, None, "flax.*"),
        ("optax", "optax", None, 0, None, "optax"),
        ("optax", "missing", None, 0, None, "missing"),
        ("b", "a", "b", 0, None, "a.b"),
        ("math", "math", None, 0, "f", "math"),
        ("d", "c", "d", 0, "f", "c.d"),
    }
    assert {i.line for i in indexed(IMPORTS).imports if i.star} == {8}


def test_definitions() -> None:
    found = indexed(
        "import jax\n\n@jax.jit\n@partial(jax.vmap, in_axes=0)\ndef f(x):\n"
        "    return lax.scan(step, x.at[0].set(g(x)))\n\n\n"
        "@dataclass\nclass A(nn.Module, Base):\n    n: int = field()\n\n"
        "    @property\n    def p(self):\n        return h(self.n)\n"
    )
    f, a = found.definitions
    assert (f.name, f.kind, f.start_line, f.end_line) == ("f", "function", 3, 6)
    assert f.decorators == ("jax.jit", "partial")
    assert f.calls == {"partial", "lax.scan", ".set", "g"}
    assert f.names >= {"jax.jit", "jax.vmap", "step", "x", "x.at", "lax.scan"}
    assert (a.name, a.kind, a.start_line, a.end_line) == ("A", "class", 9, 15)
    assert (a.decorators, a.bases, a.calls) == (("dataclass",), ("nn.Module", "Base"), {"field"})
    assert [(m.name, m.start_line, m.calls) for m in a.methods] == [("A.p", 13, {"h"})]
    assert [d.name for d in found.every()] == ["", "f", "A", "A.p"]


def test_names_assigned_in_the_module() -> None:
    found = indexed(
        "a = b = 1\nc, (d, *e) = x\nf: int = 2\ntree_map = jax.tree.map\n"
        "for g in y:\n    h = 1\nwith z as i:\n    pass\n"
        "try:\n    pass\nexcept E:\n    k = None\ndef fun():\n    global m\n    m = 1\n    n = 2\n"
    )
    assert found.assigned == set("abcdefghikm") | {"tree_map"}
    assert found.aliases == (("tree_map", "jax.tree.map"),)


TRIGGERING = {
    "branch": [
        "if x: pass", "while x > 1: pass", "assert x.any()", "return 1 if y else 2", "return x or y", "return not x",
        "return x in y", "return 0 < x < 1", "return [a for a in y if a]", "return max(x, y)",
        "match x:\n    case 1: pass", "if x == y: pass", "if isinstance(x, A) and y: pass", "def g():\n    if x: pass",
    ],
    "loop": ["for a in x: pass", "while x: pass"],
    "comprehension": ["return [a for a in x]", "return {a: 1 for a in x}", "return sum(a for a in x)"],
    "subscript": ["return x[y]", "return x[0, y]", "return x[x > 1]"],
    "slice": ["return x[:y]", "return x[y:, 0]", "return x[::y]"],
    "subscript-store": ["x[0] = 1", "x[0] += 1", "del x[0]", "x[0], y = 1, 2", "for x[0] in y: pass"],
    "attribute-store": ["x.y = 1", "x.y += 1", "del x.y", "x.y.z: int = 1"],
    "global": ["global a", "nonlocal a"],
    "conversion": [
        "return float(x)", "return int(x)", "return x.item()", "return x[0].tolist()", "return math.sqrt(x)",
        "from math import sqrt as s\nreturn s(x)", "import math as m\nreturn m.exp(x)",
    ],
    "discard": ["g(x)"],
    "out": ["return g(x, out=y)"],
    "fstring": ["return f'{x}'"],
    "try": ["try: pass\nfinally: pass"],
    "yield": ["yield x", "yield from x"],
}  # fmt: skip


@pytest.mark.parametrize(("trigger", "body"), [(t, body) for t, bodies in TRIGGERING.items() for body in bodies])
def test_a_trigger_is_seen(trigger: str, body: str) -> None:
    assert trigger in function(body).triggers


def test_every_trigger_has_an_example() -> None:
    assert set(TRIGGERING) == TRIGGERS


@pytest.mark.parametrize(
    "body",
    [
        "if x is None: pass",
        "if isinstance(x, int) or x is not y: pass",
        "if x.shape[0] == 2 and len(y) > 1: pass",
        "if y == 'mean': pass",
        "if y in ('a', 'b'): pass",
        "if not hasattr(x, 'a'): pass",
        "if x.ndim + 1 != y.ndim: pass",
        "if TYPE_CHECKING: pass",
        "return x[0], x[-1], x[:2], x[..., 1:3], 'a' f'b'",
        "return -x + y @ g(x).a",
    ],
)
def test_what_is_plainly_static_triggers_nothing(body: str) -> None:
    assert not function(body).triggers


@pytest.mark.parametrize("file", sample(40), ids=lambda file: file.name)
def test_the_index_leaves_nothing_out_of_real_code(file: Path) -> None:
    module = parse_module(read(file), "m")
    tree = ast.parse(module.source.text)
    every = list(module.index.every())
    names = set().union(*(definition.names for definition in every))
    assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} <= {name.split(".")[0] for name in names}
    locals_ = {i.local for i in module.index.imports}
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    assert {(a.asname or a.name).split(".")[0] for node in imported for a in node.names} <= locals_
    kinds = {ast.For: "loop", ast.comprehension: "comprehension", ast.FormattedValue: "fstring", ast.Global: "global"}
    for node in ast.walk(tree):
        if trigger := kinds.get(type(node)):
            line = next(n.lineno for n in ast.walk(node) if hasattr(n, "lineno"))
            around = [d for d in every if d.start_line <= line <= d.end_line]
            assert any(trigger in d.triggers for d in around)


def test_the_chunks_of_a_module_are_its_definitions() -> None:
    for file in sample(15):
        module = parse_module(read(file), "m")
        named = [chunk.name for chunk in module.chunks if chunk.name]
        assert set(named) <= {definition.name for definition in module.index.definitions}
        assert index(module.source, "m") == module.index


def test_what_ast_refuses_counts_as_holding_everything() -> None:
    found = indexed(
        "import jax\ntype X[T] = 1\nclass A[T]:\n    def m(self):\n        from a import b\n        return b.c(self)\n"
        "\n@jax.jit\ndef f(x:\n    pass\n"
    )
    a, f = found.definitions
    assert (a.name, a.kind, [m.name for m in a.methods]) == ("A", "class", ["A.m"])
    assert a.triggers == f.triggers == found.body.triggers == TRIGGERS
    assert "b.c" in a.calls
    assert (f.decorators, f.start_line) == (("jax.jit",), 8)
    assert [(i.local, i.line, i.scope) for i in found.imports] == [("jax", 1, None), ("b", 5, "A")]
    assert "X" in found.assigned

"""Whole verifications in real child processes: every verdict, and every way in which a user's code can misbehave."""

import tempfile
from pathlib import Path
from textwrap import dedent

import pytest

from jaxlint.verify.plan import plan
from jaxlint.verify.sandbox import Limits
from jaxlint.verify.side_by_side import InputsError, Ways, paired, side_by_side
from jaxlint.verify.verdict import Kind, Verdict

SAME = "def {name}(x):\n    return x + 1\n"

# function: (original, rewritten, verdict, a part of the reasons and notes)
PAIRS = {
    "equivalent": ("y = np.zeros_like(x)\nfor i in range(len(x)): y[i] = 2 * x[i]\nreturn y", "return 2 * x", "", ""),
    "values": ("return x + 1", "return x - 1", "different", "result[0]: "),
    "dtype": ("return x + 1", "return (x + 1).astype(int)", "different", "dtype is int"),
    "structure": ("return {'a': x, 'b': (x,)}", "return {'a': x, 'b': [x]}", "different", "structure is"),
    "shape": ("return x", "return x[None]", "different", "shape is (1, 3), expected (3,)"),
    "empty": ("return x.sum()", "return x.sum() if x.size else jnp.ones(())", "different", "result: 1.0, expected 0.0"),
    "not_a_number": ("return x * np.nan", "return x + jnp.nan", "", ""),
    "number": ("return float(x.sum())", "return x.sum()", "", ""),
    "mutated": ("x[:] = 0\nreturn 5.0", "return 5.0", "different", "`x` is no longer changed in place"),
    "returned": ("x[:] = 0\nreturn 5.0", "return 5.0, x * 0", "changed on purpose", "returns `x` instead of changing"),
    "returned_itself": ("x[:] = 0\nreturn x", "return x * 0", "changed on purpose", "returns `x`"),
    "raises": ("raise ValueError('no')", "return x", "cannot compare", "the original raises ValueError: no"),
    "fails_to_trace": ("return x if x.sum() > 9 else -x", "return x if x.sum() > 9 else -x", "failed", "under jit"),
    "exits": ("import sys\nsys.exit(0)", "return x", "cannot compare", "the original raises SystemExit"),
    "exits_now": ("return x", "import os\nos._exit(0)", "failed", "ends the process (exit code 0)"),
    "crashes": ("return x", "import os\nos.abort()", "failed", "crashes the process (SIGABRT)"),
    "crashes_first": ("import os\nos.abort()", "return x", "cannot compare", "the original crashes the process"),
    "eats_memory": ("a = []\nwhile True: a.append(np.ones(2**24))", "return x", "cannot compare", "MemoryError"),
    "prints": ("print('{\"type\": \"Finished\"}' * 1000)\nreturn x", "print('{}' * 1000)\nreturn x", "", ""),
    "writes": ("open('out.txt', 'w').write('x')\nreturn x", "open('out.txt', 'w').write('x')\nreturn x", "", ""),
    "opaque": ("return object()", "return x", "cannot compare", "a `object` is not data"),
    "generates": ("yield x\nyield 2 * x", "yield x\nyield x + x", "", ""),
    "generates_less": ("yield x\nyield 2 * x", "yield x", "different", "structure is PyTreeDef([*])"),
    "last": ("return x + 1", "return 1 + x", "", ""),
}  # fmt: skip


def module(imports: str, side: int) -> str:
    functions = [
        f"def {name}(x):\n" + "".join(f"    {line}\n" for line in pair[side].split("\n"))
        for name, pair in PAIRS.items()
    ]
    return imports + "\n".join(functions)


def verify(folder: Path, before: str, after: str, inputs: str | None, **options: object) -> dict[str, Verdict]:
    for name, text in {"before.py": before, "after.py": after, "inputs.py": inputs}.items():
        if text is not None:
            (folder / name).write_text(dedent(text))
    pairs = plan(dedent(before), dedent(after))
    given = folder / "inputs.py" if inputs is not None else None
    pair = paired(folder / "before.py", folder / "after.py", pairs, given)
    (found,) = side_by_side([pair], Ways(**options))  # type: ignore[arg-type]
    return {verdict.function: verdict for verdict in found}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    folder, temporary = tmp_path_factory.mktemp("pair"), tmp_path_factory.mktemp("tmp")
    inputs = (
        f"import numpy as np\ncases = {{name: [(np.arange(1.0, 4.0),), (np.zeros(0),)] for name in {list(PAIRS)}}}\n"
    )
    inputs += "for name in ('values', 'dtype', 'raises', 'exits', 'eats_memory', 'shape'): del cases[name][1]\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        found = verify(folder, module("import numpy as np\n", 0), module("import jax.numpy as jnp\n", 1), inputs)
    assert not list(temporary.iterdir()), "something was left behind"
    assert {path.name for path in folder.iterdir()} == {"before.py", "after.py", "inputs.py"}
    return found


@pytest.mark.parametrize("name", PAIRS)
def test_each_pair_gets_its_verdict(verdicts: dict[str, Verdict], name: str) -> None:
    _, _, kind, text = PAIRS[name]
    verdict = verdicts[name]
    assert str(verdict.kind) == (kind or "equivalent"), verdict
    assert any(text in line for line in verdict.reasons + verdict.notes or ("",)), verdict


def test_an_endless_loop_is_ended(tmp_path: Path) -> None:
    before = "def f(x):\n    return x\ndef g(x):\n    return x\n"
    after = "def f(x):\n    while True: pass\ndef g(x):\n    return x + 0\n"
    found = verify(tmp_path, before, after, "cases = {'f': [(1.0,)], 'g': [(1.0,)]}", limits=Limits(seconds=5))
    assert found["f"].kind is Kind.FAILED
    assert found["f"].reasons == ("the rewritten function does not end within 5 seconds",)
    assert found["g"].kind is Kind.EQUIVALENT


@pytest.mark.parametrize(
    "before, after, kind, text",
    [
        ("import nowhere\n", "", Kind.CANNOT_COMPARE, "ModuleNotFoundError: No module named 'nowhere'"),
        ("", "import sys; sys.exit(1)\n", Kind.FAILED, "the rewritten module cannot be imported: SystemExit"),
        ("", "import os; os.abort()\n", Kind.FAILED, "the rewritten module cannot be imported: crashes"),
    ],
)
def test_a_module_that_cannot_be_imported(tmp_path: Path, before: str, after: str, kind: Kind, text: str) -> None:
    function = "def f(x):\n    return x\n"
    verdict = verify(tmp_path, before + function, after + function, "cases = {'f': [(1.0,)]}")["f"]
    assert verdict.kind is kind and text in verdict.reasons[0]


def test_jax_code_runs_without_jit_as_the_oracle(tmp_path: Path) -> None:
    before = """
        import jax
        import jax.numpy as jnp
        @jax.jit
        def f(x, n=3):
            if x.sum() > 0:
                x = x * 2
            return jax.lax.fori_loop(0, n, lambda i, y: y + i, x)
        def g(key):
            return jax.random.normal(key, (3,)), key
        def h(x, mode):
            return x if mode == "same" else -x
        def k(x):
            return jnp.sum(x) ** 2
        """
    after = before.replace("    if x.sum() > 0:\n                x = x * 2", "    x = jnp.where(x.sum() > 0, x * 2, x)")
    after = after.replace("@jax.jit", "@jax.jit  # faster").replace("jnp.sum(x)", "x.sum()")
    inputs = """
        import jax, numpy as np
        cases = {"f": [(np.ones(3),), {"x": -np.ones(3), "n": 2}], "g": [(jax.random.key(0),)],
                 "h": [(1.0, "same"), (1.0, "not")], "k": [(np.ones(3),)]}
        """
    found = verify(tmp_path, before, after, inputs, grad=False)
    assert {name: verdict.kind for name, verdict in found.items()} == dict.fromkeys("fghk", Kind.EQUIVALENT)


def test_gradients_are_compared_when_asked(tmp_path: Path) -> None:
    before = "import jax\ndef f(x):\n    return x * x\ndef g(x):\n    return x * x\n"
    after = before.replace("x * x\ndef", "x * jax.lax.stop_gradient(x)\ndef")
    inputs = "cases = {'f': [(3.0,)], 'g': [(3.0,)]}"
    assert verify(tmp_path, before, after, inputs)["f"].kind is Kind.EQUIVALENT
    found = verify(tmp_path, before, after, inputs, grad=True)
    assert found["f"].kind is Kind.DIFFERENT and "gradient[0]: 3.0, expected 6.0" in found["f"].reasons
    assert found["g"].kind is Kind.EQUIVALENT


def test_without_inputs_only_nullary_functions_can_be_compared(tmp_path: Path) -> None:
    before = "def f(x):\n    return x\ndef g():\n    return 1.0\ndef h(x):\n    return x\n"
    after = "def f(x):\n    return +x\ndef g():\n    return 2.0\ndef h(x):\n    return x\n"
    found = verify(tmp_path, before, after, None)
    assert {name: verdict.kind for name, verdict in found.items()} == {"f": Kind.CANNOT_COMPARE, "g": Kind.DIFFERENT}


def test_inputs_that_cannot_be_read(tmp_path: Path) -> None:
    function = "def f(x):\n    return x\n"
    with pytest.raises(InputsError, match="NameError"):
        verify(tmp_path, function, function, "cases = undefined")
    with pytest.raises(InputsError, match="inputs must have"):
        verify(tmp_path, function, function, "")


def test_widths_may_be_wrong_where_nobody_asks_for_64_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = "import jax\ndef f(x):\n    return x * 2.0 if x > 0 else 0.0\n"
    after = "import jax\ndef f(x):\n    return jax.lax.cond(x > 0, lambda: x * 2.0, lambda: jax.numpy.zeros(()))\n"
    inputs = "import jax.numpy as jnp\ncases = {'f': [(jnp.ones((), 'float32'),)]}"
    passed = verify(tmp_path, before, after, inputs)["f"]
    assert passed.kind is Kind.EQUIVALENT and "compared with inputs of 64" in passed.notes[-1]
    wider = "import jax.numpy as jnp\ndef f(x):\n    return jnp.full((), 2.0, float) * x\n"
    same = "import jax.numpy as jnp\ndef f(x):\n    return jnp.full((), 2.0, x.dtype) * x\n"
    fixed = "import jax.numpy as jnp\ndef f(x):\n    return jnp.full((), 2.0, 'float32') * x.astype('float32')\n"
    assert verify(tmp_path, wider, same, inputs)["f"].kind is Kind.EQUIVALENT
    assert verify(tmp_path, wider, fixed, inputs)["f"].kind is Kind.DIFFERENT
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    assert verify(tmp_path, wider, same, inputs)["f"].kind is Kind.DIFFERENT
    failed = verify(tmp_path, before, after, inputs)["f"]
    assert failed.kind is Kind.FAILED and "equal output types" in failed.reasons[0]


def test_a_call_that_rounding_decides_tells_nothing(tmp_path: Path) -> None:
    """The logistic map makes anything of a last digit in a hundred turns."""
    before = "import jax\ndef f(x):\n    for _ in range(200):\n        x = 3.99 * x * (1.0 - x)\n    return x\n"
    after = "import jax\ndef f(x):\n    return jax.lax.fori_loop(0, 200, lambda _, x: 3.99 * x * (1.0 - x), x)\n"
    inputs = "import numpy as np\ncases = {'f': [(np.full(8, 0.3, 'float32'),)]}"
    alone = verify(tmp_path, before, after, inputs)["f"]
    assert alone.kind in (Kind.EQUIVALENT, Kind.CANNOT_COMPARE), alone
    wrong = verify(tmp_path, before, after.replace("1.0 - x", "1.0 + x"), inputs)["f"]
    assert wrong.kind is Kind.DIFFERENT

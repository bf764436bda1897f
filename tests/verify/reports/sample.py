"""A report with every verdict and every kind of measurement, made up."""

import random

from jaxlint.verify.reports.record import VERSION, Report, Row, source_diff
from jaxlint.verify.speed.record import EAGER, JITTED, REWRITE, Compilation, Machine, Speed, Variant

HLO = """HloModule jit_{name}, entry_computation_layout={{(f32[3]{{0}})->f32[3]{{0}}}}

FileNames
1 "/home/somebody/model.py"

ENTRY main {{
  x = f32[3]{{0}} parameter(0), metadata={{op_name="x" source_file="/home/somebody/model.py"}}
  ROOT y = f32[3]{{0}} {op}(x), metadata={{op_name="jit({name})/{op}"}}
}}
"""

MACHINE = Machine(
    platform="cpu",
    device="cpu",
    devices=1,
    processor="A processor",
    cores=2,
    versions={"python": "3.11", "jax": "0.10.2"},
    threads={"OMP_NUM_THREADS": "1"},
    flags={"jax_enable_x64": "False"},
    date="2026-01-31",
)


def variant(name: str, seconds: float, first: float, op: str = "", spread: float = 0.05) -> Variant:
    rng = random.Random(name)
    samples = tuple(seconds * (1 + rng.uniform(-spread, spread)) for _ in range(15))
    compiled = Compilation(first / 10, first / 5, first / 2, HLO.format(name="f", op=op), 3.0, 24.0, 24) if op else None
    return Variant(name, "under jit" if op else "run eagerly", first, samples, compiled, 2 if op else None)


def speed(function: str, eager: float, jitted: float | None, rewrite: float, op: str = "tanh") -> Speed:
    variants = [variant(EAGER, eager, eager)]
    if jitted is None:
        variants.append(Variant(JITTED, "under jit", failed="TracerBoolConversionError: no <bool> here"))
    else:
        variants.append(variant(JITTED, jitted, 0.2, "tanh"))
    variants.append(variant(REWRITE, rewrite, 0.1, op))
    return Speed(function, "cpu", "f32[3], n=2", 3, tuple(variants), 5e-6)


LONG = "Layer.with_a_name_that_is_too_long_for_a_plot"

ROWS = (
    Row(
        "recurrence",
        "equivalent",
        True,
        max_abs=1e-6,
        max_ulp=3.0,
        used=0.02,
        speeds=(speed("recurrence", 2e-3, None, 2e-5),),
    ),
    Row("same_program", "equivalent", True, source="cases.py", speeds=(speed("same_program", 3e-4, 1e-4, 1e-4),)),
    Row(
        "tiny",
        "changed on purpose",
        True,
        notes=("returns `x` instead of changing it",),
        speeds=(speed("tiny", 1e-6, None, 8e-6),),
    ),
    Row(
        LONG,
        "equivalent",
        True,
        max_abs=1e-4,
        max_ulp=12.0,
        used=0.7,
        speeds=(speed(LONG, 5e-2, 6e-3, 3e-4, "cosine"),),
    ),
    Row(
        "wrong",
        "different",
        False,
        ("result[0]: 3.0, expected 2.0", "a <b> | c"),
        max_abs=1.0,
        max_ulp=1e6,
        used=5e4,
        example="wrong(f32[1] [1.])",
    ),
    Row("infinite", "different", False, ("result[0]: inf",), max_abs=None, max_rel=None, max_ulp=None, used=None),
    Row("unknown", "cannot compare", False, ("no inputs are given",), cases=0),
    Row("crash", "failed", False, ("crashes the process (SIGABRT)",), trace=("model.py:12 in crash: f(x)",)),
)

REPORT = Report(
    VERSION,
    "model.py",
    "what `--fix` writes",
    source_diff("def f(x):\n    return x < 1\n", "def f(x):\n    return x < 2\n", ("model.py", "rewritten")),
    (MACHINE,),
    ROWS,
)
EMPTY = Report(VERSION, "model.py", "other.py", "", (), ())

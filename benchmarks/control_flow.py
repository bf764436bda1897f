"""The control-flow rewriter against other tools and against hand-written lax.

    python benchmarks/control_flow.py constructs [--environments DIR]   what each tool does with each construct
    python benchmarks/control_flow.py speed                             compile and run time, geometric means

tf.autograph and Catalyst AutoGraph are installed into environments of their own, which --environments keeps.
"""

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import time
import types
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
PACKAGES = {"tensorflow": "tensorflow-cpu==2.21.*", "catalyst": "pennylane-catalyst==0.15.*"}
LAX = ("while_loop", "fori_loop", "scan", "cond", "switch", "where", "select")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("constructs", "speed"))
    parser.add_argument("--environments", type=Path, help="where the other tools' environments are, or will be")
    options = parser.parse_args()
    if options.what == "speed":
        speed()
    elif options.environments:
        constructs(options.environments)
    else:
        with tempfile.TemporaryDirectory() as folder:
            constructs(Path(folder))


# --- constructs ------------------------------------------------------------------------------------------------------


def constructs(environments: Path) -> None:
    """Print a table: a row for each construct, a column for each tool."""
    source = (HERE / "control" / "constructs.py").read_text("utf-8")
    inputs: dict[str, list[Any]] = loaded(source).INPUTS
    expected = {name: called(loaded(eager(source)), name, calls) for name, calls in inputs.items()}
    ours = rewritten(source, inputs)
    theirs = {tool: others(tool, source, inputs, environments) for tool in PACKAGES}
    print("| construct | jaxlint | tf.autograph | Catalyst AutoGraph |\n|---|---|---|---|")
    for name in inputs:
        cells = [
            told(column.get(name, {"error": "not run", "message": ""}), expected[name])
            for column in (ours, *theirs.values())
        ]
        print(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")


def loaded(text: str) -> types.ModuleType:
    module = types.ModuleType("constructs")
    exec(compile(text, "<constructs>", "exec"), module.__dict__)
    return module


def eager(text: str) -> str:
    """The module as JAX runs it eagerly."""
    from tests.rewrites.functional import functional

    return functional(text)


def called(module: types.ModuleType, name: str, calls: list[Any]) -> Any:
    """The results on every input as plain lists; the exception if one is raised."""
    import jax.numpy as jnp

    def given(one: Any) -> Any:
        return one if isinstance(one, int) else jnp.asarray(one, jnp.float32)

    try:
        return [plain(getattr(module, name)(*map(given, call))) for call in calls]
    except Exception as error:
        return error


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value.tolist() if hasattr(value, "tolist") else value


def rewritten(source: str, inputs: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """What the fixes make of each construct, run under jit."""
    from jaxlint.engine.fix import fix
    from jaxlint.source import SourceText
    from tests.rewrites.story import functions

    outcome = fix([SourceText("constructs.py", source)], lambda rule: rule.level != "hint", "unsafe")
    text = outcome.texts.get("constructs.py", source)
    module, after = loaded(text), functions(text)
    declines = {}
    for one in outcome.remaining.get("constructs.py", []):
        lines = text.splitlines()
        name = next(
            re.match(r"def (\w+)", line)[1] for line in reversed(lines[: one.start[0]]) if line.startswith("def ")
        )  # type: ignore[index]
        declines.setdefault(name, one.declined)
    found: dict[str, dict[str, Any]] = {}
    for name, calls in inputs.items():
        if name in declines:
            found[name] = {"declined": declines[name]}
            continue
        values = called(module, name, calls)
        kinds = [word for word in LAX if re.search(rf"(lax|jnp)\.{word}\(", after[name])]
        found[name] = {"values": values, "kinds": kinds, "whole": "for " not in after[name]}
        if isinstance(values, Exception):
            found[name] = {"error": type(values).__name__, "message": str(values).strip().splitlines()[0]}
    return found


def others(tool: str, source: str, inputs: dict[str, list[Any]], environments: Path) -> dict[str, dict[str, Any]]:
    """What another tool makes of each construct; runs in its own environment."""
    try:
        python = environment(tool, environments)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"{tool}: not installed: {error}")
        return {}
    text = source.replace("@jax.jit\n", "").replace(": jax.Array", "").replace("import jax\n", "")
    if tool == "tensorflow":
        text = text.replace("import jax.numpy as jnp", "from tensorflow.experimental import numpy as jnp")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "constructs.py").write_text(text)
        (Path(folder) / "inputs.json").write_text(json.dumps(inputs))
        argv = [str(python), str(HERE / "control" / "autograph.py"), tool, "constructs.py", "inputs.json"]
        done = subprocess.run(argv, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {row["name"]: row for row in rows}


def environment(tool: str, environments: Path) -> Path:
    """The Python of an environment with a tool."""
    folder = environments / tool
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGES[tool]], check=True)
    return python.absolute()


def told(row: dict[str, Any], expected: Any) -> str:
    """A cell of the table."""
    if "declined" in row:
        return f"declined: {row['declined']}"
    if "error" in row:
        return f"{row['error']}: {re.sub(r'[|`]', '', row['message'])[:90]}"
    right = isinstance(expected, list) and close(row["values"], expected)
    how = ", ".join(f"`{kind}`" for kind in row["kinds"])
    how = how or ("whole arrays" if row.get("whole") else "unrolled or as it is")
    return ("" if right else "**wrong result** ") + how + (", falls back to Python" if row.get("fallback") else "")


def close(one: Any, two: Any) -> bool:
    if isinstance(one, list) or isinstance(two, list):
        return isinstance(one, list) and isinstance(two, list) and len(one) == len(two) and all(map(close, one, two))
    return math.isclose(one, two, rel_tol=1e-4, abs_tol=1e-5) or (one != one and two != two)


# --- speed -----------------------------------------------------------------------------------------------------------


def speed() -> None:
    """Print times of original, rewritten and hand-written functions, and geometric means of the ratios."""
    import jax

    from jaxlint.engine.fix import fix
    from jaxlint.source import SourceText

    source = (HERE / "control" / "loops.py").read_text("utf-8")
    outcome = fix([SourceText("loops.py", source)], lambda rule: rule.level != "hint", "unsafe")
    new = loaded(outcome.texts.get("loops.py", source))
    hand = loaded((HERE / "control" / "hand_written.py").read_text("utf-8"))
    old = loaded(eager(source))
    ratios: dict[str, list[float]] = {"compile": [], "run": [], "eager": []}
    print("| function | original, eager: ms | compiling, ms | by hand | running, us | by hand | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, arguments in old.inputs().items():
        sides = {side: getattr(module, name) for side, module in (("rewritten", new), ("hand", hand))}
        compiled = compilation(sides, arguments)
        results = {side: jax.block_until_ready(function(*arguments)) for side, function in sides.items()}
        start = time.perf_counter()
        results["eager"] = jax.block_until_ready(getattr(old, name)(*arguments))
        slow = time.perf_counter() - start
        for side in ("rewritten", "hand"):
            assert all(map(close, plain(leaves(results[side])), plain(leaves(results["eager"])))), (name, side, results)
        ran = interleaved(sides, arguments)
        ratios["compile"].append(compiled["rewritten"] / compiled["hand"])
        ratios["run"].append(ran["rewritten"] / ran["hand"])
        ratios["eager"].append(slow / ran["rewritten"])
        cells = (
            slow * 1e3,
            compiled["rewritten"] * 1e3,
            compiled["hand"] * 1e3,
            ran["rewritten"] * 1e6,
            ran["hand"] * 1e6,
        )
        print(
            f"| {name} | " + " | ".join(f"{cell:.0f}" for cell in cells) + f" | {ratios['run'][-1]:.2f} |", flush=True
        )
    means = {what: math.exp(sum(map(math.log, found)) / len(found)) for what, found in ratios.items()}
    print(f"Geometric means, rewritten to hand-written: compiling {means['compile']:.2f}, running {means['run']:.2f};")
    print(f"to the original, run eagerly: {means['eager']:.0f} times as fast")


def leaves(value: Any) -> list[Any]:
    import jax

    return list(jax.tree_util.tree_leaves(value))


def compilation(functions: dict[str, Callable[..., Any]], arguments: tuple[Any, ...]) -> dict[str, float]:
    """Seconds of tracing and compiling, the least of several samples taken in turn."""
    import jax

    best = dict.fromkeys(functions, math.inf)
    for _ in range(7):
        for side, function in functions.items():
            jax.clear_caches()
            start = time.perf_counter()
            function.lower(*arguments).compile()
            best[side] = min(best[side], time.perf_counter() - start)
    return best


def interleaved(functions: dict[str, Callable[..., Any]], arguments: tuple[Any, ...]) -> dict[str, float]:
    """Seconds of a call, the least of many samples taken in turn."""
    import jax

    for function in functions.values():
        jax.block_until_ready(function(*arguments))
    best = dict.fromkeys(functions, math.inf)
    for _ in range(200):
        for side, function in functions.items():
            start = time.perf_counter()
            jax.block_until_ready(function(*arguments))
            best[side] = min(best[side], time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()

"""Runs the constructs under tf.autograph or Catalyst AutoGraph, in an environment that has it; prints JSON lines.

python autograph.py tensorflow|catalyst MODULE INPUTS
"""

import importlib.util
import json
import signal
import sys
import warnings
from pathlib import Path


def main() -> None:
    tool, path, inputs = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("constructs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run = {"tensorflow": tensorflow, "catalyst": catalyst}[tool]
    signal.signal(signal.SIGALRM, too_long)
    for name, calls in json.loads(Path(inputs).read_text()).items():
        signal.alarm(120)
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                values, kinds = run(getattr(module, name), calls)
            fallback = any("AutoGraph" in str(one.message) for one in said)
            print(json.dumps({"name": name, "values": values, "kinds": kinds, "fallback": fallback}), flush=True)
        except Exception as error:
            signal.alarm(0)
            lines = [line for line in str(error).strip().splitlines() if line.strip()] or [""]
            print(json.dumps({"name": name, "error": type(error).__name__, "message": lines[-1].strip()}), flush=True)


def too_long(*_):
    raise TimeoutError("more than two minutes")


def tensorflow(function, calls):
    import tensorflow as tf
    from tensorflow.experimental import numpy as tnp

    tnp.experimental_enable_numpy_behavior()
    converted = tf.function(function)
    values, kinds = [], []
    for call in calls:
        given = [tf.constant(one, tf.int32 if isinstance(one, int) else tf.float32) for one in call]
        values.append(plain(converted(*given)))
        graph = converted.get_concrete_function(*given).graph.as_graph_def()
        nodes = [node.op for node in graph.node] + [n.op for f in graph.library.function for n in f.node_def]
        kinds = sorted(
            {kind for op in nodes for kind in ("While", "If", "Case", "Select") if op.endswith((kind, kind + "V2"))}
        )
    return values, kinds


def catalyst(function, calls):
    import jax.numpy as jnp
    from catalyst import qjit

    converted = qjit(function, autograph=True)
    values = []
    for call in calls:
        given = [jnp.asarray(one, jnp.int32 if isinstance(one, int) else jnp.float32) for one in call]
        values.append(plain(converted(*given)))
    kinds = [kind for kind in ("scf.while", "scf.for", "scf.if", "scf.index_switch") if kind in converted.mlir]
    return values, kinds


def plain(value):
    """Nested lists of numbers."""
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if hasattr(value, "numpy"):
        value = value.numpy()
    return value.tolist() if hasattr(value, "tolist") else value


if __name__ == "__main__":
    main()

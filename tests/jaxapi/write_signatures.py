"""Writes the `*.signatures` of jaxapi from the installed JAX and NumPy: `python -m tests.jaxapi.write_signatures`.

One function a line, as Python declares it, defaults left out: `jax.numpy.where(condition, x=, y=, /, *, size=)`.
"""

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

DATA = Path(__file__).parents[2] / "jaxlint" / "jaxapi" / "data"

JAX = """
jax jax.ad_checkpoint jax.custom_batching jax.custom_derivatives jax.debug jax.dlpack jax.dtypes jax.experimental
jax.experimental.checkify jax.experimental.jet jax.experimental.multihost_utils jax.experimental.ode
jax.experimental.pallas jax.experimental.sparse jax.export jax.flatten_util jax.image jax.lax jax.lax.linalg jax.nn
jax.nn.initializers jax.numpy jax.numpy.fft jax.numpy.linalg jax.ops jax.profiler jax.random jax.ref
jax.scipy.cluster.vq jax.scipy.fft jax.scipy.integrate jax.scipy.interpolate jax.scipy.linalg jax.scipy.ndimage
jax.scipy.optimize jax.scipy.signal jax.scipy.sparse.linalg jax.scipy.special jax.scipy.stats jax.tree jax.tree_util
"""
DISTRIBUTIONS = """
bernoulli beta betabinom binom cauchy chi2 dirichlet expon gamma gennorm geom laplace logistic multinomial
multivariate_normal nbinom norm pareto poisson t truncnorm uniform vonmises wrapcauchy
"""
MODULES = {
    "jax": JAX.split() + [f"jax.scipy.stats.{name}" for name in DISTRIBUTIONS.split()],
    "numpy": ["numpy", "numpy.fft", "numpy.linalg", "numpy.random"],
    "python": ["builtins", "functools", "itertools", "math", "operator"],
}


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a module with their full names; classes only where calling them makes an array."""
    for name in sorted(vars(module)):
        value = vars(module)[name]
        if name.startswith("_") or not callable(value):
            continue
        if inspect.isclass(value) or not belongs(value, module):
            continue
        yield f"{module.__name__}.{name}", value


def belongs(function: Callable[..., Any], module: ModuleType) -> bool:
    """False for what a module merely imported, like `jax.experimental.jet.partial`."""
    root = module.__name__.partition(".")[0]
    return root != "jax" or (getattr(function, "__module__", None) or root).startswith("jax")


def declaration(function: Callable[..., Any]) -> str | None:
    """`(a, b=, *, c=)`, or None where Python cannot tell."""
    if ufunc_inputs := getattr(function, "nin", None):
        inputs = "x" if ufunc_inputs == 1 else ", ".join(f"x{i + 1}" for i in range(ufunc_inputs))
        return f"({inputs}, /, *, out=, where=)"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    bare = [
        p.replace(annotation=p.empty, default=p.empty if p.default is p.empty else Default())
        for p in signature.parameters.values()
    ]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty)).replace("=...", "=")


class Default:
    def __repr__(self) -> str:
        return "..."


def lines(module_name: str) -> list[str]:
    """The declarations of a module, one string a function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module(module_name)
        found = [(name, declaration(value)) for name, value in functions(module)]
    return [name + declared for name, declared in found if declared is not None]


def main() -> None:
    for area, modules in MODULES.items():
        text = "\n".join(line for module in modules for line in lines(module))
        (DATA / f"{area}.signatures").write_text(text + "\n")


if __name__ == "__main__":
    main()

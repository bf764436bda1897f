"""One spelling for each function, however a program reached it."""

from functools import cache

from jaxlint.jaxapi.tables import table


@cache
def canonical(dotted: str) -> str:
    """`jax.experimental.pjit.pjit` -> `jax.jit`; a name without aliases is its own canonical name.

    The longest known prefix decides, so that attributes follow their module: `jax.remat.x` -> `jax.checkpoint.x`.
    """
    aliases = table("aliases")
    prefix = dotted
    while prefix:
        if target := aliases["same"].get(prefix) or aliases["like"].get(prefix):
            return canonical(target + dotted[len(prefix) :])
        prefix = prefix.rpartition(".")[0]
    return dotted

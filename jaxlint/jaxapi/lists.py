"""Where JAX refuses Python lists, which NumPy takes for arrays."""

from jaxlint.jaxapi.tables import table


def refuses_lists(name: str, parameter: str) -> bool:
    """True for a parameter of a canonical function that must be an array or a number."""
    rows = table("lists")
    known = name.startswith(("jax.numpy.", "jax.nn.")) and "initializers" not in name
    return known and parameter in rows["refusing"] and name not in rows["lenient"]

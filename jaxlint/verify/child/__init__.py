"""Runs a user's functions: `python -m jaxlint.verify.child`, the only code of jaxlint that imports JAX."""

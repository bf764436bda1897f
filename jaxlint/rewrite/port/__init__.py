"""A NumPy module made naive JAX: names, keys, results instead of changed arguments. The rules do the rest."""

"""jaxlint: a static tracer for JAX that lints, rewrites, and proves the rewrite."""

__version__ = "0.1.0"

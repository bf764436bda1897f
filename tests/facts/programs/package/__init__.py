"""A package: contexts flow across its modules."""

from .kernels import kernel

__all__ = ["kernel"]

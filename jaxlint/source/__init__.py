"""Text, chunks, trees and positions. Knows Python, knows nothing about JAX."""

from jaxlint.source.chunks import Chunk, Module, parse_module
from jaxlint.source.text import SourceError, SourceText, decode, read
from jaxlint.source.walk import children, walk

__all__ = [
    "Chunk",
    "Module",
    "SourceError",
    "SourceText",
    "children",
    "decode",
    "parse_module",
    "read",
    "walk",
]

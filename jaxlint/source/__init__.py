"""Text, chunks, trees and positions. Knows Python, knows nothing about JAX.

Nothing here imports LibCST before a chunk's tree is first asked for.
"""

from jaxlint.screen import mentions
from jaxlint.source.chunks import Chunk, Module, parse_module
from jaxlint.source.files import read
from jaxlint.source.index import Definition, Import, ModuleIndex, index
from jaxlint.source.memory import Memory
from jaxlint.source.text import SourceError, SourceText, decode
from jaxlint.source.walk import children, walk

__all__ = [
    "Chunk",
    "Definition",
    "Import",
    "Memory",
    "Module",
    "ModuleIndex",
    "SourceError",
    "SourceText",
    "children",
    "decode",
    "index",
    "mentions",
    "parse_module",
    "read",
    "walk",
]

"""A long day of typing: ``python -m tests.front.soak [--edits 10000] [--seed 1]``.

Random edits of a small project with a notebook: broken code, undo, unicode, odd newlines, cells that move, files that
change on disk, settings. After each burst, what the server shows must be what a fresh run finds in the same texts.
Prints the server's memory on the way.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from jaxlint.engine.lint import lint
from jaxlint.engine.options import Options
from jaxlint.engine.project import Project
from jaxlint.engine.settings import Configuration
from jaxlint.source import SourceError, SourceText
from jaxlint.source.notebook import Cell, NotebookText, join
from tests.front.editor import Editor, capabilities, editing

FILES = {
    "helper.py": """\
import jax
import jax.numpy as jnp


def pick(x, n):
    if x > 0:
        return 1
    return n


def noise(key, shape):
    a = jax.random.normal(key, shape)
    b = jax.random.normal(key, shape)
    return a + b


class Model:
    def __init__(self, scale):
        self.scale = scale

    def __call__(self, x):
        if self.scale > 1:
            return x * self.scale
        return jnp.where(x > 0, jnp.sqrt(x), 0.0)
""",
    "main.py": """\
import jax
import numpy as np
from helper import Model, noise, pick

model = Model(2.0)


@jax.jit
def step(x, key):
    '''One step: 😀 é.'''
    y = pick(x, 3) + model(x)
    print(y)
    return float(y) + noise(key, (3,))


def run(xs):
    out = []
    for x in xs:
        out.append(jax.jit(lambda v: v + 1)(x))
    return np.sum(out)
""",
    "lonely.py": "import jax\n\n\n@jax.vmap\ndef f(x):\n    return [1 if x > 0 else 2]  # jaxlint: ignore[JAX401]\n",
}
CLOSED = "closed.py"
ON_DISK = (
    "import jax\nfrom helper import pick\n\njax.jit(pick)(1, 2)\n",
    "import jax\nfrom helper import pick\n\njax.jit(pick, static_argnums=0)(1, 2)\n",
    "x = (\n",
)
CELLS = (
    "import jax\n%matplotlib inline\nkey = jax.random.key(0)\n",
    "a = jax.random.normal(key)",
    "@jax.jit\ndef g(x):\n    while x > 0:\n        x = x - 1\n    return x",
    "!ls\nb = jax.random.normal(key)",
    "%%time\nc = g(a) + b",
)
NOTEBOOK = "book.ipynb"
SNIPPETS = (
    *"()[]{}:,.=#'\"\\ \tx1\f", "\n", "\r\n", "\r", "    ", "\n    ", '"""', "😀", "é", "\u2028", "\x85", "class C:\n",
    "if x > 0:\n        ", "@jax.jit\n", "key = jax.random.key(0)\n", "  # jaxlint: ignore[JAX401]", "# noqa",
    "return x", "import numpy as np\n", "def h(x):\n    return int(x)\n", "lambda x: ", "jnp.", "for i in range(x):",
    "%time ", "else:",
)  # fmt: skip
SETTINGS = ({}, {}, {"ignore": ["JAX401"]}, {"select": ["ALL"]}, {"showSyntaxErrors": False}, {"project": False})
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")

Shown = list[tuple[str, str, types.Range]]


@dataclass
class Typist:
    """Somebody who types at random. ``texts`` are what the editor shows, by URI; ``order`` that of the cells."""

    editor: Editor
    chance: random.Random
    codec: PositionCodec
    texts: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    earlier: list[tuple[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    cells: int = 0
    edits: int = 0
    checks: int = 0
    seen: int = 0

    def open(self) -> None:
        """Open everything but the closed file."""
        (self.editor.root / CLOSED).write_text(ON_DISK[0])
        for name, text in FILES.items():
            (self.editor.root / name).write_text(text)
            self.texts[self.editor.open(name)] = text
        named = {f"c{number}": text for number, text in enumerate(CELLS)}
        self.editor.open_notebook(NOTEBOOK, named)
        self.order = [self.editor.cell(NOTEBOOK, name) for name in named]
        self.texts |= dict(zip(self.order, CELLS, strict=True))
        self.cells = len(CELLS)
        self.first = dict(self.texts)

    # --- one edit ------------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """One random edit."""
        self.edits += 1
        match self.chance.choices(
            ("type", "delete", "undo", "reset", "cells", "disk", "settings", "reopen"), (40, 22, 12, 12, 8, 2, 2, 2)
        )[0]:
            case "type":
                self._type(self.chance.choice(SNIPPETS))
            case "delete":
                self._type("", self.chance.randint(1, 12))
            case "undo" if self.earlier:
                self._become(*self.earlier.pop())
            case "reset":
                uri = self.chance.choice([*self.texts])
                self._become(uri, self.first.get(uri, "x = 1\n"))
            case "cells":
                self._cells()
            case "disk":
                (self.editor.root / CLOSED).write_text(self.chance.choice(ON_DISK))
                self.editor.touched(CLOSED)
            case "settings":
                self.editor.configure(**self.chance.choice(SETTINGS))
            case "reopen":
                name = self.chance.choice([*FILES])
                self.editor.close(self.editor.uri(name))
                self.texts[self.editor.open(name)] = FILES[name]

    def _type(self, text: str, length: int = 0) -> None:
        """Put a text in place of some characters."""
        uri = self.chance.choice([*self.texts])
        old = self.texts[uri]
        start = self.chance.randint(0, len(old))
        end = min(start + length, len(old))
        while self._inside_newline(old, start):
            start -= 1
        while self._inside_newline(old, end):
            end += 1
        self.earlier = [*self.earlier[-50:], (uri, old)]
        where = types.Range(self.position(old, start), self.position(old, end))
        self._send(uri, old[:start] + text + old[end:], text, where)

    @staticmethod
    def _inside_newline(text: str, at: int) -> bool:
        return text[at - 1 : at + 1] == "\r\n"

    def _become(self, uri: str, text: str) -> None:
        if uri in self.texts:
            self._send(uri, text, text, None)

    def _send(self, uri: str, after: str, text: str, where: types.Range | None) -> None:
        self.texts[uri] = after
        if uri in self.order:
            self.editor.change_cell(self.editor.uri(NOTEBOOK), uri, text, where)
        else:
            self.editor.change(uri, text, where)

    def _cells(self) -> None:
        """Move, remove or add a cell."""
        notebook, at = self.editor.uri(NOTEBOOK), self.chance.randrange(len(self.order) + 1)
        if self.chance.random() < 0.5 and len(self.order) > 1:
            before, moved = len(self.order), self.chance.choice(self.order)
            self.order.remove(moved)
            self.order.insert(at, moved)
            self.editor.change_cells(notebook, 0, before, self.order)
        elif len(self.order) > 6:
            gone = self.order.pop(at % len(self.order))
            del self.texts[gone]
            self.editor.change_cells(notebook, at % (len(self.order) + 1), 1, [], closed=[gone])
        else:
            self.cells += 1
            new = self.editor.cell(NOTEBOOK, f"c{self.cells}")
            self.texts[new] = self.first[new] = self.chance.choice(CELLS)
            self.order.insert(at, new)
            self.editor.change_cells(notebook, at, 0, [new], opened={new: self.texts[new]})

    # --- what should be shown ------------------------------------------------------------------------------------

    def position(self, text: str, offset: int) -> types.Position:
        """The editor's position of an offset."""
        ends = [match.end() for match in _LINE.finditer(text) if match.end() <= offset]
        return types.Position(len(ends), self.codec.client_num_units(text[ends[-1] if ends else 0 : offset]))

    def expected(self) -> dict[str, Shown]:
        """What a fresh run finds in the texts of now, by URI."""
        opened = {self.editor.uri(name): str(self.editor.root / name) for name in FILES}
        sources = [SourceText(path, self.texts[uri]) for uri, path in opened.items()]
        book = self._book()
        disk = SourceText(str(self.editor.root / CLOSED), (self.editor.root / CLOSED).read_text())
        together = sorted([*sources, disk, *([book] if book else [])], key=lambda source: source.path)
        shown: dict[str, Shown] = {uri: [] for uri in self.texts}
        alone = self.editor.settings.get("project") is False
        for texts in [[one] for one in together] if alone else [together]:
            for uri, said in self._found(texts, {path: uri for uri, path in opened.items()}):
                shown[uri].append(said)
        return shown

    def _book(self) -> NotebookText | None:
        cells = [Cell(number, self.texts[uri]) for number, uri in enumerate(self.order, 1)]
        raw = json.dumps({"cells": [{"cell_type": "code", "source": cell.text} for cell in cells]})
        try:
            return join(cells, str(self.editor.root / NOTEBOOK), raw)
        except SourceError:
            return None

    def _found(
        self, texts: list[SourceText], uris: dict[str, str]
    ) -> Iterator[tuple[str, tuple[str, str, types.Range]]]:
        settings = self.editor.settings
        options = Options(select=settings.get("select"), ignore=settings.get("ignore", []))
        project = Project(tuple(texts), Configuration([options]))
        found = lint(project.sources, project.select, keep=project.keep, check=project.checker())
        for source in texts:
            for one in found[source.path]:
                if one.code == "JAX001" and settings.get("showSyntaxErrors") is False:
                    continue
                message = one.message + (f"\n(no fix: {one.declined})" if one.declined else "")
                if isinstance(source, NotebookText):
                    number, line = source.cell_at(one.start[0]) or (0, 0)
                    uri, shift = self.order[number - 1], one.start[0] - line
                elif source.path in uris:
                    uri, shift = uris[source.path], 0
                else:
                    continue
                places = (self._place(uri, line - shift, column) for line, column in (one.start, one.end))
                yield uri, (one.code, message, types.Range(*places))

    def _place(self, uri: str, line: int, column: int) -> types.Position:
        text = self.texts[uri]
        ends = [0, *(match.end() for match in _LINE.finditer(text)), len(text)]
        lines = [text[start:end] for start, end in pairwise(ends)]
        if line > len(lines):  # between two cells
            return types.Position(len(lines) - 1, self.codec.client_num_units(lines[-1]))
        return types.Position(max(line - 1, 0), self.codec.client_num_units(lines[max(line - 1, 0)][: column - 1]))

    async def check(self) -> None:
        """Compare what is shown with what should be. Raises AssertionError."""
        self.checks += 1
        for uri in self.texts:
            await asyncio.wait_for(self.editor.actions(uri, 0, 0, "quickfix"), 60)
        for uri, wanted in self.expected().items():
            shown = [(str(o.code), o.message, o.range) for o in self.editor.published[uri].diagnostics]
            assert sorted(shown, key=str) == sorted(wanted, key=str), (
                f"edit {self.edits}: {uri}\nmore: {[one for one in shown if one not in wanted]}\n"
                f"less: {[one for one in wanted if one not in shown]}\nof: {self.texts[uri]!r}"
            )
            self.seen += len(wanted)
            assert self.editor.published[uri].version == self.editor.versions[uri], uri
        assert not [message for message in self.editor.messages if "internal error" in message], self.editor.messages


async def soak(root: Path, edits: int, seed: int, every: int = 0) -> list[int]:
    """Type, and compare after each burst. The server's memory in kB, at the start and after each ``every`` edits."""
    encoding = ("utf-8", "utf-16", "utf-32")[seed % 3]
    async with editing(root, given=capabilities(encoding)) as editor:
        typist = Typist(editor, random.Random(seed), PositionCodec(types.PositionEncodingKind(encoding)))
        typist.open()
        await typist.check()
        memory = [_memory(editor)]
        while typist.edits < edits:
            for _ in range(typist.chance.randint(1, 4)):
                typist.edit()
                if typist.chance.random() < 0.2:
                    await asyncio.sleep(typist.chance.random() * 0.1)
            await typist.check()
            if every and typist.edits // every >= len(memory):
                memory.append(_memory(editor))
                print(
                    f"{typist.edits:6} edits, {typist.checks:6} checks, server {memory[-1] / 1024:.0f} MB", flush=True
                )
        return [*memory, _memory(editor)]


def _memory(editor: Editor) -> int:
    """The resident memory of the server in kB; 0 where there is no /proc."""
    process = editor.client._server
    status = Path(f"/proc/{process.pid if process else 0}/status")
    found = re.search(r"VmRSS:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(soak(Path(folder).resolve(), options.edits, options.seed, every=max(options.edits // 10, 1)))
    print(f"{options.edits} edits in {time.monotonic() - began:.0f} s: always what a fresh run finds")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is known of the open documents, and the order of work: a first answer at once, a whole look after a pause.

Everything here runs in the event loop but for what is handed to the one thread that looks at code. A look that has
become stale ends early; its result is dropped.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.front.lsp.analysis import Analyst, Look, Stale
from jaxlint.front.lsp.documents import Document

PAUSE = 0.2
"""Seconds without a change after which everything is looked at."""
_LONGEST_PAUSE = 1.5
_STACK = 64 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an editor shows of a document; ``final`` unless it is a first answer."""

    document: Document
    found: Sequence[Diagnostic]
    look: Look
    final: bool


@dataclass(frozen=True, slots=True)
class Outside:
    """What the desk needs of the server: the open documents, and somebody to tell."""

    documents: Callable[[], dict[str, Document]]
    show: Callable[[Shown], None]
    failed: Callable[[Exception], None]


class Desk:
    """Looks at documents as they change."""

    def __init__(self, analyst: Analyst, outside: Outside) -> None:
        self.analyst = analyst
        self.ready = asyncio.Event()
        """Set when the editor's settings are known."""
        self._outside = outside
        self._shown: dict[str, Shown] = {}
        self._stale: dict[str, None] = {}
        self._changes = 0
        self._hurry = asyncio.Event()
        self._done = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None
        # Parsers recurse: threads have a far smaller stack than the main one, on macOS 512 kB.
        threading.stack_size(_STACK)
        self._worker = ThreadPoolExecutor(1, "analysis")

    def shown(self, path: str) -> Shown | None:
        """What is shown of a document, if that is about the text that it has now."""
        shown, document = self._shown.get(path), self._outside.documents().get(path)
        return shown if shown and document and shown.document.source == document.source else None

    async def changed(self, path: str, at_once: bool = False, glance: bool = True) -> None:
        """A document is new or has changed."""
        before = self._shown.get(path)
        self._mark(path, *(self._linked(before.look) if before else ()))
        if at_once:
            self._hurry.set()
        if glance and before:
            await self._glance(before.look, path)

    def closed(self, path: str) -> None:
        """A document is not open any more: what is linked to it sees what is on disk."""
        before = self._shown.pop(path, None)
        self._stale.pop(path, None)
        self._mark(*(self._linked(before.look) if before else ()))

    def everything_changed(self) -> None:
        """Settings, or files on disk, have changed."""
        self._mark(*self._outside.documents())

    async def settled(self, path: str) -> Shown | None:
        """The outcome of a whole look at a document as it is now; None if it was closed meanwhile."""
        while path in self._stale:
            self._hurry.set()
            self._start()
            async with self._done:
                await self._done.wait()
        return self._shown.get(path)

    async def work(self, task: Callable[[], Result]) -> Result:
        """Run a task in the thread that looks at code."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    def _linked(self, look: Look) -> list[str]:
        documents = self._outside.documents()
        return [path for path in look.found if path in documents]

    def _mark(self, *paths: str) -> None:
        self._changes += 1
        self._stale |= dict.fromkeys(paths)
        self._start()

    def _start(self) -> None:
        if self._stale and (self._looking is None or self._looking.done()):
            self._looking = asyncio.get_running_loop().create_task(self._look_at_all())

    async def _glance(self, look: Look, path: str) -> None:
        """Show a first answer, unless there was another change meanwhile."""
        changes = self._changes

        def task() -> tuple[Document, list[Diagnostic]] | None:
            document = self._outside.documents().get(path) if self._changes == changes else None
            found = self.analyst.glance(look, document.source) if document else None
            return (document, found) if document and found is not None else None

        try:
            answer = await self.work(task)
        except Exception as error:
            self._outside.failed(error)
            return
        if answer and self._changes == changes and path in self._stale:
            document, found = answer
            self._present(Shown(document, found, look, final=False))

    async def _look_at_all(self) -> None:
        """Look at everything that is stale, once nothing changes any more."""
        slow = 0.0
        while self._stale:
            await self._idle(min(max(PAUSE, slow), _LONGEST_PAUSE))
            await self.ready.wait()
            path = next(iter(self._stale), None)
            if path is not None:
                slow = await self._look(path)
            async with self._done:
                self._done.notify_all()
        self._hurry.clear()

    async def _idle(self, seconds: float) -> None:
        """Wait until nothing has changed for a while, or somebody cannot wait."""
        changes = -1
        while changes != self._changes and not self._hurry.is_set():
            changes = self._changes
            try:
                await asyncio.wait_for(self._hurry.wait(), seconds)
            except TimeoutError:
                continue

    async def _look(self, path: str) -> float:
        """Look at a document and all that it is linked to; how long it took."""
        changes, documents = self._changes, self._outside.documents()
        document = documents.get(path)
        if document is None:
            self._stale.pop(path, None)
            return 0.0
        sources = [one.source for one in documents.values()]

        def pause() -> None:
            if self._changes != changes:
                raise Stale

        def task() -> Look | None:
            try:
                return self.analyst.look(document.source, sources, pause)
            except Stale:
                return None

        try:
            look = await self.work(task)
        except Exception as error:
            self._outside.failed(error)
            self._stale.pop(path, None)
            return 0.0
        if look is None or self._changes != changes:
            return 0.0
        for one in dict.fromkeys((path, *(self._linked(look) if look.whole else ()))):
            self._stale.pop(one, None)
            self._present(Shown(documents[one], look.found.get(one, ()), look, final=True))
        await self.work(self.analyst.tidy)
        return look.seconds

    def _present(self, shown: Shown) -> None:
        self._shown[shown.document.path] = shown
        try:
            self._outside.show(shown)
        except Exception as error:
            self._outside.failed(error)

"""The order of work: a first answer at once, a whole look after a pause, nothing stale."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.project import Project
from jaxlint.engine.settings import Configuration
from jaxlint.front.lsp.analysis import Analyst, Look
from jaxlint.front.lsp.desk import Desk, Outside, Shown
from jaxlint.front.lsp.documents import Document, on_disk
from jaxlint.source import SourceText

pytestmark = pytest.mark.asyncio
ISOLATED = Configuration(isolated=True)


def finding(text: str) -> Diagnostic:
    return Diagnostic("JAX401", "traced-branch", "error", text, "a.py", (1, 1), (1, 2))


class Slow(Analyst):
    """Takes a while for each look, and remembers which it finished. What it finds is the text."""

    def __init__(self) -> None:
        super().__init__()
        self.finished: list[str] = []
        self.started: list[str] = []
        self.fails = False

    def look(self, source: SourceText, opened: Sequence[SourceText], pause: Callable[[], None]) -> Look:
        self.started.append(source.text)
        for _ in range(30):
            time.sleep(0.01)
            pause()
        if self.fails:
            raise ValueError("a bug")
        self.finished.append(source.text)
        return Look(Project((source,), ISOLATED), {source.path: (finding(source.text),)})

    def glance(self, look: Look, source: SourceText) -> list[Diagnostic] | None:
        return [finding(f"at first: {source.text}")]


@dataclass
class Room:
    """A desk with one document on it."""

    analyst: Slow = field(default_factory=Slow)
    documents: dict[str, Document] = field(default_factory=dict)
    shown: list[tuple[str, bool]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = Desk(self.analyst, Outside(lambda: dict(self.documents), self._show, self.failures.append))
        self.desk.ready.set()

    def _show(self, shown: Shown) -> None:
        self.shown.append((shown.found[0].message, shown.final))

    async def write(self, text: str) -> None:
        self.documents["a.py"] = on_disk(SourceText("a.py", text), "file:///a.py")
        await self.desk.changed("a.py")


async def test_a_first_answer_then_a_whole_look() -> None:
    room = Room()
    await room.write("one")
    await room.desk.settled("a.py")
    await room.write("two")
    assert room.shown == [("one", True), ("at first: two", False)]
    shown = await room.desk.settled("a.py")
    assert shown and shown.final and shown.found[0].message == "two"
    assert room.shown[-1] == ("two", True)


async def test_a_look_that_became_stale_ends_early() -> None:
    room = Room()
    await room.write("one")
    room.desk._hurry.set()
    await asyncio.sleep(0.1)
    assert room.analyst.started == ["one"]
    began = time.monotonic()
    await room.write("two")
    await room.desk.settled("a.py")
    assert room.analyst.finished == ["two"]
    assert room.shown == [("two", True)]
    assert time.monotonic() - began < 5


async def test_nothing_is_looked_at_while_somebody_types() -> None:
    room = Room()
    for number in range(10):
        await room.write(str(number))
        await asyncio.sleep(0.02)
    assert room.analyst.started == []
    await room.desk.settled("a.py")
    assert room.analyst.started == ["9"]


async def test_a_bug_is_told_and_nobody_waits_for_ever() -> None:
    room = Room()
    room.analyst.fails = True
    await room.write("one")
    assert await asyncio.wait_for(room.desk.settled("a.py"), 10) is None
    assert [str(error) for error in room.failures] == ["a bug"]
    room.analyst.fails = False
    await room.write("two")
    shown = await asyncio.wait_for(room.desk.settled("a.py"), 10)
    assert shown and shown.found[0].message == "two"


async def test_a_document_that_is_closed_meanwhile() -> None:
    room = Room()
    await room.write("one")
    waiting = asyncio.ensure_future(room.desk.settled("a.py"))
    await asyncio.sleep(0.05)
    del room.documents["a.py"]
    room.desk.closed("a.py")
    assert await asyncio.wait_for(waiting, 10) is None
    assert room.shown == []

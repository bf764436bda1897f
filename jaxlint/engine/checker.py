"""The rules on a project: component by component, what was found before from the cache, the rest in workers where
that pays."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jaxlint.engine.cache import Cache, Found, key_of
from jaxlint.engine.lint import all_rules, check_all, concern
from jaxlint.engine.manner import THOROUGH, Manner
from jaxlint.engine.own import INTERNAL, Select
from jaxlint.engine.rule_options import Stated
from jaxlint.engine.target import Target, Version
from jaxlint.source import SourceText
from jaxlint.source.modules import components

Texts = Sequence[SourceText]

WORTH = 200_000
"""The characters of a worker's share that are worth starting it."""

Hear = Callable[[int, int], None]
"""Told how many characters of how many are looked at: first of all with none, last with all."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What findings depend on besides the texts: the codes that are asked for, the JAX that each file is for, and the
    options of rules that hold in it."""

    codes: tuple[str, ...]
    targets: tuple[tuple[str, Version | None], ...]
    options: tuple[tuple[str, Stated], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A component to look at."""

    texts: Texts
    terms: Terms

    @property
    def key(self) -> str:
        return key_of(self.texts, self.terms)

    @property
    def size(self) -> int:
        return sum(len(source.text) for source in self.texts)


Looks = Iterator[tuple[Task | None, Found]]
"""Tasks with what was found; none at first, when the work begins."""


@dataclass(frozen=True)
class Checker:
    """What ``lint`` and ``fix`` call to have texts checked. ``target`` tells the oldest JAX that a file has to run
    with; ``jobs`` limits the processes, None means one a core. The ``manner`` counts in this process only."""

    target: Target
    cache: Cache
    jobs: int | None = None
    options: Callable[[str], Stated] = lambda path: ()
    manner: Manner = THOROUGH
    hear: Hear = lambda done, whole: None

    def __call__(self, sources: Texts, select: Select) -> Found:
        """Raw diagnostics of the texts, by path."""
        if not concern(sources):
            return {}
        codes = tuple(rule.code for rule in all_rules() if select(rule))
        whole = self._task(sources, codes).key
        if (found := self.cache.get(whole)) is None:
            found = {}
            for key, part in self._by_component(sources, codes):
                self._keep(key, part)
                found |= part
            self._keep(whole, found)
            self.cache.trim()
        return found

    def _task(self, texts: Texts, codes: tuple[str, ...]) -> Task:
        paths = [source.path for source in texts]
        options = tuple((path, stated) for path in paths if (stated := self.options(path)))
        return Task(texts, Terms(codes, tuple((path, self.target(path)) for path in paths), options))

    def _by_component(self, sources: Texts, codes: tuple[str, ...]) -> Iterator[tuple[str, Found]]:
        new: list[Task] = []
        for texts in components(sources):
            if concern(texts):
                task = self._task(texts, codes)
                if (known := self.cache.get(task.key)) is not None:
                    yield task.key, known
                else:
                    new.append(task)
        workers = min(self.jobs or _cores(), len(new), 1 + sum(task.size for task in new) // WORTH)
        largest_first = sorted(new, key=lambda task: task.size, reverse=True)
        look = self._in_turn(new) if workers <= 1 else _in_workers(largest_first, workers)
        done, whole = 0, sum(task.size for task in new)
        for looked, found in look:
            if looked is not None:
                done += looked.size
                yield looked.key, found
            self.hear(done, whole)

    def _in_turn(self, new: Sequence[Task]) -> Looks:
        yield None, {}
        for task in new:
            yield task, _look(task, self.manner)

    def _keep(self, key: str, found: Found) -> None:
        """What went wrong in jaxlint itself is looked at again the next time."""
        if not any(one.code == INTERNAL.code for listed in found.values() for one in listed):
            self.cache.put(key, found)


def _look(task: Task, manner: Manner = THOROUGH) -> Found:
    targets, options, codes = dict(task.terms.targets), dict(task.terms.options), frozenset(task.terms.codes)
    return check_all(
        task.texts,
        lambda rule: rule.code in codes,
        targets.__getitem__,
        lambda path: options.get(path, ()),
        manner,
    )


def _in_workers(new: Sequence[Task], workers: int) -> Looks:
    """In the order in which they are done, once all are under way. An interrupt ends the workers with this process."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    method = "fork" if sys.platform == "linux" else "spawn"
    with ProcessPoolExecutor(workers, multiprocessing.get_context(method), _leave_interrupts) as pool:
        try:
            running = {pool.submit(_look, task): task for task in new}
            yield None, {}
            for done in as_completed(running):
                yield running[done], done.result()
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

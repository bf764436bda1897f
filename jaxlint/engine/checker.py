"""The rules on a project: component by component, what was found before from the cache, the rest in workers where
that pays."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jaxlint.engine.cache import Cache, Found, key_of
from jaxlint.engine.lint import all_rules, check_all, concern
from jaxlint.engine.own import INTERNAL, Select
from jaxlint.engine.target import Target, Version, unstated
from jaxlint.source import SourceText
from jaxlint.source.modules import components

Texts = Sequence[SourceText]
Codes = frozenset[str]
Targets = dict[str, Version | None]

WORTH = 200_000
"""The characters of a worker's share that are worth starting it."""


@dataclass(frozen=True)
class Checker:
    """What ``lint`` and ``fix`` call to have texts checked. ``jobs`` limits the processes; None means one a core.
    ``target`` tells the oldest JAX that a file has to run with."""

    cache: Cache = field(default_factory=Cache)
    jobs: int | None = None
    target: Target = unstated

    def __call__(self, sources: Texts, select: Select) -> Found:
        """Raw diagnostics of the texts, by path."""
        if not concern(sources):
            return {}
        codes = frozenset(rule.code for rule in all_rules() if select(rule))
        whole = key_of(sources, codes, self._targets(sources))
        if (found := self.cache.get(whole)) is None:
            found = {}
            for key, part in self._by_component(sources, codes):
                self._keep(key, part)
                found |= part
            self._keep(whole, found)
            self.cache.trim()
        return found

    def _by_component(self, sources: Texts, codes: Codes) -> Iterator[tuple[str, Found]]:
        new: list[tuple[str, Texts]] = []
        for texts in components(sources):
            if concern(texts):
                key = key_of(texts, codes, self._targets(texts))
                if (known := self.cache.get(key)) is not None:
                    yield key, known
                else:
                    new.append((key, texts))
        workers = min(self.jobs or _cores(), len(new), 1 + sum(map(_size, new)) // WORTH)
        if workers <= 1:
            yield from ((key, _look(texts, codes, self._targets(texts))) for key, texts in new)
        else:
            yield from _in_workers(sorted(new, key=_size, reverse=True), codes, self._targets(sources), workers)

    def _targets(self, sources: Texts) -> Targets:
        return {source.path: self.target(source.path) for source in sources}

    def _keep(self, key: str, found: Found) -> None:
        """What went wrong in jaxlint itself is looked at again the next time."""
        if not any(one.code == INTERNAL.code for listed in found.values() for one in listed):
            self.cache.put(key, found)


def _look(texts: Texts, codes: Codes, targets: Targets) -> Found:
    return check_all(texts, lambda rule: rule.code in codes, targets.get)


def _in_workers(
    new: Sequence[tuple[str, Texts]], codes: Codes, targets: Targets, workers: int
) -> Iterator[tuple[str, Found]]:
    """The largest first. An interrupt ends the workers with this process."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    method = "fork" if sys.platform == "linux" else "spawn"
    with ProcessPoolExecutor(workers, multiprocessing.get_context(method), _leave_interrupts) as pool:
        try:
            running = {pool.submit(_look, texts, codes, targets): key for key, texts in new}
            for done in as_completed(running):
                yield running[done], done.result()
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _size(component: tuple[str, Texts]) -> int:
    return sum(len(source.text) for source in component[1])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

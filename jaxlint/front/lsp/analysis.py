"""What the engine says about open documents. Knows nothing of the protocol; runs in a thread of its own."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jaxlint.engine.cache import Cache
from jaxlint.engine.contexts import Context, contexts
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import Planned, Texts, fix
from jaxlint.engine.lint import check_all, lint
from jaxlint.engine.manner import Manner
from jaxlint.engine.options import ConfigError
from jaxlint.engine.own import SYNTAX, Select
from jaxlint.engine.partial import partial
from jaxlint.engine.project import Project
from jaxlint.engine.settings import Configuration
from jaxlint.engine.target import forget_requirements
from jaxlint.facts import Tracer
from jaxlint.front.lsp.settings import EditorSettings, lonely
from jaxlint.front.lsp.surroundings import Surroundings
from jaxlint.source import Memory, ModuleIndex, SourceText

_FULL_COLLECTION = 50
"""Looks after which the whole heap is searched for garbage, and not only what is new."""


class Stale(BaseException):
    """The texts have changed: nobody needs this look any more. No ``Exception``, which a rule's check would catch."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, by path, in a document and in what it is linked to; ``whole``: in all of that, so that it counts
    for the others, too. ``problem``: why its configuration was not used."""

    project: Project
    found: Mapping[str, tuple[Diagnostic, ...]]
    indexes: Mapping[str, ModuleIndex] = field(default_factory=dict)
    contexts: tuple[Context, ...] = ()
    whole: bool = True
    problem: str | None = None
    seconds: float = 0.0

    def source(self, path: str) -> SourceText | None:
        return next((source for source in self.project.sources if source.path == path), None)


@dataclass
class Analyst:
    """Looks at documents, and remembers what it read. One task at a time."""

    surroundings: Surroundings = field(default_factory=Surroundings)
    settings: EditorSettings = field(default_factory=EditorSettings)
    _memory: Memory = field(default_factory=Memory)
    _looks: int = 0

    def look(self, source: SourceText, opened: Sequence[SourceText], pause: Callable[[], None]) -> Look:
        """What is found in a document and in open ones among its surroundings. Raises Stale as soon as `pause` does."""
        began = time.perf_counter()
        project, whole, problem = self._project(source, opened)
        seen: list[Context] = []
        paths = {source.path, *(one.path for one in opened)}
        manner = Manner(
            self._memory,
            pause,
            (lambda tracer: seen.extend(contexts(tracer))) if self.settings.inlay_hints else _unseen,
            lambda chunk: chunk.source.path in paths,
        )
        forget_requirements()
        pause()
        found = self._lint(project, manner)
        known = [module for one in (source, *opened) if (module := self._memory.known(one))]
        indexes = {module.path: module.index for module in known}
        return Look(project, found, indexes, tuple(seen), whole, problem, time.perf_counter() - began)

    def glance(self, look: Look, source: SourceText) -> list[Diagnostic] | None:
        """A first answer to an edit, from what was found in the last look; None where there is none."""
        before, index = look.source(source.path), look.indexes.get(source.path)
        edited = partial(before, index, source) if before and index else None
        if edited is None:
            return None
        project = Project((edited.source,), look.project.configuration)
        manner = Manner(self._memory, where=edited.concerns)
        return edited.answer(look.found[source.path], self._lint(project, manner).get(source.path, ()))

    def fixed(self, source: SourceText, opened: Sequence[SourceText], unsafe: bool = False) -> str:
        """The document with all safe fixes, or with all fixes, that concern it alone."""
        project, _, _ = self._project(source, opened)

        def elsewhere(planned: Planned, texts: Texts) -> str | None:
            return None if planned.paths == {source.path} else "it edits another file"

        outcome = fix(
            project.sources,
            project.select,
            "unsafe" if unsafe else "safe",
            keep=project.keep,
            check=replace(project.checker(Cache()), manner=Manner(self._memory)),
            veto=elsewhere,
        )
        return outcome.texts.get(source.path, source.text)

    def tidy(self) -> None:
        """Search for garbage, of which a look makes much: between looks, not while somebody waits for one."""
        self._looks += 1
        gc.collect(2 if self._looks % _FULL_COLLECTION == 0 else 1)

    def _lint(self, project: Project, manner: Manner) -> dict[str, tuple[Diagnostic, ...]]:
        """Findings by path. The texts are linked already: nobody need ask which of them are."""

        def check(sources: Sequence[SourceText], select: Select) -> dict[str, list[Diagnostic]]:
            return check_all(sources, select, project.target, project.rule_options, manner)

        found = lint(project.sources, project.select, keep=project.keep, check=check)
        hidden = () if self.settings.show_syntax_errors else (SYNTAX.code,)
        return {path: tuple(one for one in listed if one.code not in hidden) for path, listed in found.items()}

    def _project(self, source: SourceText, opened: Sequence[SourceText]) -> tuple[Project, bool, str | None]:
        """The texts to look at, and whether they are all that are linked; none if the document is excluded."""
        path = Path(source.path)
        if not path.is_absolute():
            return Project((source,), lonely(self.settings)), True, None
        try:
            configuration = self.settings.configured(self.surroundings.folder_of(source.path))
            if _excluded(path, configuration):
                return Project((), configuration), True, None
            texts: tuple[SourceText, ...] = (source,)
            whole = True
            if self.settings.project:
                texts, whole = self.surroundings.together(source, opened, configuration)
            project = Project(texts, configuration)
            for text in texts:
                project.settings(text.path)
        except ConfigError as error:
            return Project((source,), Configuration(isolated=True)), True, str(error)
        return project, whole, None


def _unseen(tracer: Tracer) -> None:
    """Nobody asked."""


def _excluded(path: Path, configuration: Configuration) -> bool:
    settings = configuration(path.parent)
    inside = (folder for folder in path.parents if folder.is_relative_to(settings.root) and folder != settings.root)
    return settings.excludes(path) or any(settings.excludes(folder, folder=True) for folder in inside)

"""What the engine says about one open document. Knows nothing of the protocol; runs in a thread."""

from dataclasses import dataclass
from pathlib import Path

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import fix
from jaxlint.engine.lint import lint
from jaxlint.engine.options import ConfigError
from jaxlint.engine.project import Project
from jaxlint.engine.settings import Configuration
from jaxlint.source import SourceText


@dataclass(frozen=True, slots=True)
class Analysis:
    """The diagnostics of a document as it was at ``version``. ``problem``: why its configuration was not used."""

    version: int | None
    source: SourceText
    found: tuple[Diagnostic, ...]
    problem: str | None = None


def analyse(source: SourceText, version: int | None) -> Analysis:
    """Lint a document by itself, by the configuration that is closest to it just now."""
    project, problem = _project(source)
    found = lint(project.sources, project.select, keep=project.keep, check=project.checker()).get(source.path, [])
    return Analysis(version, source, tuple(found), problem)


def fixed(source: SourceText) -> str:
    """The document with all safe fixes."""
    project, _ = _project(source)
    outcome = fix(project.sources, project.select, "safe", keep=project.keep, check=project.checker())
    return outcome.texts.get(source.path, source.text)


def _project(source: SourceText) -> tuple[Project, str | None]:
    """The document as a project; an empty one if it is excluded."""
    path = Path(source.path)
    try:
        configuration = Configuration(isolated=not path.is_absolute())
        settings = configuration(path.parent)
    except ConfigError as error:
        return Project((source,), Configuration(isolated=True)), str(error)
    inside = [folder for folder in path.parents if folder.is_relative_to(settings.root) and folder != settings.root]
    out = settings.excludes(path) or any(settings.excludes(folder, folder=True) for folder in inside)
    return Project(() if out else (source,), configuration), None

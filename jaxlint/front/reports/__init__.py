"""Reports: one file per format. Each is a function from diagnostics and the texts they are about to lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.options import Format
from jaxlint.front.reports.concise import concise
from jaxlint.front.reports.full import full
from jaxlint.front.reports.github import github
from jaxlint.front.reports.gitlab import gitlab
from jaxlint.front.reports.json import json_lines, json_list
from jaxlint.front.reports.junit import junit
from jaxlint.front.reports.markdown import markdown
from jaxlint.front.reports.sarif import sarif
from jaxlint.front.terminal import Paint
from jaxlint.source import SourceText

Report = Callable[[Sequence[Diagnostic], Mapping[str, SourceText], Paint], Iterator[str]]

FORMATS: dict[Format, Report] = {
    "concise": concise,
    "full": full,
    "github": github,
    "json": json_list,
    "json-lines": json_lines,
    "gitlab": gitlab,
    "junit": junit,
    "markdown": markdown,
    "sarif": sarif,
}

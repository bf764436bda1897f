"""Reports on a verification: for a terminal (rich), for machines (json), for a pull request (markdown), as a page."""

import msgspec

from jaxlint.verify.reports.record import Report

FORMATS = ("rich", "json", "markdown", "html")


def render(report: Report, output_format: str) -> str:
    """The report in one of FORMATS but rich, which knows the terminal: see ``terminal.show``."""
    match output_format:
        case "json":
            return as_json(report)
        case "markdown":
            from jaxlint.verify.reports.markdown import as_markdown

            return as_markdown(report)
        case "html":
            from jaxlint.verify.reports.html import as_html

            return as_html(report)
    raise ValueError(output_format)


def as_json(report: Report) -> str:
    """The report itself: every other format can be made of this one."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()

"""Suppression comments: what they silence, which of them are unused, and how they are added.

A comment at the end of a statement, or alone on the line above, covers the whole statement (of a compound statement:
its header). One between the brackets of a statement covers the line that it stands on.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from jaxlint.edits import Edit, Fix
from jaxlint.engine.apply import apply
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.own import ALWAYS, OWN, UNUSED, Known
from jaxlint.engine.select import matches
from jaxlint.engine.syntax import layout
from jaxlint.source import SourceText
from jaxlint.source.suppressions import Suppression, suppressions

_OURS = re.compile(r"#\s*jaxlint:\s*ignore\[(?P<codes>[^\]]*)\]")


def honour(
    source: SourceText,
    found: list[Diagnostic],
    rules: Callable[[], Iterable[Known]],
    runs: Callable[[Known], bool],
) -> list[Diagnostic]:
    """The diagnostics that no comment silences, and one for each comment that silences nothing."""
    comments = suppressions(source)
    if not comments:
        return found
    used: dict[Suppression, set[str]] = {comment: set() for comment in comments}
    kept = []
    for diagnostic in found:
        hits = [(comment, code) for comment in comments for code in _silencers(source, comment, diagnostic)]
        for comment, code in hits:
            used[comment].add(code)
        if not hits:
            kept.append(diagnostic)
    if runs(UNUSED):
        off = [rule for rule in (*OWN, *rules()) if not runs(rule)]
        unused = (_unused(source, comment, codes, off) for comment, codes in used.items())
        silent = any(c.scope == "file" and any(matches(code, UNUSED) for code in c.codes or ()) for c in comments)
        kept += [diagnostic for diagnostic in unused if diagnostic and not silent]
    return kept


def add_ignores(source: SourceText, found: Iterable[Diagnostic]) -> str:
    """The text with a ``# jaxlint: ignore[...]`` at the end of each statement that has a diagnostic."""
    return apply(source.text, ignores(source, found))


def ignores(source: SourceText, found: Iterable[Diagnostic]) -> list[Edit]:
    """The edits that add a comment for each diagnostic that a comment can silence."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for diagnostic in found:
        if diagnostic.code not in ALWAYS:
            wanted[_logical_line(source, diagnostic.start[0])[1]].add(diagnostic.code)
    return [_ignore(source, line, codes) for line, codes in wanted.items()]


def _silencers(source: SourceText, comment: Suppression, diagnostic: Diagnostic) -> list[str]:
    """The codes of a comment, ``*`` for a bare one, that silence a diagnostic."""
    if diagnostic.code in ALWAYS:
        return []
    if comment.scope == "line":
        first, last = _reach(source, comment)
        if not first <= diagnostic.start[0] <= last:
            return []
    return ["*"] if comment.codes is None else [code for code in comment.codes if matches(code, diagnostic)]


def _reach(source: SourceText, comment: Suppression) -> tuple[int, int]:
    """First and last line that a comment covers."""
    around = _logical_line(source, comment.target)
    between_its_brackets = around[0] <= comment.line < around[1]
    return (comment.target, comment.target) if between_its_brackets else around


def _logical_line(source: SourceText, line: int) -> tuple[int, int]:
    return next((span for span in layout(source).lines if span[0] <= line <= span[1]), (line, line))


def _unused(source: SourceText, comment: Suppression, used: set[str], off: list[Known]) -> Diagnostic | None:
    """A report of the codes that a comment lists in vain. Codes of rules that are switched off are left in peace."""
    if comment.codes is None:
        idle = [] if used or comment.kind == "noqa" else ["*"]
    else:
        idle = [code for code in comment.codes if code not in used and not any(matches(code, rule) for rule in off)]
    if not idle:
        return None
    what = "the bare comment" if idle == ["*"] else ", ".join(f"`{code}`" for code in idle)
    return Diagnostic(
        UNUSED.code,
        UNUSED.name,
        UNUSED.level,
        f"unused suppression: {what} silences nothing here",
        source.path,
        source.position(comment.start),
        source.position(comment.end),
        fix=Fix("remove it", (_removal(source, comment, idle),)),
    )


def _removal(source: SourceText, comment: Suppression, idle: list[str]) -> Edit:
    """Take the codes out of a comment, or the comment away when it has no other."""
    text = source.text[comment.start : comment.end]
    for code in idle:
        text = re.sub(rf"(?<![\w-]){re.escape(code)}(?![\w-])\s*,?[ \t]*", "", text, flags=re.IGNORECASE)
    text = re.sub(r",\s*(?=\]|$)", "", text)
    if comment.codes is not None and re.search(r"\[\s*[\w-]|noqa\s*:\s*\w", text):
        return Edit(comment.start, comment.end, text)
    start, end = comment.start, comment.end
    while start and source.text[start - 1] in " \t":
        start -= 1
    line = source.position(start)[0]
    alone = start == source.offset(line) and source.text[end : end + 1] in ("", "\r", "\n")
    if alone and line < len(source.line_starts):
        end = source.line_starts[line]
    return Edit(start, end, "")


def _ignore(source: SourceText, line: int, codes: set[str]) -> Edit:
    """An insertion at the end of a line, or more codes into the comment that is there already."""
    start = source.offset(line)
    end = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    text = source.text[start:end].rstrip("\r\n")
    present = next((c for c in layout(source).comments if start <= c.start < end), None)
    if present and (ours := _OURS.search(present.text)):
        listed = [code.strip() for code in ours["codes"].split(",") if code.strip()]
        at = present.start + ours.start("codes")
        return Edit(at, at + len(ours["codes"]), ", ".join((*listed, *sorted(codes - {*listed}))))
    bare = text.rstrip()
    return Edit(start + len(bare), start + len(text), f"  # jaxlint: ignore[{', '.join(sorted(codes))}]")

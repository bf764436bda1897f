import re
from dataclasses import dataclass
from jaxlint.source.lexer import tokens
from jaxlint.source.text import SourceText
@dataclass(frozen=True, slots=True)
class Suppression:
    line: int
    codes: tuple[str, ...] | None
    scope: str
    start: int
    end: int
    kind: str
    reason: str = ""
P = re.compile(r"#\s*jaxlint:\s*(?P<scope>file-)?ignore(?:\[(?P<codes>[^\]]*)\])?.*|#\s*noqa(?::\s*(?P<nq>[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*))?")
def suppressions(source: SourceText) -> tuple[Suppression, ...]:
    out = []
    if "jaxlint:" not in source.text and "noqa" not in source.text:
        return ()
    comments = [token for token in tokens(source.text) if token.kind == "comment"]
    for m in (m for token in comments for m in P.finditer(source.text, token.start, token.end)):
        raw = m["codes"] or m["nq"]
        kind = "noqa" if "noqa" in m[0] else "jaxlint"
        codes = None if raw is None else tuple(c.strip() for c in raw.split(",") if c.strip().startswith("JAX") or kind=="jaxlint")
        if kind == "noqa" and raw and not codes: continue
        out.append(Suppression(source.position(m.start())[0], codes, "file" if m["scope"] else "line", m.start(), m.end(), kind))
    return tuple(out)

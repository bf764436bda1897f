"""`jaxlint port` on packages that nobody here wrote: how many of their functions are ported, declined or fail, and why.

    pip download --no-deps filterpy nolds numpy-financial pyquaternion simdkalman ahrs scikit-image   (and unpack them)
    python benchmarks/port_packages.py [--verify] [--seconds N] FOLDER ...

A module at a time, those that import NumPy and no compiled code of their own. With `--verify`, what is ported is run in
child processes against NumPy, on inputs that are guessed from the code: "proved" agrees with x64 off and on, "failed"
raises or differs, "not run" is what no inputs were found for, what draws random numbers, and what cannot be imported by
itself. Prints a Markdown table and the reasons by frequency.
"""

import argparse
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).parents[1]))

_SKIPPED = re.compile(r"(^|/)(tests?|docs?|examples?|setup|conftest|_version|__init__)(\.py|/|$)")


@dataclass
class Counts:
    """What became of the functions of a package."""

    modules: int = 0
    became: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--verify", action="store_true", help="run what is ported")
    parser.add_argument("--seconds", type=int, default=120, help="for a module")
    options = parser.parse_args()
    found = {folder.name: counted(folder, options.seconds, verify=options.verify) for folder in options.folders}
    print("\n".join(table(found)))


def counted(folder: Path, seconds: int, *, verify: bool) -> Counts:
    counts = Counts()
    for file in modules(folder):
        counts.modules += 1
        print(f"{file.relative_to(folder)}", file=sys.stderr, flush=True)
        try:
            with limit(seconds):
                look(file, folder, counts, verify=verify)
        except TimeoutError:
            counts.became["module took too long"] += 1
        except Exception as error:
            counts.became["module raised"] += 1
            counts.failures.append(f"{file.relative_to(folder)}: {type(error).__name__}: {error}")
    return counts


def modules(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text("utf-8", errors="replace")
        skipped = _SKIPPED.search(str(file.relative_to(folder)))
        if not skipped and re.search(r"^(import|from) numpy", text, re.MULTILINE):
            yield file


def look(file: Path, folder: Path, counts: Counts, *, verify: bool) -> None:
    from jaxlint.engine.port import port
    from jaxlint.source import read
    from jaxlint.verify.ported import compare
    from jaxlint.verify.side_by_side import Ways

    source = read(file)
    outcome = port([source])
    verdicts = compare([source], outcome, Ways(guess=True, vary=10)) if verify else {}
    for one in outcome.functions:
        verdict = verdicts.get((one.path, one.name))
        counts.became[one.status] += 1
        if one.status == "declined":
            counts.reasons[general(one.reason)] += 1
        elif one.status == "ported" and verify:
            outcome_of = "not run" if verdict is None or one.draws else sort(verdict.kind.name)
            counts.became[outcome_of] += 1
            if outcome_of == "failed" and verdict is not None:
                counts.failures.append(f"{file.relative_to(folder)}: {one.name}: {'; '.join(verdict.reasons)[:300]}")


def sort(kind: str) -> str:
    return {"EQUIVALENT": "proved", "CHANGED_ON_PURPOSE": "proved", "CANNOT_COMPARE": "not run"}.get(kind, "failed")


def general(reason: str) -> str:
    """A reason without the names and lines of one place."""
    return re.sub(r"`[^`]*`", "…", re.sub(r"line \d+:? ?", "", reason))


class limit:
    """Raises TimeoutError after some seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        def ring(number: int, frame: FrameType | None) -> None:
            raise TimeoutError

        signal.signal(signal.SIGALRM, ring)
        signal.alarm(self.seconds)

    def __exit__(self, *error: object) -> None:
        signal.alarm(0)


def table(found: dict[str, Counts]) -> Iterator[str]:
    columns = ("ported", "proved", "failed", "not run", "declined", "host", "module raised", "module took too long")
    yield f"| package | modules | {' | '.join(columns)} |"
    yield f"|---|---:|{'---:|' * len(columns)}"
    for name, counts in found.items():
        yield f"| {name} | {counts.modules} | {' | '.join(str(counts.became[column]) for column in columns)} |"
    reasons = sum((counts.reasons for counts in found.values()), Counter[str]())
    yield f"\n{reasons.total()} declined; the reasons that are given most often:\n"
    yield "| functions | reason |\n|---:|---|"
    for reason, count in reasons.most_common(20):
        yield f"| {count} | {reason.replace('|', '&#124;')} |"
    failures = [f"{name}/{line}" for name, counts in found.items() for line in counts.failures]
    if failures:
        yield "\nFailed:\n"
        yield from (f"- {line}" for line in failures)


if __name__ == "__main__":
    started = time.time()
    main()
    print(f"{time.time() - started:.0f} s", file=sys.stderr)

"""Rewrites and runs many random programs; prints what became of them. Exits with 1 if a rewrite was wrong."""

import argparse
import collections
import math
import re
import signal
import sys
import time

from .shrink import shrink
from .workers import Result, run, work

DEFECTS = ("wrong", "dies", "raises", "crash")
SECONDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="the first program's")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--show", type=int, nargs="*", help="print these programs and what becomes of them")
    parser.add_argument("--shrink", action="store_true", help="print the smallest program with the same defect")
    parser.add_argument("--worker", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(range(*options.worker))
    if options.show:
        for seed in options.show:
            show(seed, smaller=options.shrink)
        return 0
    start = time.perf_counter()
    results = run(range(options.seed, options.seed + options.count), options.jobs, 60 * options.minutes)
    report(results, time.perf_counter() - start)
    return int(any(result.kind in DEFECTS for result in results))


def report(results: list[Result], seconds: float) -> None:
    """Counts by kind, declines by reason, and the seeds of the defects."""
    kinds = collections.Counter(result.kind for result in results)
    changed = sum(result.kind == "same" and result.changed for result in results)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"{len(results)} programs in {seconds:.0f} s: {counted} ({changed} of the same are rewritten)")
    reasons = collections.Counter(
        reason for result in results if result.kind == "declined" for reason in result.reasons
    )
    for reason, count in reasons.most_common():
        print(f"{count:6}  {reason}")
    for kind in (*DEFECTS, "missed"):
        for result in results:
            if result.kind == kind:
                print(f"{kind} {result.seed}: {'; '.join(result.reasons)[:300]}")


def show(seed: int, *, smaller: bool) -> None:
    """Print a program, the rewritten one, and how the trial ended."""
    from .grammar import program
    from .trial import trial

    def keeps(candidate: str) -> bool:
        try:
            compile(candidate, "<program>", "exec")
            signal.alarm(SECONDS)  # a program without its counter may run forever
            found = trial(candidate)
        except (Endless, SyntaxError):
            return False
        finally:
            signal.alarm(0)
        return (found.kind, found.changed) == (first.kind, first.changed) and error(found.reasons) == error(
            first.reasons
        )

    text = program(seed)
    first = trial(text)
    if smaller:
        signal.signal(signal.SIGALRM, endless)
        text = shrink(text, keeps)
    made = trial(text)
    print(f"--- {seed}: {made.kind}", *made.reasons, text, "--- rewritten", made.after, sep="\n")


class Endless(BaseException):
    """A program takes too long."""


def endless(*_: object) -> None:
    raise Endless


def error(reasons: tuple[str, ...]) -> str:
    """What is raised: the smaller program must raise the same."""
    return next((found[1] for reason in reasons if (found := re.search(r"(\w+(Error|Exception))", reason))), "")


if __name__ == "__main__":
    sys.exit(main())

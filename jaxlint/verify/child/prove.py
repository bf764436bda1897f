"""The verdict on one function: its inputs, the calls, and what they show."""

from dataclasses import replace

from jaxlint.verify.child.execute import Call
from jaxlint.verify.child.show import show
from jaxlint.verify.child.trial import Tell, Trials
from jaxlint.verify.verdict import Verdict, judge, worst


def prove(trials: Trials, calls: list[Call], source: str, tell: Tell, *, x64: bool) -> Verdict:
    """Run every call in both versions, and judge. ``source`` says where the calls come from."""
    outcomes = [trials.run(call, tell) for call in calls]
    verdicts = judge(trials.function, outcomes, x64=x64)
    shown = [
        verdict if verdict.kind.passes else replace(verdict, example=show(trials.function, call))
        for call, verdict in zip(calls, verdicts, strict=True)
    ]
    return replace(worst(trials.function, shown), source=source)

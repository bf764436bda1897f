"""Findings confirmed by running the code: what was seen of a function, held against what the rules say of it.

Where the code could not be run, or did not show it with the inputs at hand, a finding stays as it is: not seeing proves
nothing.
"""

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.source import SourceText
from jaxlint.verify.files import pair_of
from jaxlint.verify.observation import Observation, Seen
from jaxlint.verify.places import Places
from jaxlint.verify.plan import PlanError
from jaxlint.verify.protocol import MODULE, Pair
from jaxlint.verify.sandbox import Heard, Record, run_job, unheard
from jaxlint.verify.side_by_side import InputsError, Ways, job_for, wide_by_choice

Found = dict[str, list[Diagnostic]]

_IMMUTABLE = ("JAX101", "JAX103", "JAX104", "JAX105", "JAX106")
_INVALID = ("JAX805", "JAX806", "JAX813", "JAX815", "JAX822", "JAX824")

_BEARS_OUT: dict[Seen, tuple[str, ...]] = {
    "raises": (*_IMMUTABLE, "JAX208", "JAX4", "JAX5", "JAX6", "JAX7", *_INVALID, "JAX9"),
    "reuses": ("JAX3",),
    "leaks": ("JAX2",),
    "recompiles": ("JAX7",),
    "differs": ("JAX104", "JAX2"),
}
"""The codes that an observation can confirm: what rules of these codes say is that it happens."""


def confirm(
    sources: Sequence[SourceText], found: Found, ways: Ways, hear: Heard = unheard, inputs: Path | None = None
) -> Found:
    """The findings, with what was seen in those that running the code confirms.

    ``inputs`` is a file with calls to make; without one, a `cases.py` beside a text counts. Raises InputsError.
    """
    places = {one.path: known for one in sources if (known := Places.of(one.text))}
    owners = _owners(found, places)
    with tempfile.TemporaryDirectory(prefix="jaxlint-") as folder:
        tried = {
            one.path: _pair(one, owners.get(one.path, ()), Path(folder, str(number)), inputs)
            for number, one in enumerate(sources)
        }
        pairs = {path: pair for path, pair in tried.items() if pair}
        record = _run(list(pairs.values()), ways, hear) if pairs else Record()
    files = {path: pair.before for path, pair in pairs.items()}
    seen = [
        (list(files.values())[target.pair], target.function, one)
        for target, listed in record.observed.items()
        for one in listed or ()
    ]
    return {
        path: [_marked(one, seen, files.get(path, ""), places.get(path)) for one in listed]
        for path, listed in found.items()
    }


def _owners(found: Found, places: dict[str, Places]) -> dict[str, tuple[str, ...]]:
    """The functions that findings and the steps of their proofs lie in, by path, or the module itself."""
    owners: dict[str, dict[str, None]] = {}
    for one in (one for listed in found.values() for one in listed):
        for path, first, last in _stations(one):
            owner = places[path].owner(first, last) if path in places else None
            if owner or (path, first) == (one.path, one.start[0]):
                owners.setdefault(path, {})[owner or MODULE] = None
            owners.setdefault(path, {})
    return {path: tuple(listed) for path, listed in owners.items()}


def _stations(one: Diagnostic) -> Iterator[tuple[str, int, int]]:
    yield one.path, one.start[0], one.end[0]
    yield from ((step.path, step.line, step.line) for step in one.trace)


def _pair(source: SourceText, functions: Sequence[str], folder: Path, inputs: Path | None) -> Pair | None:
    """The text beside itself; one without findings is not run."""
    if not functions:
        return None
    try:
        pair = pair_of(source, source, folder, inputs)
    except PlanError:
        return None
    wanted = tuple(name for name in functions if name == MODULE or name in pair.functions)
    return msgspec.structs.replace(pair, after=pair.before, functions=wanted, changed=wanted)


def _run(pairs: Sequence[Pair], ways: Ways, hear: Heard) -> Record:
    job = msgspec.structs.replace(job_for(pairs, ways, x64=wide_by_choice()), task="observe")
    record = run_job(job, ways.limits, threading.Event(), hear)
    for number, refused in record.refused.items():
        if refused.what == "inputs":
            raise InputsError(f"{pairs[number].inputs}: {refused.message}")
    return record


def _marked(
    one: Diagnostic, seen: Sequence[tuple[str, str, Observation]], file: str, places: Places | None
) -> Diagnostic:
    owner = places.owner(one.start[0], one.end[0]) if places else None
    for path, function, observation in seen:
        if one.code.startswith(_BEARS_OUT[observation.seen]) and (
            _is_there(one, observation, file) if observation.lines else function == owner and path == file
        ):
            return replace(one, confirmed=f"`{function}` {observation.words}" if function else observation.words)
    return one


def _is_there(one: Diagnostic, observation: Observation, file: str) -> bool:
    """Whether something was seen on the very lines of a finding; what raises bears out no warning."""
    if observation.seen == "raises" and one.level != "error":
        return False
    path = file or str(Path(one.path).resolve())
    return any(
        str(Path(line.path).resolve()) == path and line.first <= one.end[0] and one.start[0] <= line.last
        for line in observation.lines
    )

"""What parent and child say to each other: one job on the child's stdin, events as lines in a private file."""

import base64
from typing import Literal

import msgspec

from jaxlint.verify.observation import Observation
from jaxlint.verify.speed.record import Machine, Speed
from jaxlint.verify.verdict import Verdict


class Pair(msgspec.Struct, frozen=True):
    """A module in its two versions, as files, and which of the functions that both have are to be compared.

    ``changed`` functions get a verdict in any case; other ``functions`` get one if the inputs mention them, for a
    callee of theirs may have changed. ``nullary`` ones can be called without arguments. ``inputs`` is a file of inputs,
    ``recorded`` one of recorded calls. ``home`` is the file that both stand for, where that is neither of them: imports
    are made as if they were there. ``jax_code`` says whether the original imports JAX.
    """

    before: str
    after: str
    functions: tuple[str, ...]
    changed: tuple[str, ...]
    nullary: tuple[str, ...]
    jax_code: bool
    inputs: str | None = None
    recorded: str | None = None
    home: str | None = None


Task = Literal["compare", "measure", "observe"]


MODULE = ""
"""In the place of a function's name: a module as a whole, which is watched while it is imported."""


class Target(msgspec.Struct, frozen=True):
    """One function of one pair, the pair by its position in the job."""

    pair: int
    function: str


class Job(msgspec.Struct, frozen=True):
    """Compare the functions of pairs, or measure their speed, or observe the original alone, all in one process.

    ``guess``: where no inputs are given, look for some. ``vary``: how many variations of described or guessed inputs
    to try for a function. ``skip`` names the targets that an earlier child has finished or did not survive, ``steady``
    those that it did not survive while their inputs were varied. ``platform`` is "cpu", or "" for what JAX chooses.
    ``widen``: where widths are all that is wrong with inputs of 32 bits, those of 64 will do.
    """

    pairs: tuple[Pair, ...]
    x64: bool
    grad: bool
    guess: bool
    vary: int
    events: str
    memory: int
    parent: int
    skip: tuple[Target, ...] = ()
    steady: tuple[Target, ...] = ()
    platform: str = "cpu"
    task: Task = "compare"
    widen: bool = False


class Ready(msgspec.Struct, frozen=True, tag=True):
    """JAX is imported: the time limit counts from here."""


class NotLoaded(msgspec.Struct, frozen=True, tag=True):
    """A pair's ``what`` (inputs, original, rewritten) could not be imported; none of its functions is compared."""

    pair: int
    what: str
    message: str


class Importing(msgspec.Struct, frozen=True, tag=True):
    """The import of a pair's ``what`` begins."""

    pair: int
    what: str


class Started(msgspec.Struct, frozen=True, tag=True):
    """A step begins: ``inputs`` (looking for some), ``original``, ``rewritten``, ``speed`` or ``watch``. ``call`` shows
    the call.
    """

    target: Target
    step: str
    call: str = ""
    varied: bool = False


class Judged(msgspec.Struct, frozen=True, tag=True):
    """The verdict on a function: nothing more will be said about it."""

    target: Target
    verdict: Verdict


class Passed(msgspec.Struct, frozen=True, tag=True):
    """A function that need not be compared, for it is the same in both versions and has no inputs."""

    target: Target


class On(msgspec.Struct, frozen=True, tag=True):
    """What the child runs on."""

    machine: Machine


class Measured(msgspec.Struct, frozen=True, tag=True):
    """How fast a function is: nothing more will be said about it."""

    target: Target
    speed: Speed


class Observed(msgspec.Struct, frozen=True, tag=True):
    """What was seen when a function ran: nothing more will be said about it. The module itself has no name."""

    target: Target
    seen: tuple[Observation, ...]
    ran: bool


class Done(msgspec.Struct, frozen=True, tag=True):
    """The job is done; the parent may end the child."""


Event = Ready | Importing | NotLoaded | Started | Judged | Passed | On | Measured | Observed | Done


def line(event: Event) -> bytes:
    """An event as one line. MessagePack, and not JSON, which has no infinity."""
    return base64.b64encode(msgspec.msgpack.encode(event)) + b"\n"


def read(text: bytes) -> Event:
    """The event of a line."""
    event: Event = _DECODER.decode(base64.b64decode(text))
    return event


_DECODER = msgspec.msgpack.Decoder(Event)

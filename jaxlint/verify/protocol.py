"""What parent and child say to each other: one job on the child's stdin, events as JSON lines in a private file."""

import msgspec

from jaxlint.verify.outcome import Outcome


class Job(msgspec.Struct, frozen=True):
    """Run the calls of ``inputs`` to ``functions`` of one module. ``side`` is original or subject.

    ``nullary`` functions run once without arguments when the inputs do not mention them; ``skip`` names functions that
    an earlier child did not survive or has finished.
    """

    side: str
    module: str
    search: tuple[str, ...]
    functions: tuple[str, ...]
    nullary: tuple[str, ...]
    inputs: str | None
    jax_code: bool
    x64: bool
    grad: bool
    events: str
    memory: int
    parent: int
    skip: tuple[str, ...] = ()


class Ready(msgspec.Struct, frozen=True, tag=True):
    """JAX is imported: the time limit counts from here."""


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """Module and inputs are imported; the functions that the inputs name."""

    functions: tuple[str, ...]


class NotLoaded(msgspec.Struct, frozen=True, tag=True):
    """The module or the inputs could not be imported."""

    what: str
    message: str


class Started(msgspec.Struct, frozen=True, tag=True):
    """A call begins."""

    function: str
    case: int


class Finished(msgspec.Struct, frozen=True, tag=True):
    """A call ended. ``given`` is a digest of the arguments, so that both sides can be seen to get the same."""

    function: str
    case: int
    given: str
    outcome: Outcome


class Completed(msgspec.Struct, frozen=True, tag=True):
    """All calls of a function ended."""

    function: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """The job is done; the parent may end the child."""


Event = Ready | Loaded | NotLoaded | Started | Finished | Completed | Done

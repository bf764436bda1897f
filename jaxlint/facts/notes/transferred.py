"""Notes stores into a NumPy buffer that was handed to the device, which may still read it, or share its memory."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.arguments import Arguments
from jaxlint.facts.model.compiled import on_host
from jaxlint.facts.model.events import RefilledBuffer
from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import HostArray

_SHARING = ("jax.device_put", "jax.numpy.asarray", "jax.numpy.from_dlpack", "jax.dlpack.from_dlpack")
"""Functions that do not copy before they return. `jax.numpy.array` and calls of jitted functions do."""


def note_transfer(frame: Frame, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """A library function is called on the host: the variable whose buffer it takes."""
    if name not in _SHARING or not isinstance(node, cst.Call) or not node.args or not on_host(frame):
        return
    buffer = node.args[0].value
    if isinstance(buffer, cst.Name) and isinstance(args.positional[0] if args.positional else None, HostArray):
        frame.state.handed[frame, buffer.value] = frame.place(node)


def note_store(frame: Frame, target: cst.Subscript) -> None:
    """An item is stored."""
    if isinstance(target.value, cst.Name) and (place := frame.state.handed.get((frame, target.value.value))):
        frame.tracer.record(frame, target, RefilledBuffer(place))

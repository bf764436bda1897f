"""What this process runs on: device, processor, versions, threads and flags."""

import datetime
import os
import platform
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax

from jaxlint.verify.speed.record import Machine

_PACKAGES = ("jax", "jaxlib", "numpy")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_FLAGS = ("XLA_FLAGS", "LIBTPU_INIT_ARGS")


def machine() -> Machine:
    """The default backend's devices, and what else a reader needs to repeat a measurement."""
    devices = jax.devices()
    return Machine(
        platform=devices[0].platform,
        device=devices[0].device_kind,
        devices=len(devices),
        processor=_processor(),
        cores=_cores(),
        versions={"python": platform.python_version()} | _versions(),
        threads=_given(_THREADS),
        flags=_given(_FLAGS) | {"jax_enable_x64": str(jax.numpy.zeros(0, float).dtype == "float64")},
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
    )


def on_cpu() -> AbstractContextManager[Any]:
    """What is computed inside the `with` block is computed on the CPU, where JAX has it."""
    if jax.default_backend() == "cpu":
        return nullcontext()
    try:
        found: AbstractContextManager[Any] = jax.default_device(jax.devices("cpu")[0])
    except RuntimeError:  # JAX_PLATFORMS leaves it out
        return nullcontext()
    return found


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def _given(names: tuple[str, ...]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

"""The words that reports for people share."""

from jaxlint.verify.reports.record import Row, program_diff
from jaxlint.verify.speed.record import Machine, Speed
from jaxlint.verify.speed.worth import summary


def error(row: Row) -> str:
    """The largest error between the two results: absolute, and in units of the last place."""
    if row.max_abs == 0:
        return "exact" if row.passes else ""
    absolute = "infinite" if row.max_abs is None else f"{row.max_abs:.2g}"
    return f"{absolute} ({row.max_ulp:,.0f} ulp)" if row.max_ulp else absolute


def failures(row: Row) -> tuple[str, ...]:
    """Why the verdict is what it is: reasons, notes, the smallest call that shows it, and the user's own lines."""
    call = (f"for example {row.example}",) if row.example and not row.passes else ()
    inputs = (f"inputs: {row.source}",) if row.source else ()
    return (*row.reasons, *call, *row.trace, *row.notes, *inputs)


def sentences(speed: Speed) -> tuple[str, ...]:
    """Whether the rewrite is worth it; and if XLA sees no rewrite at all, that."""
    return summary(speed, same_program=program_diff(speed) == "")


def place(machine: Machine) -> str:
    """The device and how many of it."""
    name = machine.processor if machine.platform == "cpu" else machine.device
    return f"{name} ({machine.cores} cores)" if machine.platform == "cpu" else f"{machine.devices} x {name}"


def devices(machine: Machine) -> str:
    host = "" if machine.platform == "cpu" else f", host {machine.processor} ({machine.cores} cores)"
    return f"{machine.platform.upper()}: {place(machine)}{host}, {machine.date}"


def versions(machine: Machine) -> str:
    """Versions, threads and flags."""
    found = [f"{name} {version}" for name, version in machine.versions.items()]
    found += [f"{name}={value}" for name, value in (machine.threads | machine.flags).items()]
    return ", ".join(found)

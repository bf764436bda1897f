"""What was measured, as plain data that crosses processes and is written into reports. Times are in seconds."""

import statistics

import msgspec


class Machine(msgspec.Struct, frozen=True):
    """Where a measurement was made: the device that ran the arrays, the processor, versions, threads and flags."""

    platform: str
    device: str
    devices: int
    processor: str
    cores: int
    versions: dict[str, str]
    threads: dict[str, str]
    flags: dict[str, str]
    date: str


class Compilation(msgspec.Struct, frozen=True):
    """One compilation for the timed arguments, and what XLA says of the program: None where it does not say.

    ``peak`` is the memory of arguments, results and temporaries together, in bytes. ``hlo`` is the optimised program.
    """

    trace: float
    lower: float
    compile: float
    hlo: str
    flops: float | None = None
    bytes: float | None = None
    peak: int | None = None

    @property
    def total(self) -> float:
        return self.trace + self.lower + self.compile

    @property
    def instructions(self) -> int:
        return sum(" = " in line for line in self.hlo.splitlines())


class Variant(msgspec.Struct, frozen=True):
    """One way to run a function: the time of its first call, and of one call in each of the interleaved rounds.

    ``compilations`` is how many programs all the inputs need together. ``failed`` says why there are no times.
    """

    name: str
    how: str
    first: float = 0.0
    samples: tuple[float, ...] = ()
    compilation: Compilation | None = None
    compilations: int | None = None
    failed: str | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        if len(self.samples) < 2:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.samples, n=4, method="inclusive")
        return low, high


EAGER, JITTED, REWRITE = "eager original", "jitted original", "rewrite"


class Speed(msgspec.Struct, frozen=True):
    """How fast the variants of a function are on one device, for one of its inputs (``arguments`` describes it)."""

    function: str
    platform: str
    arguments: str
    inputs: int
    variants: tuple[Variant, ...]
    dispatch: float = 0.0

    def __getitem__(self, name: str) -> Variant | None:
        """The variant, if it could be run."""
        return next((one for one in self.variants if one.name == name and one.samples), None)


def untimed(function: str, reason: str, platform: str) -> Speed:
    """A function whose times could not be taken."""
    return Speed(function, platform, "", 0, (Variant(REWRITE, "", failed=reason),))

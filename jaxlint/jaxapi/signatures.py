"""Parameter lists of functions, as generated from the installed JAX and NumPy into `data/*.signatures`."""

from dataclasses import dataclass
from functools import cache

from jaxlint.jaxapi.tables import DATA


@dataclass(frozen=True, slots=True)
class Signature:
    """What a call may pass: `(condition, x=, y=, /, *, size=)`.

    ``positional`` in order; the first ``positional_only`` of them have no keyword, the first ``required`` no default.
    ``variadic`` and ``keywords`` name `*args` and `**kwargs`.
    """

    positional: tuple[str, ...] = ()
    keyword_only: tuple[str, ...] = ()
    variadic: str | None = None
    keywords: str | None = None
    positional_only: int = 0
    required: int = 0

    @property
    def params(self) -> tuple[str, ...]:
        """All named parameters, the positional ones first and in order."""
        return self.positional + self.keyword_only

    def parameter(self, position: int) -> str | None:
        """The parameter that a positional argument lands in (the `*args` name beyond the named ones)."""
        return self.positional[position] if position < len(self.positional) else self.variadic


@cache
def signature(name: str) -> Signature | None:
    """The parameters of a canonical function, None where it is unknown or has no signature."""
    declared = declarations(_AREAS.get(name.partition(".")[0], "python")).get(name)
    return None if declared is None else parse(declared)


_AREAS = {"jax": "jax", "numpy": "numpy"}


@cache
def declarations(area: str) -> dict[str, str]:
    """Name -> parameter list as text; a line is parsed when somebody asks for it."""
    lines = (DATA / f"{area}.signatures").read_text("utf-8").splitlines()
    return {name: rest.removesuffix(")") for name, _, rest in (line.partition("(") for line in lines)}


def parse(declared: str) -> Signature:
    """`condition, x=, y=, /, *, size=` -> Signature."""
    positional: list[str] = []
    keyword_only: list[str] = []
    variadic = keywords = None
    positional_only = required = 0
    into = positional
    for part in filter(None, declared.split(", ")):
        match part:
            case "/":
                positional_only = len(positional)
            case "*":
                into = keyword_only
            case _ if part.startswith("**"):
                keywords = part[2:]
            case _ if part.startswith("*"):
                variadic, into = part[1:], keyword_only
            case _:
                into.append(part.removesuffix("="))
                required += into is positional and not part.endswith("=")
    return Signature(tuple(positional), tuple(keyword_only), variadic, keywords, positional_only, required)

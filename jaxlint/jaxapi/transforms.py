"""Higher-order functions: which of their arguments are functions, and what those functions then see."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from jaxlint.jaxapi.signatures import Signature, parse, signature
from jaxlint.jaxapi.tables import table

Kind = Literal[
    "jit", "map", "grad", "loop", "branch", "tree", "callback", "kernel", "rule", "neutral", "inspect", "opaque"
]  # fmt: skip
Form = Literal["wraps", "applies", "context"]
Level = Literal["full", "grad", "none"]
Result = Literal[
    "same", "first", "stack", "carry", "branch", "leaves", "grad", "value", "function", "declared", "static", "none"
]  # fmt: skip
How = Literal["carry", "element", "index", "same", "leaf", "ref", "host", "static", "function", "abstract", "path"]
Spread = Literal["", "*", "**", "[]"]


@dataclass(frozen=True, slots=True)
class Feed:
    """What one parameter of a traced function receives.

    ``source`` is the transform's parameter it comes from (or, for a wrapper, the position in the returned function's
    call); ``spread`` says that the source holds several: "*" and "**" as in a call, "[]" one parameter for each item.
    """

    how: How
    source: str = ""
    spread: Spread = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """A parameter of the transform that is a function (``many``: a sequence of functions).

    Without feeds the function gets what the wrapped call gets.
    """

    param: str
    feeds: tuple[Feed, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Transform:
    """A row of `data/transforms.toml`, where the words are explained.

    ``static_argnums`` to ``has_aux`` name the transform's parameter which plays that role, None where it has none.
    ``methods`` are those of the returned function; ``filtered`` says that it treats what is not an array as static.
    """

    name: str
    kind: Kind
    form: Form
    level: Level
    functions: tuple[Traced, ...]
    result: tuple[Result, ...]
    signature: Signature
    static_argnums: str | None = None
    static_argnames: str | None = None
    donate_argnums: str | None = None
    donate_argnames: str | None = None
    in_axes: str | None = None
    out_axes: str | None = None
    argnums: str | None = None
    has_aux: str | None = None
    methods: tuple[str, ...] = ()
    filtered: bool = False

    @property
    def eager_traces(self) -> bool:
        """True where the functions see tracers even when nobody jits."""
        return self.level != "none"

    @property
    def on_host(self) -> bool:
        """True where the functions run on the host with concrete NumPy arrays, whatever the context."""
        return self.kind == "callback"


ROLES = (
    "static_argnums",
    "static_argnames",
    "donate_argnums",
    "donate_argnames",
    "in_axes",
    "out_axes",
    "argnums",
    "has_aux",
)


@cache
def transform(name: str) -> Transform | None:
    """What is known of a canonical name as a higher-order function, or None."""
    rows = table("transforms" if name.startswith(CORE) else "ecosystem")
    row = rows.get(name)
    if row is None:
        return None
    return _transform(name, rows[row["like"]] | row if "like" in row else row)


CORE = ("jax.", "functools.", "builtins.", "numpy.")


def _transform(name: str, row: dict[str, Any]) -> Transform:
    called = parse(row["signature"]) if "signature" in row else signature(name)
    if called is None:
        raise LookupError(f"{name} has no signature")
    named = set(called.params)
    roles = {role: row.get(role, role if role in named else None) for role in ROLES}
    return Transform(
        name,
        row["kind"],
        row["form"],
        row.get("level", "none"),
        tuple(_traced(param, feeds) for param, feeds in row["functions"].items()),
        tuple(row["result"].split(", ")),
        called,
        **roles,
        methods=tuple(row.get("methods", ())),
        filtered=row.get("filtered", False),
    )


def _traced(param: str, feeds: list[str]) -> Traced:
    return Traced(param.removesuffix("[]"), tuple(_feed(feed) for feed in feeds), param.endswith("[]"))


def _feed(words: str) -> Feed:
    """`element *operands` -> Feed("element", "operands", "*")"""
    how, _, source = words.partition(" ")
    bare = source.strip("*[]")
    return Feed(how, bare, source.replace(bare, ""))  # type: ignore[arg-type]  # the tests check every row's words

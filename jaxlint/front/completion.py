"""What a shell may offer where the command line takes rules."""

from collections.abc import Iterator


def rules(incomplete: str) -> list[str]:
    """The codes and names that begin as the word does."""
    from jaxlint.engine.settings import Configuration

    known = Configuration(isolated=True).rules
    words = [*(rule.code for rule in known), *(rule.name for rule in known)]
    return [word for word in words if word.upper().startswith(incomplete.upper())]


def selectors(incomplete: str) -> Iterator[str]:
    """The same after the last comma, and what stands for several rules."""
    before, comma, last = incomplete.rpartition(",")
    found = rules(last)
    groups = dict.fromkeys(word[:4] for word in found if word.startswith("JAX"))
    every = ["ALL"] if "ALL".startswith(last.upper()) else []
    for word in (*every, *groups, *found):
        yield f"{before}{comma}{word}"

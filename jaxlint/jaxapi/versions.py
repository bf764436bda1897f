"""Versions of JAX, compared as numbers."""

from functools import cache

from jaxlint.jaxapi.tables import table

Version = tuple[int, ...]
"""(0, 4, 25); a version that is cut off, (0, 4), is the first one of its series."""


def version(text: str) -> Version:
    """``0.4.25`` -> (0, 4, 25)"""
    return tuple(map(int, text.split(".")))


def spelled(wanted: Version) -> str:
    return ".".join(map(str, wanted))


@cache
def newest() -> Version:
    """The newest JAX that the tables know."""
    return version(table("removed")["newest"])


def has(target: Version, since: str | None) -> bool:
    """Whether a version has what appeared in another one; None: it has always been there."""
    return since is None or version(since) <= target

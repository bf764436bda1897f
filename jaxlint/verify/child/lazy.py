"""Generators and coroutines, run to their end so that there is something to compare."""

import asyncio
import functools
import inspect
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

_LONGEST = 1000
"""Items taken from a generator; one that goes on is cut."""


def finished(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The function with its items in a list, or its awaited result; None for a function that just returns."""
    inner = inspect.unwrap(function)
    if inspect.isgeneratorfunction(inner):
        return _with(function, _items)
    if inspect.isasyncgenfunction(inner):
        return _with(function, lambda items: asyncio.run(_awaited(items)))
    if inspect.iscoroutinefunction(inner):
        return _with(function, asyncio.run)
    return None


def _with(function: Callable[..., Any], end: Callable[[Any], Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        return end(function(*args, **kwargs))

    return run


def _items(items: Iterator[Any]) -> list[Any]:
    return list(itertools.islice(items, _LONGEST))


async def _awaited(items: AsyncIterator[Any]) -> list[Any]:
    found: list[Any] = []
    async for item in items:
        found.append(item)
        if len(found) == _LONGEST:
            break
    return found

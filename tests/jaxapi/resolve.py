"""From a dotted name to the object."""

import importlib
from typing import Any


def resolve(name: str) -> Any:
    """The object of a dotted name, importing as far as there are modules; an ImportError if it is gone."""
    module, _, last = name.rpartition(".")
    if not module:
        return importlib.import_module(name)
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        owner = resolve(module)
    try:
        return getattr(owner, last)
    except AttributeError:
        return importlib.import_module(name)

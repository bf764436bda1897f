"""The static tracer: what every expression is, in every context that reaches it."""

from jaxlint.facts.project import Project, load
from jaxlint.facts.tracer import Tracer

__all__ = ["Project", "Tracer", "load"]

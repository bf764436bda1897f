"""The static tracer: what every expression is, in every context that reaches it.

``model``: what is known · ``trace``: how it is found out · ``notes``: what is written down on the way · ``queries``:
what rules and rewrites may ask. The first knows none of the others, the last is known to none.
"""

from jaxlint.facts.model.project import Project, load
from jaxlint.facts.trace.tracer import Tracer

__all__ = ["Project", "Tracer", "load"]

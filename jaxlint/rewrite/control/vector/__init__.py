"""Loops whose turns do not need each other, as expressions of whole arrays.

::

    for i in range(1, n):
        t = x[i] - x[i - 1]        ->        t = x[1:] - x[:-1]
        out[i] = a * t                       out = out.at[1:].set(a * t)

1. ``ranges.run`` reads what a loop runs over; bounds that a tracer or another loop decides are refused.
2. ``lengths.Lengths`` says how long axes are in terms of what never changes, so that ``x[:n]`` is known to be ``x``.
3. ``items.Turns.item`` translates an expression: an array whose axes stand for loop variables (`axes.py`).
4. ``nest.Nest`` does so for each statement; ``arms`` for branches, ``places`` for stores, ``calls`` for functions of
   rows, ``sums`` for what the turns add up to. ``written`` puts the lines together.

The proof that turns do not need each other: each array is stored into at one place, which holds every variable of the
loops around the store as an index by itself, and is read at that place only; a variable is bound in a turn before it
is read there, or only added to. Everything else declines.
"""

from jaxlint.rewrite.control.vector.written import Written, written

__all__ = ["Written", "written"]

"""Statements with control flow become `jax.lax` calls, as text: what a JAX engineer would have written by hand.

::

    CST  --read-->  Block  --settle-->  Block without exits  --Lowering-->  lines  --rewrite-->  Fix | Decline

1. ``read`` makes the block model of some statements, once: ``Plain`` code, ``Branch``, ``Loop``, ``While``, ``Exit``
   (`model.py`). What cannot be understood raises ``Declined`` with a reason that names the statement.
2. ``exits.Settling`` takes the exits out: ``break``, ``continue`` and ``return`` in loops become flags, and what
   follows them moves into the arms of branches. What is left of exits are ``return`` at the tail of a function.
3. ``forecast`` finds which loops must be written with lax and which branches a tracer will then decide. Its
   ``Forecast`` is a ``View`` of the world after the rewrite: a loop's variable, a constant that was carried, are
   tracers in it, so that every query (`undecidable`, `array_logic`, `hazard` …) answers for the new code.
4. ``Lowering`` writes a block's statements as lines. Each compound statement is lowered with ``Here``: the names that
   are read after it (``live``) and those that are certainly bound before (``bound``). One function a construct:
   ``loops.lower``, ``whiles.lower``, ``branches.lower``, all ``(Lowering, statement, Here) -> list[str]``; each writes
   nested functions and one call that binds the carry, and asks ``Lowering.body`` for the lines within them.
   What is static stays Python inside of them.

Before all that, ``rewrite`` looks for a loop that needs no lax at all: `vector/` writes those whose turns do not
need each other as expressions of whole arrays. And `stores.py` gives arms that store into one place one store. Both
change the text, and leave the rest to the next pass.

A ``Carry`` is the names that a body binds and that somebody reads afterwards or in the next turn; everything else is
closed over. A statement's own text stays as the user wrote it, comments beside it; ``Lowering.code`` gives an
expression's text with the edits that the new place needs.
"""

from jaxlint.rewrite.control.construct import in_arrays, rewrite
from jaxlint.rewrite.control.ternary import conditional

__all__ = ["conditional", "in_arrays", "rewrite"]

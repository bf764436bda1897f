"""Array expressions whose axes have names: the variables of the loops that they stand for.

::

    for i …:  for j …:   a[i] + b[j]      ->      a  with axes (i,)   +   b  with axes (j,)
                                                  a[:, None] + b      with axes (i, j)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jaxlint.rewrite.text import Text

Axes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """The text of an array, and what each of its axes stands for. ``sure``: axes with an item for each turn for
    certain; a part of an array of another length than the loop's may be shorter."""

    text: Text
    axes: Axes = ()
    sure: frozenset[str] = frozenset()

    def along(self, axes: Axes) -> Text:
        """The text with these axes in this order, as far as broadcasting needs it. They must contain its own."""
        if len(self.axes) == 2 and [axis for axis in axes if axis in self.axes] != list(self.axes):
            return Item(Text(f"{self.text.grouped}.T"), self.axes[::-1]).along(axes)
        if not self.axes or self.axes == axes[len(axes) - len(self.axes) :]:
            return self.text
        first = axes.index(self.axes[0])
        places = [":" if axis in self.axes else "None" for axis in axes[first:]]
        return Text(f"{self.text.grouped}[{', '.join(places)}]")


def joined(items: Sequence[Item], order: Axes) -> Axes:
    """The axes of what an elementwise operation makes of some arrays, in the order of the loops."""
    if len(items) == 1 or len({item.axes for item in items if item.axes}) == 1:
        return next((item.axes for item in items if item.axes), ())
    return tuple(axis for axis in order if any(axis in item.axes for item in items))

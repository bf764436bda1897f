"""A drawing in SVG: elements as text, and a logarithmic axis. Colours come from the page's style sheet by class."""

import math
from dataclasses import dataclass
from html import escape

Element = str


def element(name: str, content: str = "", /, **attributes: object) -> Element:
    """``class_`` is written ``class``, ``text_anchor`` ``text-anchor``; numbers get one decimal."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def text(x: float, y: float, words: str, **attributes: object) -> Element:
    return element("text", escape(words), x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Element:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def polyline(points: list[tuple[float, float]], **attributes: object) -> Element:
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), **attributes)


def circle(x: float, y: float, radius: float, tip: str, **attributes: object) -> Element:
    """A point; browsers show ``tip`` when the pointer rests on it."""
    return element("circle", element("title", escape(tip)), cx=x, cy=y, r=radius, **attributes)


def drawing(width: float, height: float, label: str, parts: list[Element]) -> Element:
    """The whole picture; ``label`` is read to those who do not see it."""
    box = f"0 0 {width:.0f} {height:.0f}"
    return element("svg", "".join(parts), viewBox=box, width=width, height=height, role="img", aria_label=label)


def _value(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else escape(str(value))


@dataclass(frozen=True, slots=True)
class LogAxis:
    """Positive values between two places, a decade always as wide."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, values: list[float], start: float, end: float, *, least: float = 2.0) -> "LogAxis":
        """An axis that holds the values with some air, ``least`` decades or more."""
        logs = [math.log10(value) for value in values if value > 0 and math.isfinite(value)] or [0.0]
        low, high = min(logs), max(logs)
        air = max(0.15, (least - (high - low)) / 2)
        return cls(low - air, high + air, start, end)

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int = 8) -> list[float]:
        """Powers of ten inside the axis; with few of them, also twice and five times those."""
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        if self.high - self.low > 3:
            step = math.ceil(len(powers) / most)
            return [10.0**power for power in powers if power % step == 0 and self._holds(10.0**power)]
        found = [10.0**power * digit for power in powers for digit in (1, 2, 5)]
        return [value for value in found if self._holds(value)]

    def _holds(self, value: float) -> bool:
        return self.low <= math.log10(value) <= self.high

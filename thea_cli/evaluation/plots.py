"""Plots as inline SVG: shares on both axes, readable in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 12, 14, 46  # around the field, in pixels
_FIELD = 320
_STRIP = 56  # height of the histogram below the field
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class Plot:
    """A square field from 0 to 1 in both directions, with an optional histogram below.

    Args:
        title: what the plot says, for those who do not see it.
        across: the label of the horizontal axis.
        upwards: the label of the vertical axis.
        strip: whether there is room for a histogram.
    """

    def __init__(self, title: str, across: str, upwards: str, *, strip: bool = False) -> None:
        self._title = title
        self._base = _TOP + _FIELD
        self._foot = self._base + (_STRIP + 8 if strip else 0)
        self._parts: list[str] = []
        self._frame(across, upwards)

    def svg(self) -> str:
        """The whole picture."""
        width, height = _LEFT + _FIELD + _RIGHT, self._foot + _BOTTOM
        return (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img">'
            f"<title>{escape(self._title)}</title>{''.join(self._parts)}</svg>"
        )

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """A line through some points; ``kind`` is its class in the style sheet."""
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        self._parts.append(f'<polyline class="{kind}" points="{path}"/>')

    def dot(self, x: float, y: float, words: str, kind: str = "dot") -> None:
        """A point that says more under the pointer."""
        self._parts.append(
            f'<circle class="{kind}" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="4.5">'
            f"<title>{escape(words)}</title></circle>"
        )

    def whisker(self, x: float, low: float, high: float) -> None:
        """An interval that belongs to a point."""
        self.line([(x, low), (x, high)], "whisker")

    def column(self, low: float, high: float, share: float, words: str) -> None:
        """A bar of the histogram; ``share`` is its height beside the highest one."""
        left, width = self._x(low) + 1, self._x(high) - self._x(low) - 2
        tall = max(share * _STRIP, 1.0 if share else 0.0)
        self._parts.append(
            f'<rect class="column" x="{left:.1f}" y="{self._foot - tall:.1f}" width="{width:.1f}"'
            f' height="{tall:.1f}"><title>{escape(words)}</title></rect>'
        )

    def _frame(self, across: str, upwards: str) -> None:
        for tick in _TICKS:
            x, y = self._x(tick), self._y(tick)
            self._parts += [
                f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{self._base}"/>',
                f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{_LEFT + _FIELD}" y2="{y}"/>',
                f'<text x="{x}" y="{self._foot + 16}" text-anchor="middle">{tick:.1f}</text>',
                f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:.1f}</text>',
            ]
        self._label(f"translate({self._x(0.5)} {self._foot + 36})", across)
        self._label(f"translate(14 {self._y(0.5)}) rotate(-90)", upwards)

    def _label(self, place: str, words: str) -> None:
        self._parts.append(f'<text transform="{place}" text-anchor="middle">{escape(words)}</text>')

    @staticmethod
    def _x(share: float) -> float:
        return _LEFT + share * _FIELD

    @staticmethod
    def _y(share: float) -> float:
        return _TOP + (1 - share) * _FIELD

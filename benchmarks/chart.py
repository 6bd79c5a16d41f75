"""A chart with logarithmic axes, as SVG that is readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TypeAlias

PLOTS = Path(__file__).parents[1] / "docs" / "plots"
_LEFT, _TOP, _WIDTH, _HEIGHT = 70, 30, 420, 260
Points: TypeAlias = "Sequence[tuple[float, float]]"
_COLOURS = ("#1b7fbd", "#c4570a", "#3f8f3f", "#8a4fb0")


class LogChart:
    """Measured points, and lines that were fitted to them, by name."""

    def __init__(self, title: str, across: str, upwards: str) -> None:
        self.title, self.across, self.upwards = title, across, upwards
        self.series: list[tuple[str, Points, Points, Points]] = []

    def add(self, name: str, points: Points = (), line: Points = (), band: Points = ()) -> None:
        """Points that were measured, those of a line, and the corners of an area around it."""
        self.series.append((name, points, line, band))

    def save(self, name: str) -> None:
        """Write it where the documentation shows it from."""
        PLOTS.mkdir(exist_ok=True)
        (PLOTS / f"{name}.svg").write_text(self.svg(), encoding="utf-8")

    def svg(self) -> str:
        every = [point for _, *some in self.series for points in some for point in points]
        self._x = self._scale([x for x, _ in every], _LEFT, _LEFT + _WIDTH)
        self._y = self._scale([y for _, y in every], _TOP + _HEIGHT, _TOP)
        parts = [*self._grid(), *(part for n, one in enumerate(self.series)
                                  for part in self._drawn(n, *one))]  # fmt: skip
        width, height = _LEFT + _WIDTH + 20, _TOP + _HEIGHT + 50 + 18 * len(self.series)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" font-family="sans-serif" font-size="12" fill="#888">'
            f"<title>{escape(self.title)}</title>{''.join(parts)}</svg>\n"
        )

    @staticmethod
    def _scale(values, first, last):
        """From whole powers of ten around the values to pixels; the powers that are marked."""
        low = math.floor(math.log10(min(values)))
        high = max(math.ceil(math.log10(max(values))), low + 1)
        step = (last - first) / (high - low)
        return (lambda value: first + (math.log10(value) - low) * step), range(low, high + 1)

    def _grid(self):
        foot, right = _TOP + _HEIGHT, _LEFT + _WIDTH
        for power in self._x[1]:
            x = self._x[0](10.0**power)
            yield f'<path d="M{x:.0f} {_TOP}V{foot}" stroke="#8884"/>'
            yield f'<text x="{x:.0f}" y="{foot + 16}" text-anchor="middle">{10.0**power:g}</text>'
        for power in self._y[1]:
            y = self._y[0](10.0**power)
            yield f'<path d="M{_LEFT} {y:.0f}H{right}" stroke="#8884"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>'
        yield f'<text x="{_LEFT}" y="16" font-weight="bold">{escape(self.title)}</text>'
        middle = (_LEFT + right) // 2
        yield f'<text x="{middle}" y="{foot + 34}" text-anchor="middle">{self.across}</text>'
        turn = f"translate(14 {_TOP + _HEIGHT // 2}) rotate(-90)"
        yield f'<text transform="{turn}" text-anchor="middle">{escape(self.upwards)}</text>'

    def _path(self, points):
        return " ".join(f"{self._x[0](x):.1f},{self._y[0](y):.1f}" for x, y in points)

    def _drawn(self, number, name, points, line, band):
        colour = _COLOURS[number % len(_COLOURS)]
        dashed = f'fill="none" stroke="{colour}" stroke-dasharray="4 3"'
        yield f'<polygon points="{self._path(band)}" fill="{colour}" opacity="0.2"/>'
        yield f'<polyline points="{self._path(line)}" {dashed}/>'
        for x, y in points:
            cx, cy = self._x[0](x), self._y[0](y)
            yield (
                f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4" fill="{colour}">'
                f"<title>{x:g}: {y:.3g}</title></circle>"
            )
        y = _TOP + _HEIGHT + 52 + 18 * number
        yield f'<circle cx="{_LEFT}" cy="{y - 4}" r="4" fill="{colour}"/>'
        yield f'<text x="{_LEFT + 10}" y="{y}">{escape(name)}</text>'

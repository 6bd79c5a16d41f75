"""Files a second against nodes, both as powers of ten, as SVG that reads in light and dark."""

import math
from html import escape

LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 64, 14, 420, 300, 16, 46
STYLE = (
    "text{font:12px sans-serif;fill:#777}.grid{stroke:#8884}.model{stroke:#2a78d6;stroke-width:2;"
    "fill:none}.ideal{stroke:#888;stroke-dasharray:4 4;fill:none}.band{fill:#2a78d633}"
)


class ScalingPlot:
    """From 1 to 1,000 nodes and from 10 to 1,000,000 files a second."""

    def __init__(self):
        self.parts = []
        for power in range(4):
            x = self.x(10**power)
            self.parts.append(
                f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{TOP + HEIGHT}"/>'
            )
            self.parts.append(
                f'<text x="{x}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{10**power:,}</text>'
            )
        for power in range(1, 7):
            y = self.y(10**power)
            self.parts.append(
                f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{LEFT + WIDTH}" y2="{y}"/>'
            )
            self.parts.append(
                f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{10**power:,}</text>'
            )
        self.parts.append(
            f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">'
            "nodes of four processors</text>"
        )

    @staticmethod
    def x(nodes):
        return round(LEFT + WIDTH * math.log10(nodes) / 3, 1)

    @staticmethod
    def y(rate):
        return round(TOP + HEIGHT * (6 - math.log10(rate)) / 5, 1)

    def line(self, points, kind):
        path = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)
        self.parts.append(f'<polyline class="{kind}" points="{path}"/>')

    def band(self, points):
        around = [(x, high) for x, _, high in points] + [(x, low) for x, low, _ in reversed(points)]
        path = " ".join(f"{self.x(x)},{self.y(y)}" for x, y in around)
        self.parts.append(f'<polygon class="band" points="{path}"/>')

    def svg(self, title):
        size = f"{LEFT + WIDTH + RIGHT} {TOP + HEIGHT + BOTTOM}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">'
            f"<title>{escape(title)}</title><style>{STYLE}</style>{''.join(self.parts)}</svg>\n"
        )

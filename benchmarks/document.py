"""Sections of `docs/benchmarks.md`, each between markers of its own."""

import os
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


class Document:
    """A page of which every benchmark writes its own section."""

    def __init__(self, path=PAGE):
        self.path = path

    @staticmethod
    def load():
        """How busy the machine is, in words: figures mean little without it."""
        return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"

    def write(self, name, lines):
        """Put a section between its markers, at the end if it is new; the rest stays."""
        start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
        block = "\n".join([start, *lines, end])
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else "# Benchmarks\n"
        if start in text:
            before, after = text.split(start)[0], text.split(end)[1]
            text = f"{before}{block}{after}"
        else:
            text = f"{text}\n{block}\n"
        self.path.write_text(text, encoding="utf-8")

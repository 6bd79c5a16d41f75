"""What is said on the terminal besides the report: notes, errors, colours."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console as RichConsole

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Style:
    """Colours for one stream: on a terminal, unless ``NO_COLOR`` is set."""

    def __init__(self, stream: TextIO) -> None:
        if os.environ.get("NO_COLOR"):
            self.enabled = False
        else:
            self.enabled = bool(os.environ.get("FORCE_COLOR")) or (
                stream.isatty() and os.environ.get("TERM") != "dumb"
            )

    def __call__(self, text: str, *names: str) -> str:
        """The text in these styles: bold, dim, red, green, yellow, cyan."""
        if not self.enabled or not text:
            return text
        return f"\033[{';'.join(_CODES[name] for name in names)}m{text}\033[0m"


class Console:
    """Standard output for what was asked for, standard error for everything else."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.style = Style(sys.stderr)

    def note(self, text: str) -> None:
        """Tell the user something, on standard error, unless asked to be quiet."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def warn(self, text: str) -> None:
        """Warn, on standard error."""
        if not self.quiet:
            print(f"{self.style('warning:', 'yellow', 'bold')} {text}", file=sys.stderr)

    def error(self, message: str, hint: str = "") -> None:
        """Say what went wrong and what to do about it; not even ``-q`` hides this."""
        print(f"{self.style('error:', 'red', 'bold')} {message}", file=sys.stderr)
        if hint:
            print(f"  {self.style('hint:', 'cyan', 'bold')} {hint}", file=sys.stderr)

    @staticmethod
    def print(text: str) -> None:
        """Write a line of what was asked for."""
        print(text)

    @staticmethod
    def rich() -> RichConsole:
        """A rich console on standard output; as wide as the terminal, or 100 columns in a pipe."""
        import shutil

        from rich.console import Console as RichConsole

        width = None if sys.stdout.isatty() else shutil.get_terminal_size((100, 24)).columns
        return RichConsole(width=width, highlight=False, soft_wrap=not sys.stdout.isatty())

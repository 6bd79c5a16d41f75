"""Record a real run of Thea on a copy of sample_repos/bookshop, as an SVG of a terminal.

python docs/recording/record.py docs/recording/bookshop.svg
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "python -m pytest -q 2>&1 | tail -n 1",
    "thea correct . --workers 2",
    "python -m pytest -q 2>&1 | tail -n 1",
    "git diff --stat",
    "thea undo",
)
WIDTH = 100
LINES = 18  # of one command: more is cut, and says so


class Terminal:
    """Runs commands in a folder, with colours, and keeps what a person would have seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bookshop"
        self.screen = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("THEA_", "GIT_", "NO_COLOR"))
        } | {
            "HOME": str(folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": str(WIDTH),
            "FORCE_COLOR": "1",
            "TERM": "xterm-256color",
        }
        shutil.copytree(ROOT / "sample_repos" / "bookshop", self.folder)

    def prepare(self) -> None:
        """Put the copy under git, so that there is something to compare with."""
        person = "-c user.name=demo -c user.email=demo@example.com -c commit.gpgsign=false"
        self.run("git init --quiet && git add --all")
        self.run(f"git {person} commit --quiet --message Before")

    def run(self, command: str) -> str:
        """Run a line of shell, and return what it printed, colours and all."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout.rstrip()

    def show(self, command: str) -> None:
        """Run a line as if typed, and put it on the recorded screen with its first lines."""
        prompt = Text.assemble(("$ ", "bold green"), (command, "bold"))
        self.screen.print(prompt)
        lines = self.run(command).splitlines()
        shown = lines if len(lines) <= LINES else [*lines[: LINES - 4], "  …", *lines[-3:]]
        for line in shown:
            self.screen.print(Text.from_ansi(line), overflow="ellipsis", no_wrap=True)

    def svg(self) -> str:
        """Return the screen as a picture that needs nothing from the network."""
        picture = self.screen.export_svg(title="thea", unique_id="thea")
        return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)


def main() -> None:
    """Record all commands into the file named on the command line."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder))
        terminal.prepare()
        for command in COMMANDS:
            terminal.show(command)
    Path(sys.argv[1]).write_text(terminal.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Write the generated pages: docs/rules.md and docs/commands/*.md.

python docs/generate.py            write them
python docs/generate.py --check    write nothing; exit 1 and name the pages that are out of date
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import click

from thea_cli.commandline import COMMANDS, CommandLine
from thea_code_system.confidence.calibration import Calibration, Curve
from thea_code_system.correctors.syntax.base import SyntaxRule
from thea_code_system.correctors.syntax.discovery import RuleBook

DOCS = Path(__file__).resolve().parent
MARK = "<!-- Written by `python docs/generate.py`; edit the source instead. -->\n\n"
WIDTH = 100


class RulesPage:
    """What the syntax rules say of themselves, and what was measured of every family."""

    path = Path("rules.md")

    def __init__(self) -> None:
        self.rules = RuleBook().rules
        self.calibration = Calibration.packaged()

    def text(self) -> str:
        """The whole page."""
        return (
            "# Rules\n\n"
            "Confidence is the probability that the owner of the code would keep the correction. "
            "Where it was measured, `n` real fixes were looked at, and the interval holds the "
            "share that was kept with 95 % certainty; a first value is a guess that no "
            "measurement has replaced yet.\n\n"
            f"{self.measured()}\n\n# Syntax rules\n\n"
            + "\n".join(self.section(rule) for rule in self.rules)
        )

    def measured(self) -> str:
        """One row for each code or family with a curve."""
        lines = ["| code | confidence | n | 95 % | measured on |", "|---|---:|---:|---|---|"]
        for code, curve in sorted(self.calibration.curves.items()):
            lines.append(
                f"| `{code}` | {self.confidence(curve)} | {curve.n} "
                f"| {curve.low:.2f} to {curve.high:.2f} | {curve.source} |"
            )
        return "\n".join(lines)

    def section(self, rule: SyntaxRule) -> str:
        """One rule: why, where, how sure, and its first example."""
        curve = self.calibration.curves.get(rule.name)
        sure = f"{rule.prior} (first value)" if curve is None else self.confidence(curve)
        before, after = next(iter(rule.FIXES.items()))
        return (
            f"## {rule.name}\n\n{inspect.getdoc(type(rule))}\n\n"
            f"{', '.join(sorted(rule.languages))}; {rule.safety.name}; confidence {sure}\n\n"
            f"{self.block(before)}\n\nbecomes\n\n{self.block(after)}\n"
        )

    @staticmethod
    def confidence(curve: Curve) -> str:
        """One number, or the range of a curve over the rule's own scores."""
        first, last = curve.probabilities[0], curve.probabilities[-1]
        return f"{first:.2f}" if first == last else f"{first:.2f} to {last:.2f}"

    @staticmethod
    def block(code: str) -> str:
        """A code block in a fence that no example holds, with invisible characters spelt out."""
        plain = (
            char if char in "\n\t" or char.isprintable() else ascii(char)[1:-1] for char in code
        )
        return f"````text\n{''.join(plain).rstrip()}\n````"


class CommandPage:
    """What `thea COMMAND --help` says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = Path("commands") / f"{name}.md"

    def text(self) -> str:
        """The whole page."""
        group = CommandLine().group
        with click.Context(group, info_name="thea", terminal_width=WIDTH) as parent:
            command = group.get_command(parent, self.name)
            with click.Context(command, parent, self.name, terminal_width=WIDTH) as context:
                usage = command.get_help(context)
        return f"# thea {self.name}\n\n{COMMANDS[self.name]}\n\n```text\n{usage}\n```\n"


def main() -> int:
    """Write the pages, or say which are out of date."""
    pages = [RulesPage(), *map(CommandPage, COMMANDS)]
    stale = []
    for page in pages:
        path, text = DOCS / page.path, MARK + page.text()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{page.path}")
            if "--check" not in sys.argv:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "All generated pages are up to date.")
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    sys.exit(main())

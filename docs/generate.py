"""Write the generated pages: docs/rules.md and docs/commands/*.md.

python docs/generate.py            write them
python docs/generate.py --check    write nothing; exit 1 and name the pages that are out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from thea_cli.catalogue import Catalogue, Rule
from thea_cli.commandline import COMMANDS, CommandLine
from thea_code_system.confidence.calibration import Calibration

DOCS = Path(__file__).resolve().parent
MARK = "<!-- Written by `python docs/generate.py`; edit the source instead. -->\n\n"
WIDTH = 100


class RulesPage:
    """What families and rules say of themselves, and what was measured."""

    path = Path("rules.md")

    def text(self) -> str:
        """The whole page."""
        catalogue = Catalogue()
        own = [family for family in catalogue.families() if family.origin == "thea"]
        families = "\n".join(f"| `{each.name}` | {each.about} |" for each in own)
        rules = "\n".join(self.section(rule) for each in own for rule in catalogue.rules(each.name))
        return (
            f"# Families\n\n| family | what it does |\n|---|---|\n{families}\n\n"
            f"# Measured confidence\n\n{self.measured()}\n\n# Rules\n\n{rules}"
        )

    def measured(self) -> str:
        """One row for each code or family with a curve."""
        lines = [
            "Confidence is the probability that the owner of the code would keep the correction:",
            "`n` real fixes were looked at, and the interval holds the share that was kept with",
            "95 % certainty. A first guess, below, is one that no measurement has replaced yet.",
            "",
            "| code | confidence | n | 95 % | measured on |",
            "|---|---:|---:|---|---|",
        ]
        for code, curve in sorted(Calibration.packaged().curves.items()):
            low, high = curve.probabilities[0], curve.probabilities[-1]
            span = f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
            interval = f"{curve.low:.2f} to {curve.high:.2f}"
            lines.append(f"| `{code}` | {span} | {curve.n} | {interval} | {curve.source} |")
        return "\n".join(lines)

    def section(self, rule: Rule) -> str:
        """One rule: why, where, how sure, and its first example."""
        before, after = rule.fixes[0]
        return (
            f"## {rule.code}\n\n{rule.details}\n\n"
            f"{', '.join(rule.languages)}; {rule.safety}; confidence {rule.confidence}\n\n"
            f"{self.block(before)}\n\nbecomes\n\n{self.block(after)}\n"
        )

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

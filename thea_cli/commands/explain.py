"""`thea explain`: one rule, with examples."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Annotated

import typer

from thea_cli.catalogue import Catalogue, Rule
from thea_cli.console import Console
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea explain syntax/missing-colon",
    "thea explain ruff/F401         what Ruff says about it",
    "thea explain spelling          a whole family",
)
_RUFF = re.compile(r"[A-Z]+\d+")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `thea explain` was asked."""

    code: str

    def run(self) -> int:
        """Print what is known about a code."""
        catalogue = Catalogue()
        family, _, name = self.code.rpartition("/")
        if rule := catalogue.find(self.code):
            self._explain(rule)
        elif family in {"ruff", ""} and _RUFF.fullmatch(name):
            self._ask_ruff(name, catalogue.confidence(f"ruff/{name}"))
        else:
            self._explain_family(catalogue)
        return 0

    @staticmethod
    def _explain(rule: Rule) -> None:
        say = Console.print
        say(f"{rule.code}\n\n{rule.details}\n")
        say(f"languages:  {', '.join(rule.languages)}")
        say(f"safety:     {rule.safety}")
        say(f"confidence: {rule.confidence}")
        for before, after in rule.fixes:
            say(f"\nmends:\n{_indented(before)}\nto:\n{_indented(after)}")
        if rule.clean:
            say(f"\nleaves alone:\n{_indented(rule.clean[0])}")
        say(f"\nTurn it off: thea correct --ignore {rule.code}, or # thea: ignore[{rule.code}]")

    @staticmethod
    def _ask_ruff(code: str, confidence: str) -> None:
        import subprocess

        from thea_code_system.tools.runner import ToolRunner

        runner = ToolRunner("ruff", (0, 15))
        done = subprocess.run(
            [runner.path, "rule", code], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UsageError(f"Ruff {runner.version()} knows no rule {code}", "thea rules")
        Console.print(f"ruff/{code}, in the words of Ruff {runner.version()}:\n\n{done.stdout}")
        if confidence:
            Console.print(f"confidence: {confidence}")

    def _explain_family(self, catalogue: Catalogue) -> None:
        family, _, name = self.code.partition("/")
        for each in catalogue.families():
            if each.name != family:
                continue
            if name and each.name in {"syntax", "ruff"}:
                break
            Console.print(f"{each.name}: {each.about}\nlanguages: {', '.join(each.languages)}")
            if confidence := catalogue.confidence(self.code):
                Console.print(f"confidence: {confidence}")
            for rule in catalogue.rules(each.name):
                Console.print(f"  {rule.code}: {rule.about}")
            return
        near = difflib.get_close_matches(self.code, catalogue.codes(), n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no rule {self.code}", f"{hint}`thea rules` lists all.")


def _indented(text: str) -> str:
    visible = "".join(
        char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text
    )
    return "\n".join(f"    {line}" for line in visible.rstrip("\n").split("\n"))


def command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code such as ruff/F401.")],
) -> Explanation:
    """Explain a rule: what it mends, how safe and how certain that is, with examples."""
    return Explanation(code)

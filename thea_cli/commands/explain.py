"""`thea explain`: one rule, with examples; or one line, as the edit model sees it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from thea_cli.catalogue import Catalogue, Rule
from thea_cli.console import Console
from thea_cli.explaining import PlaceExplanation
from thea_cli.links import LINKS
from thea_cli.options import choice
from thea_cli.request import CorrectRequest
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea explain syntax/missing-colon",
    "thea explain ruff/F401         what Ruff says about it",
    "thea explain spelling          a whole family",
    "thea explain --at src/a.py:12  how probably each token of a line is wrong, and what else fits",
    "thea explain --at src/a.py:12 --format json",
)
_RUFF = re.compile(r"[A-Z]+\d{3,}")
_ELSEWHERE = {
    "oxlint": f"Oxlint explains it at {LINKS['oxlint']}",
    "ruff": "`thea explain` with a whole code, such as ruff/F401, says more.",
    "learned": "`thea explain --at FILE:LINE` shows what the model thinks of a line.",
    "patterns": "It is a rule of your own: `thea config` names its file.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `thea explain` was asked."""

    code: str

    def run(self) -> int:
        """Print what is known about a code.

        Raises:
            UsageError: there is no such code; the hint names the nearest.
        """
        catalogue = Catalogue()
        if rule := catalogue.find(self.code):
            self._explain(rule)
            return 0
        code = asyncio.run(self._in_full())
        family, _, name = code.partition("/")
        if family == "ruff" and _RUFF.fullmatch(name):
            self._ask_ruff(name, catalogue.confidence(code))
        else:
            self._explain_family(catalogue, code)
        return 0

    async def _in_full(self) -> str:
        """The code with its family, if there is such a rule, prefix or family."""
        from thea_code_system.correctors.codes import CodeBook
        from thea_code_system.tools.toolbox import Toolbox
        from thea_code_system.values.context import Settings

        config = CorrectRequest(cwd=str(Path.cwd())).resolve()
        toolbox = Toolbox(avoid=config.root)
        try:
            book = CodeBook(toolbox, config.pattern_texts())
            return (await book.resolve(Settings(select=(self.code,)))).select[0]
        finally:
            toolbox.close()

    @staticmethod
    def _explain(rule: Rule) -> None:
        say = Console.print
        say(f"{rule.code}\n\n{_plain(rule.details)}\n")
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

    @staticmethod
    def _explain_family(catalogue: Catalogue, code: str) -> None:
        """A family; for a rule or a prefix of it, that is what there is to tell."""
        family, _, name = code.partition("/")
        (each,) = [each for each in catalogue.families() if each.name == family]
        if name:
            where = _ELSEWHERE.get(family, "")
            Console.print(f"{code} belongs to the family {family}. {where}".rstrip())
        Console.print(f"{each.name}: {each.about}\nlanguages: {', '.join(each.languages)}")
        if confidence := catalogue.confidence(code):
            Console.print(f"confidence: {confidence}")
        for rule in catalogue.rules(family):
            if rule.code.startswith(code):
                Console.print(f"  {rule.code}: {_plain(rule.about)}")
        if family == "learned":
            from thea_code_system.correctors.learned.classes import CODES

            for one, about in CODES.items():
                if one.startswith(code):
                    Console.print(f"  {one}: {about}")


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _indented(text: str) -> str:
    visible = "".join(
        char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text
    )
    return "\n".join(f"    {line}" for line in visible.rstrip("\n").split("\n"))


def command(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A code such as ruff/F401.")
    ] = None,
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="FILE:LINE",
            help="Show how probably each token there is wrong, and what the edit model expects.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="With --at: the edit model's folder (env THEA_MODEL)."),
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the flag
        str | None, typer.Option(metavar="text|json", help="With --at: how to print it.")
    ] = None,
) -> Explanation | PlaceExplanation:
    """Explain a rule: what it mends, how safe and how certain that is, with examples.

    With --at, explain a line: the edit model says how probably each token is wrong, and what it
    would write there; where a file does not parse, in view of what the parser says. Then follows
    what `thea correct` offers on that line, bugs included, and all repairs of a file that does not
    parse, each with its confidence.
    """
    if (code is None) is (at is None):
        raise UsageError("explain takes a code, or --at FILE:LINE", "thea explain --help")
    if at is not None:
        return PlaceExplanation(at, model, choice("--format", format or "text", ("text", "json")))
    if given := [flag for flag, value in (("--model", model), ("--format", format)) if value]:
        raise UsageError(f"{given[0]} is for --at", "thea rules --format json lists all rules.")
    return Explanation(str(code))

"""`thea rules`: the families and rules there are."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from thea_cli.catalogue import Catalogue
from thea_cli.console import Console
from thea_cli.options import TableOrJson, choice
from thea_cli.tables import Table
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea rules                     all families, and every rule of our own",
    "thea rules syntax              the rules of one family",
    "thea rules --format json",
)


@dataclass(frozen=True, slots=True)
class RulesQuery:
    """What `thea rules` was asked."""

    family: str | None
    format: str

    def run(self) -> int:
        """Print families and rules."""
        catalogue = Catalogue()
        families = [each for each in catalogue.families() if self.family in {None, each.name}]
        if not families:
            known = ", ".join(each.name for each in catalogue.families())
            raise UsageError(f"there is no family {self.family}", f"There are: {known}.")
        rules = [rule for family in families for rule in catalogue.rules(family.name)]
        if self.format == "json":
            plain = {
                "families": [asdict(each) for each in families],
                "rules": [asdict(each) for each in rules],
            }
            Console.print(json.dumps(plain, indent=2, ensure_ascii=False))
            return 0
        table = Table("family", "languages", "what it does")
        for family in families:
            table.row(family.name, ", ".join(family.languages), family.about)
        table.print()
        listed = Table("rule", "safety", "confidence", "what it mends", right=("confidence",))
        for rule in rules:
            listed.row(rule.code, rule.safety, rule.confidence, rule.about.replace("``", "`"))
        listed.print()
        Console.print("thea explain CODE shows examples; so for Ruff: thea explain ruff/F401")
        return 0


def command(
    family: Annotated[
        str | None, typer.Argument(metavar="[FAMILY]", help="Only this family.")
    ] = None,
    *,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
) -> RulesQuery:
    """List the families of rules, and every rule of Thea's own.

    Confidence is measured where a number of cases stands behind it, else a first guess.
    """
    return RulesQuery(family, choice("--format", format, ("table", "json")))

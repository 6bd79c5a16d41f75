"""`thea config`: every setting, its value and where it comes from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from thea_cli.console import Console
from thea_cli.options import TableOrJson, choice
from thea_cli.request import CorrectRequest
from thea_cli.tables import Table
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea config                    what counts here, and why",
    "thea config --changed src      only what is not a default",
    "thea config --format json",
)


@dataclass(frozen=True, slots=True)
class ConfigQuery:
    """What `thea config` was asked."""

    request: CorrectRequest
    changed: bool
    format: str

    def run(self) -> int:
        """Print the resolved settings."""
        (path,) = self.request.paths
        if not os.path.lexists(path):
            raise UsageError(f"there is no file or folder {path}", "Check the path's spelling.")
        config = self.request.resolve()
        console = Console()
        for note in config.notes:
            console.warn(note)
        rows = [
            (key, value, origin)
            for key, value, origin in config.explained()
            if not self.changed or origin.kind != "default"
        ]
        if self.format == "json":
            plain = {key: {"value": value, "origin": str(origin)} for key, value, origin in rows}
            Console.print(json.dumps({"root": config.root, "settings": plain}, indent=2))
            return 0
        table = Table("setting", "from", "value", title=f"project root: {config.root}")
        for key, value, origin in rows:
            table.row(key, origin, self._shown(value))
        table.print()
        return 0

    @staticmethod
    def _shown(value: Any) -> str:
        if value is None:
            return "auto"
        if isinstance(value, tuple):
            return ", ".join(str(part) for part in value) or "(none)"
        return str(value).lower() if isinstance(value, bool) else str(value)


def command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="The tree to ask for.")] = ".",
    *,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not a default.")] = False,
    config: Annotated[
        str | None, typer.Option(metavar="PATH", help="This configuration file.")
    ] = None,
    isolated: Annotated[
        bool, typer.Option("--isolated", help="Ignore the target's configuration.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Let the target's configuration decide.")
    ] = False,
    preset: Annotated[
        str | None,
        typer.Option(metavar="development|production|edge", help="A bundle of defaults."),
    ] = None,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
) -> ConfigQuery:
    """Show every setting, its value and where it comes from.

    A flag wins over a THEA_ variable, that over the project's file, that over your own file, that
    over a preset, that over the default.
    """
    flags = {"isolated": isolated or None, "trust": trust or None, "preset": preset}
    request = CorrectRequest(
        paths=(path,),
        cwd=os.getcwd(),  # noqa: PTH109 - a text is what is wanted
        flags={key: value for key, value in flags.items() if value is not None},
        config=config,
    )
    return ConfigQuery(request, changed, choice("--format", format, ("table", "json")))

"""The command line as Typer sees it: a command's module is imported when the command is used."""

from __future__ import annotations

import difflib
import functools
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from thea_cli.console import Console
from thea_code_system.errors import UsageError

COMMANDS = {
    "correct": "Correct files in place; with --check or --diff, show what would be corrected.",
    "review": "Answer suggestions one by one.",
    "resume": "Finish a run that was interrupted.",
    "undo": "Take back a run, or files, rules and corrections of it.",
    "history": "List runs, and the corrections of a run.",
    "clean": "Drop old former contents of files, and the cache.",
    "stats": "Show what has been corrected, by rule, confidence and run.",
    "rules": "List the families and rules there are.",
    "explain": "Explain a rule, or what the edit model thinks of a line.",
    "evaluate": "Measure corrections on cases with known answers.",
    "learn": "Adapt the edit model to your own past, and calibrate confidences.",
    "config": "Show every setting, its value and where it comes from.",
    "cluster": "Keep Thea warm, so that small runs take milliseconds.",
    "server": "Show corrections in an editor (LSP).",
    "doctor": "Check devices, tools, correctors and the cluster.",
}

WINDOWS = sys.platform == "win32"
ON_WINDOWS = ("correct", "stats", "undo")


class LazyGroup(TyperGroup):
    """Knows the names and one-line helps of all commands, and imports only the one that is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order in which help shows them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, from its module."""
        del ctx
        return self._made(cmd_name) if cmd_name in COMMANDS else None

    @staticmethod
    @functools.cache
    def _made(cmd_name: str) -> Any:
        """A command, made once by a process and its forks: that takes as long as a small run."""
        module = importlib.import_module(f"thea_cli.commands.{cmd_name}")
        single = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in module.EXAMPLES)
        single.command(cmd_name, epilog=epilog)(module.command)
        return typer.main.get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant.

        Raises:
            UsageError: there is none of that name; the hint names the nearest one.
        """
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.0)[0]
            hint = f"Did you mean `thea {near}`? `thea --help` lists all commands."
            raise UsageError(f"there is no command {args[0]}", hint)
        if WINDOWS and args[0] not in ON_WINDOWS:
            raise UsageError(
                f"thea {args[0]} does not run on Windows", f"These do: {', '.join(ON_WINDOWS)}."
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in `thea --help`, without importing any command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


class CommandLine:
    """Parses a command line and runs the request that a command makes of it."""

    def __init__(self) -> None:
        app = typer.Typer(
            name="thea",
            cls=LazyGroup,
            no_args_is_help=True,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
            epilog="\b\nExamples:\n  thea correct .            correct this tree\n"
            "  thea correct --diff src   show what would change\n"
            "  thea undo                 take back the last run",
        )
        app.callback(cls=LazyGroup)(self.version)
        self.group: Any = typer.main.get_command(app)

    @staticmethod
    def version(
        *, version: bool = typer.Option(False, "--version", help="Show the version and exit.")
    ) -> None:
        """Correct source code in batches: what is probable is applied, and all is undoable."""
        if version:
            from thea_code_system import __version__

            print(f"thea {__version__}")
            raise typer.Exit

    def run(self, argv: Sequence[str]) -> int:
        """Parse, then act; a mistake on the command line is shown with its usage, exit code 2."""
        try:
            request = self.group.main(list(argv), prog_name="thea", standalone_mode=False)
        except typer.Abort:
            raise KeyboardInterrupt from None
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            return self._misused(error)
        if request is None or isinstance(request, int):
            return request or 0
        return int(request.run())

    @staticmethod
    def _misused(error: Any) -> int:
        """Show what is wrong with the command line, and how it is meant."""
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
            return int(error.exit_code)
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "thea"
        Console().error(error.format_message(), f"`{where} --help` shows how it is used.")
        return int(error.exit_code)

"""The entry point of `thea`: imports no more than the command at hand needs."""

from __future__ import annotations

import gc
import shlex
import sys
import warnings

from thea_cli.boundary import Boundary

YOUNG = 100_000  # new objects between collections: hardly any die in cycles, and imports make many


def main() -> None:
    """Run the command line of this process, and end it with the command's exit code."""
    gc.set_threshold(YOUNG)
    # torch says so on import where NumPy is not installed; nothing here needs NumPy
    warnings.filterwarnings("ignore", "Failed to initialize NumPy")
    argv = sys.argv[1:]
    sys.exit(Boundary().run(lambda: act(argv)))


def act(argv: list[str]) -> int:
    """Do what a command line asks for; return the exit code.

    Raises:
        TheaError: what was asked for cannot be done.
    """
    if argv == ["--version"]:
        from thea_code_system import __version__

        print(f"thea {__version__}")
        return 0
    if argv[:1] == ["correct"]:
        from thea_cli.startup import Startup

        if remembered := Startup(shlex.join(argv)).load():
            from thea_cli.correcting import CorrectRun

            return CorrectRun(*remembered).run()
    from thea_cli.commandline import CommandLine

    return CommandLine().run(argv)

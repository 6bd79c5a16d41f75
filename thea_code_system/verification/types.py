"""The third rung: the type checker that the project has configured finds no new error."""

from __future__ import annotations

import configparser
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import tomli

from thea_code_system.errors import ToolError
from thea_code_system.tools.shell import LATE, ConfinedShell
from thea_code_system.values.verification import Failures
from thea_code_system.verification.project import ProjectCheck

_PLACE: Final = re.compile(r"\bline \d+")


@dataclass(frozen=True, slots=True)
class TypeChecker:
    """A type checker: the files and the table of pyproject.toml that configure it.

    ``error`` finds path and message in what the command prints; ``done`` are the statuses with
    which it says that it has looked at everything.
    """

    name: str
    files: tuple[str, ...]
    table: str
    command: str
    error: re.Pattern[str]
    done: frozenset[int] = frozenset({0, 1})

    def configured(self, tree: Path, tables: frozenset[str]) -> bool:
        """Whether a tree asks for it; ``tables`` are those that other files define."""
        return self.table in tables or any(tree.joinpath(name).is_file() for name in self.files)


_COLUMNS: Final = r"^(?P<path>[^\s:(][^:(]*):\d+(?::\d+)*"
CHECKERS: Final = (
    TypeChecker(
        "mypy",
        ("mypy.ini", ".mypy.ini"),
        "mypy",
        "mypy --no-color-output --no-error-summary --no-pretty --hide-error-context",
        re.compile(_COLUMNS + r": error: (?P<words>.*)$", re.MULTILINE),
    ),
    TypeChecker(
        "basedpyright",
        (),
        "basedpyright",
        "basedpyright",
        re.compile(r"^ +(?P<path>[^:]+):\d+:\d+ - error: (?P<words>.*)$", re.MULTILINE),
    ),
    TypeChecker(
        "pyright",
        ("pyrightconfig.json",),
        "pyright",
        "pyright",
        re.compile(r"^ +(?P<path>[^:]+):\d+:\d+ - error: (?P<words>.*)$", re.MULTILINE),
    ),
    TypeChecker(
        "ty",
        ("ty.toml",),
        "ty",
        "ty check --output-format concise --color never",
        re.compile(_COLUMNS + r": error(?P<words>.*)$", re.MULTILINE),
    ),
    TypeChecker(
        "tsc",
        ("tsconfig.json",),
        "",
        "PATH=./node_modules/.bin:$PATH tsc --noEmit --pretty false -p .",
        re.compile(r"^(?P<path>[^\s(][^(]*)\(\d+,\d+\): error (?P<words>.*)$", re.MULTILINE),
        frozenset({0, 1, 2}),
    ),
)


class TypesCheck(ProjectCheck):
    """Runs one type checker over a tree.

    Args:
        checker: which.
        shell: runs it.
    """

    name: ClassVar[str] = "types"

    def __init__(self, checker: TypeChecker, shell: ConfinedShell) -> None:
        self._checker, self._shell = checker, shell

    @classmethod
    def of_project(cls, tree: Path, shell: ConfinedShell) -> list[TypesCheck]:
        """One rung for each type checker that a tree configures."""
        tables = frozenset(cls._tables(tree))
        return [cls(one, shell) for one in CHECKERS if one.configured(tree, tables)]

    @property
    def checker(self) -> str:
        """The name of the program."""
        return self._checker.name

    async def failures(self, tree: Path) -> Failures:
        """The errors of a tree by path and message, wherever in the file they stand."""
        command = self._command(tree)
        result = await self._shell.run(command, tree, {})
        name = self._checker.name
        if result.unstarted:
            raise ToolError(
                f"{name} is configured here, and cannot be run: {result.unstarted}",
                f"Install {name} where this runs, or leave --verify types out.",
            )
        if result.status == LATE:
            return Failures.whole(f"{name} did not end in {self._shell.seconds:g} s")
        found = Counter(
            f"{name}: {self._relative(match['path'], tree)}: "
            f"{_PLACE.sub('line', match['words'].lstrip(' :'))}"
            for match in self._checker.error.finditer(result.output)
        )
        if result.status not in self._checker.done or (result.status and not found):
            words = " ".join(result.output.split())[-200:]
            return Failures.whole(f"{name} ended with status {result.status}: {words}")
        return Failures(dict(found))

    def _command(self, tree: Path) -> str:
        """Mypy wants to be told what to look at where its configuration does not say it."""
        if self._checker.name != "mypy":
            return self._checker.command
        known = {key for section in self._sections(tree) for key in section}
        where = "" if known & {"files", "packages", "modules"} else " ."
        return f"{self._checker.command}{where}"

    @staticmethod
    def _relative(path: str, tree: Path) -> str:
        return path.removeprefix(f"{tree}/").removeprefix("./")

    @classmethod
    def _tables(cls, tree: Path) -> Iterator[str]:
        """The tools that pyproject.toml and setup.cfg have something to say about."""
        yield from cls._pyproject(tree)
        if cls._ini(tree / "setup.cfg").has_section("mypy"):
            yield "mypy"

    @classmethod
    def _sections(cls, tree: Path) -> Iterator[dict[str, Any]]:
        for name in ("mypy.ini", ".mypy.ini", "setup.cfg"):
            parser = cls._ini(tree / name)
            if parser.has_section("mypy"):
                yield dict(parser["mypy"])
        yield cls._pyproject(tree).get("mypy", {})

    @staticmethod
    def _ini(path: Path) -> configparser.RawConfigParser:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, configparser.Error):
            return configparser.RawConfigParser()
        return parser

    @staticmethod
    def _pyproject(tree: Path) -> dict[str, Any]:
        try:
            read = tomli.loads(tree.joinpath("pyproject.toml").read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError):
            return {}
        tools = read.get("tool", {})
        return {key: value for key, value in tools.items() if isinstance(value, dict)}

"""The last rung: the project's tests pass as well as before."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import ClassVar, Final

from thea_code_system.errors import ToolError
from thea_code_system.tools.shell import LATE, ConfinedShell
from thea_code_system.values.verification import Failures
from thea_code_system.verification.project import ProjectCheck

_OPTIONS: Final = "-rpfE --continue-on-collection-errors"  # failures last: the end is read
_FAILED: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^(?:FAILED|ERROR) (\S*\.py(?:::.*?)?)(?: - .*)?$",  # pytest
        r"^(?:FAIL|ERROR): (\S+ \(.+\))$",  # unittest
        r"^[ ]*not ok \d+ -? ?(?!.*# (?:TODO|SKIP))(.*)$",  # TAP
        r"^[ ]*[✖✕×] (.+?)(?: \(?\d+(?:\.\d+)? ?m?s\)?)?$",  # node --test, jest, vitest
        r"^[ ]*FAIL +(\S.*)$",  # jest, vitest: the file
        r"^[ ]*● (\S.*)$",  # jest
        r"^[ ]+\d+\) (.+?):?$",  # mocha
    )
)
_PASSED: Final = re.compile(r"^PASSED (\S*\.py(?:::.*?)?)$", re.MULTILINE)  # pytest
_RAN: Final = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^=* ?((?:\d+ [a-z]+,? )+)in \d[\d.]*s",  # pytest
        r"^Ran (\d+ test)s? in ",  # unittest
        r"^Tests: +(\d.*)$",  # jest
        r"^ +Tests  (\d.*)$",  # vitest
        r"^ +(\d+ (?:passing|failing))\b",  # mocha
    )
)
_SKIPPED: Final = re.compile(r"^(?:OK|FAILED) \(.*?\bskipped=(\d+)", re.MULTILINE)  # unittest
_NUMBER: Final = re.compile(r"(\d+) (?:test|pass|fail|xpass|xfail|error)")
_LINES: Final = re.compile(  # TAP; node --test
    r"^(?:not )?ok (?!.*# SKIP)()\d+\b|^[#ℹ] (?:pass|fail) (\d+)$", re.MULTILINE
)


class TestsCheck(ProjectCheck):
    """Runs a command and reads the names of failing tests in what it prints.

    Those of pytest, unittest, mocha, jest, vitest, ``node --test`` and TAP are known, and so is how
    many tests they ran: one that is not there any more is worse than before, too. A command
    that fails without naming a test counts as one failure, named by its exit status.

    Args:
        command: a line for the shell, run at the root of the tree.
        shell: runs it.
    """

    name: ClassVar[str] = "tests"
    __test__: ClassVar[bool] = False  # pytest: this is no test

    def __init__(self, command: str, shell: ConfinedShell) -> None:
        self._command, self._shell = command, shell

    async def failures(self, tree: Path) -> Failures:
        """The tests that fail in a tree."""
        result = await self._shell.run(self._command, tree, self._environment(tree))
        if result.unstarted:
            raise ToolError(f"the tests cannot be run: {result.unstarted}", "Check --test-command.")
        if result.status == LATE:
            return Failures.whole(f"`{self._command}` did not end in {self._shell.seconds:g} s")
        ran = self._ran(result.output)
        if not result.status:
            return Failures(ran=ran)
        found = Counter(
            name for pattern in _FAILED for name in dict.fromkeys(pattern.findall(result.output))
        )
        if found:
            return Failures(dict(found), ran=ran)
        return Failures.whole(f"`{self._command}` ended with status {result.status}")

    @classmethod
    def _ran(cls, output: str) -> dict[str, int] | None:
        """How often each test was run, by its name without parameters if all names are there."""
        told = [text for pattern in _RAN for text in pattern.findall(output)]
        numbers = [int(number) for text in told for number in _NUMBER.findall(text)]
        numbers += [int(number or 1) for _, number in _LINES.findall(output)]
        if not numbers:
            return None
        passed = _PASSED.findall(output)
        if passed and f" {len(passed)} passed" in f" {told[0]}":
            names = {*passed, *_FAILED[0].findall(output)}
            return dict(Counter(name.partition("[")[0] for name in names))
        return {"": sum(numbers) - sum(map(int, _SKIPPED.findall(output)))}

    @staticmethod
    def _environment(tree: Path) -> dict[str, str]:
        """Python imports from the tree first, even where the user's own is installed as editable.

        pytest is asked to name what failed and to go on where a module cannot be imported.
        """
        before = os.environ.get("PYTHONPATH", "")
        root = tree / "src" if (tree / "src").is_dir() else tree
        options = f"{os.environ.get('PYTEST_ADDOPTS', '')} {_OPTIONS}".strip()
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(root), before])),
            "PYTEST_ADDOPTS": options,
        }

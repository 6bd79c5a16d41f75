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

_OPTIONS: Final = "-rfE --continue-on-collection-errors"
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


class TestsCheck(ProjectCheck):
    """Runs a command and reads the names of failing tests in what it prints.

    Those of pytest, unittest, mocha, jest, vitest, ``node --test`` and TAP are known. A command
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
        if not result.status:
            return Failures()
        found = Counter(
            name for pattern in _FAILED for name in dict.fromkeys(pattern.findall(result.output))
        )
        if found:
            return Failures(dict(found))
        return Failures.whole(f"`{self._command}` ended with status {result.status}")

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

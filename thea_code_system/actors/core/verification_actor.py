"""The actor that proves: it looks at trees, each with another set of corrections in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from thea_code_system.errors import ToolError
from thea_code_system.tools.shell import ConfinedShell
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.verification import Failures, Level, ProofOrder
from thea_code_system.verification.base import Change
from thea_code_system.verification.copies import TreeCopy
from thea_code_system.verification.lint import LintVerifier
from thea_code_system.verification.parse import ParseVerifier
from thea_code_system.verification.project import ProjectCheck
from thea_code_system.verification.tests import TestsCheck
from thea_code_system.verification.types import TypesCheck
from thea_code_system.wrappers.actor import Actor, async_actor, remote_method


@async_actor
class VerificationActor(Actor):
    """Owns a copy of the tree, and the rungs that run on it.

    It lives where the user's files are, and only starts processes: so it is placed inline.

    Args:
        root: the project root, absolute.
        order: what to prove with.
        tool_seconds: how long a linter may run.
    """

    def __init__(self, root: str, order: ProofOrder, tool_seconds: float = 60.0) -> None:
        self._root, self._order = root, order
        self._copy = TreeCopy(root)
        self._shell = ConfinedShell(order.budget)
        self._toolbox = Toolbox(tool_seconds, root)
        self._each = (ParseVerifier(self._toolbox), LintVerifier(self._toolbox))

    async def shutdown(self) -> None:
        """Remove the copy and the tools' scratch trees."""
        self._copy.close()
        self._toolbox.close()

    @remote_method
    async def rungs(self) -> tuple[str, ...]:
        """The names of the rungs over the whole tree that there are here, cheapest first."""
        return tuple(self._checks)

    @remote_method
    async def failures(
        self,
        rung: str,
        texts: Mapping[str, bytes],
        changes: Sequence[Change] = (),
        seconds: float | None = None,
    ) -> Failures:
        """What a rung objects to in the tree with these contents.

        Args:
            rung: its name, one of :meth:`rungs`.
            texts: what files hold, by path; all others are as the user has them.
            changes: files of which only some corrections are in place: each has to parse and to
                lint by itself, else nothing is run.
            seconds: how long it may take; the whole budget by default.

        Raises:
            ToolError: what the rung asks cannot be run.
        """
        if objections := await self._objections(changes):
            return Failures(objections)
        self._shell.seconds = seconds or self._order.budget
        return await self._checks[rung].failures(await self._copy.lay(texts))

    async def _objections(self, changes: Sequence[Change]) -> dict[str, int]:
        found = {}
        for verifier in self._each if changes else ():
            verdicts = await verifier.verify(changes)
            for change, verdict in zip(changes, verdicts, strict=True):
                if not verdict.ok:
                    found[f"{change.before.path}: {verdict.reason}"] = 1
        return found

    @cached_property
    def _checks(self) -> dict[str, ProjectCheck]:
        checks: dict[str, ProjectCheck] = {}
        if self._order.trust:
            found = TypesCheck.of_project(Path(self._root), self._shell)
            checks |= {one.checker: one for one in found}
        if self._order.level is Level.TESTS:
            if not self._order.test_command:
                raise ToolError("there is no test command", "Give --test-command.")
            checks[TestsCheck.name] = TestsCheck(self._order.test_command, self._shell)
        return checks

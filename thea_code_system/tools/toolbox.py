"""All outside programs of one actor, each behind its client."""

from __future__ import annotations

from functools import cached_property

from thea_code_system.tools.ast_grep import AstGrepClient
from thea_code_system.tools.oxlint import OxlintClient
from thea_code_system.tools.ruff import RuffClient, RuffRequest
from thea_code_system.tools.runner import TOOLS, ToolRunner
from thea_code_system.tools.typos import TyposClient


class Toolbox:
    """Organ that owns the clients; making one starts nothing.

    Args:
        seconds: how long one process of a tool may run.
        avoid: the target's root, from which no program is ever taken.
    """

    def __init__(self, seconds: float = 60.0, avoid: str = "") -> None:
        self._seconds = seconds
        self._avoid = avoid
        self.ruff_request: RuffRequest | None = None
        """What the Ruff corrector is going to ask, so that screening can ask it too."""
        self.warnings: list[str] = []
        """What the user should hear once; whoever shows them takes them out."""

    @cached_property
    def ruff(self) -> RuffClient:
        """Ruff: findings and fixes for Python."""
        return RuffClient(self.runner("ruff"))

    @cached_property
    def oxlint(self) -> OxlintClient:
        """Oxlint: findings and fixes for JavaScript and TypeScript."""
        return OxlintClient(self.runner("oxlint"))

    @cached_property
    def typos(self) -> TyposClient:
        """Typos: misspelt words."""
        return TyposClient(self.runner("typos"))

    @cached_property
    def ast_grep(self) -> AstGrepClient:
        """The ast-grep program: rewrites by pattern."""
        return AstGrepClient(self.runner("ast-grep"))

    def runner(self, program: str) -> ToolRunner:
        """A runner of one of the programs under this box's limits."""
        return ToolRunner(program, TOOLS[program], self._seconds, self._avoid)

    def warn(self, words: str) -> None:
        """Keep a warning, each only once."""
        if words not in self.warnings:
            self.warnings.append(words)

    def close(self) -> None:
        """Remove the scratch trees of the clients that were used."""
        for name in ("ruff", "oxlint", "typos", "ast_grep"):
            if client := self.__dict__.get(name):
                client.close()

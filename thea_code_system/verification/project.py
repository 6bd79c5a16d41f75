"""Rungs that look at a whole tree instead of at one file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from thea_code_system.values.verification import Failures


class ProjectCheck(ABC):
    """One rung over a copy of the tree. An instance is an organ: owned by one actor."""

    name: ClassVar[str]

    @abstractmethod
    async def failures(self, tree: Path) -> Failures:
        """What is wrong in a tree, by names that mean the same in another copy of it.

        Raises:
            ToolError: the program that this rung asks cannot be run.
        """

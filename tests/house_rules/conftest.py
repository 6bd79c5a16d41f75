"""Both packages, parsed once for all house rules."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One of our source files and its syntax tree."""

    path: Path
    tree: ast.Module

    @classmethod
    def all_of(cls, package):
        paths = sorted((ROOT / package).rglob("*.py"))
        return [cls(path.relative_to(ROOT), ast.parse(path.read_bytes())) for path in paths]

    @property
    def dotted(self):
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def under(self, *places):
        """Say whether this is one of the places, written like `wrappers/ray_wrapper.py`."""
        return any(self.path.match(f"thea_code_system/{place}") for place in places) or any(
            parent.match(f"thea_code_system/{place}")
            for parent in self.path.parents
            for place in places
        )

    def imports(self):
        """Yield (node, dotted name) of everything imported anywhere in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def at(self, node, what):
        return f"{self.path}:{node.lineno}: {what}"


@pytest.fixture(scope="session")
def engine():
    return Module.all_of("thea_code_system")


@pytest.fixture(scope="session")
def face():
    return Module.all_of("thea_cli")

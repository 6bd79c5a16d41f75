"""Whether what could be imported from a package still can be."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

ROOTS = ("src", "lib", ".")
NOT_THE_PACKAGE = {"tests", "test", "docs", "doc", "examples", "benchmarks", "scripts", "tools"}
SCRIPTS = {"setup", "conftest", "noxfile", "tasks", "fabfile"}
PROBE = """
import importlib, json, sys
root, names = sys.argv[1], sys.argv[2:]
found = {}
for name in names:
    try:
        file = getattr(importlib.import_module(name), "__file__", None) or root
        found[name] = "yes" if file.startswith(root) else "another copy"
    except BaseException as error:
        found[name] = f"{type(error).__name__}: {error}"[:200]
sys.__stdout__.write("\\n" + json.dumps(found))
sys.__stdout__.flush()
import os
os._exit(0)
"""


class Imports:
    """The names that a tree offers, imported by an interpreter that has its dependencies."""

    def __init__(self, python: Path) -> None:
        self.python = python

    def root(self, tree: Path) -> Path:
        """The folder of a tree that goes onto PYTHONPATH."""
        found = (tree / name for name in ROOTS if self._tops(tree / name))
        return next(found, tree).resolve()

    def names(self, tree: Path, changed: list[str]) -> list[str]:
        """Top-level packages and modules, and each module inside them that was changed."""
        root = self.root(tree)
        tops = self._tops(root)
        inner = []
        for path in changed:
            full = (tree.resolve() / path).with_suffix("")
            if path.endswith(".py") and full.is_relative_to(root):
                parts = full.relative_to(root).parts
                if parts[0] in tops:
                    inner.append(".".join(parts).removesuffix(".__init__"))
        return sorted({*tops, *inner})

    def works(self, tree: Path, names: list[str]) -> dict[str, str]:
        """What happens at the import of each name: ``yes``, or why not."""
        if not names:
            return {}
        root = self.root(tree)
        done = subprocess.run(
            [str(self.python), "-B", "-c", PROBE, str(root), *names],
            cwd=tree.parent,
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=300,
            check=False,
        )
        try:
            return json.loads(done.stdout.rpartition("\n")[2])
        except ValueError:
            return dict.fromkeys(names, f"the interpreter ended with {done.returncode}")

    @staticmethod
    def _tops(root: Path) -> list[str]:
        packages = [path.parent.name for path in root.glob("*/__init__.py")]
        modules = [path.stem for path in root.glob("*.py")]
        usual = [name for name in packages if name not in NOT_THE_PACKAGE]
        return sorted(
            name for name in [*usual, *modules] if name.isidentifier() and name not in SCRIPTS
        )


def lost(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What could be imported before, and cannot any more."""
    return [
        f"{name}: {after.get(name)}"
        for name in before
        if before[name] == "yes" and after.get(name) != "yes"
    ]

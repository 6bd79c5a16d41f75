"""Torch and Ray load when the work needs them, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "ray"}
MADE_OF_TORCH = {"thea_code_system.models.network", "thea_code_system.training.trainer"}
IMPORTER = """
import importlib, sys
for name in sys.stdin.read().split():
    importlib.import_module(name)
    loaded = {"torch", "ray"}.intersection(sys.modules)
    if loaded:
        sys.exit(f"{name} imports {loaded}")
"""


def test_importing_an_engine_module_loads_neither_torch_nor_ray(engine):
    found = {module.dotted for module in engine}
    assert found >= MADE_OF_TORCH, "classes of torch's kind; whoever needs one imports it late"
    names = "\n".join(sorted(found - MADE_OF_TORCH))
    done = subprocess.run(
        [sys.executable, "-c", IMPORTER], input=names, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_saying_what_thea_is_loads_neither_torch_nor_ray(flag):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "thea_cli", flag],
        capture_output=True,
        text=True,
        check=False,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0, done.stderr.splitlines()[-1]
    assert "thea_cli" in imported, "the interpreter lists what it imports"
    assert not imported & HEAVY

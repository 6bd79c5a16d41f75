"""Whatever Thea and its development install is pinned in configs/constraints.txt."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import tomli
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def pins():
    lines = (ROOT / "configs" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def wanted_here():
    """Names of all that this environment needs, followed through what is installed."""
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    pending, seen = [(Requirement(text), "") for text in texts], set()
    while pending:
        requirement, extra = pending.pop()
        name = canonicalize_name(requirement.name)
        applies = not requirement.marker or requirement.marker.evaluate({"extra": extra})
        if not applies or (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # torch and Ray may be absent
        extras = requirement.extras or {""}
        pending += [(Requirement(need), extra) for need in needs for extra in extras]
    return {name for name, _ in seen}


def test_every_requirement_is_pinned():
    here = [pin for pin in pins() if not pin.marker or pin.marker.evaluate()]
    assert wanted_here() - {canonicalize_name(pin.name) for pin in here} == set()


def test_every_pin_names_one_version_and_no_build():
    loose = [
        str(pin)
        for pin in pins()
        if [item.operator for item in pin.specifier] != ["=="] or "+" in str(pin.specifier)
    ]
    assert not loose

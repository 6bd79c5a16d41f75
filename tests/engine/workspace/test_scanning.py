"""Many files are scanned in several processes, which makes no difference to what is found."""

from __future__ import annotations

import sys

import pytest

from thea_code_system.workspace.reading import Reader
from thea_code_system.workspace.scanning import FileScanner, WideScan
from thea_code_system.workspace.walking import Walker, WalkOptions

NEEDS = frozenset({"imports", "words"})
FILES = 2_100  # more than one process takes


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    for number in range(FILES):
        text = f"from .m{number} import colour\n# word{number}\n"
        root.joinpath(f"m{number}.py").write_text(text, encoding="utf-8")
    root.joinpath("m7.py").write_bytes(b"\xff\0")
    root.joinpath("m8.py").write_bytes(b"# -*- coding: latin-1 -*-\nimport m7 # \xe9t\xe9\n")
    root.joinpath("m9.py").write_bytes(b"#" * 5_000)
    return root


def scanned(root, processes):
    scanner = FileScanner(str(root), Reader(str(root), 4_000))
    entries = Walker(str(root), WalkOptions((".py",))).survey([str(root)]).entries
    stems = frozenset({"m7", "colour"})
    found = WideScan(scanner, processes).scan(entries, NEEDS, stems)
    return {entry.path: scan for scans in found for entry, scan in scans}


def test_processes_find_what_this_one_finds(tree):
    found = scanned(tree, processes=2)
    assert found == scanned(tree, processes=1)
    assert len(found) == FILES
    assert "colour" in (found["m1.py"].imports or "")


def test_what_a_process_was_lost_over_is_scanned_here(tree, monkeypatch):
    expected = scanned(tree, processes=1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert scanned(tree, processes=2) == expected

"""The script that runs Thea over real packages sees changes, harm and what was restored."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import pytest
from real.imports import Imports, lost
from real.suites import Suites, newly_failing
from real.tables import Tables
from real.trees import Tree, changed
from real_input import DOCS, Package, verdicts_missing


@pytest.fixture
def shelf(tmp_path):
    source = tmp_path / "corpus" / "pypi" / "shelf-one-1.0"
    (source / "shelf").mkdir(parents=True)
    (source / "shelf" / "__init__.py").write_text("LABELS = f'a'\n")
    (source / "shelf" / "late.py").write_text("def late()\n    return 1\n")
    (source / "setup.py").write_text("from setuptools import setup\n\nsetup()\n")
    return source


@pytest.mark.torch
def test_a_package_is_corrected_measured_and_restored(shelf, tmp_path):
    options = argparse.Namespace(
        out=tmp_path / "out", imports=Path(sys.executable), unsafe=False, suites=False
    )
    package = Package(shelf, options)
    plain = package.measure()["plain"]
    assert (package.name, package.version, plain["crash"]) == ("shelf-one", "1.0", "")
    assert plain["changed"] == ["shelf/__init__.py", "shelf/late.py"]
    assert (plain["harmed"], plain["second"], plain["undone"]) == ([], [], [])
    assert plain["imports"] == {"names": 2, "worked": 1, "lost": []}
    healthy = [one for one in plain["applied"] if one["parsed"]]
    assert [(one["rule"], one["diff"]) for one in healthy] == [
        ("ruff/F541", "-LABELS = f'a'\n+LABELS = 'a'")
    ]
    assert package.measure()["plain"] == plain  # read, not run again


def test_what_differs_between_two_trees_is_named(shelf, tmp_path):
    tree = Tree.copy(shelf, tmp_path / "copy")
    before = tree.digests()
    (tree.root / ".thea").mkdir()
    (tree.root / ".thea" / "ledger").write_text("")
    assert changed(before, tree.digests()) == []
    (tree.root / "setup.py").unlink()
    (tree.root / "new.py").write_text("x = (\n")
    assert changed(before, tree.digests()) == ["new.py", "setup.py"]
    assert (tree.parses("new.py"), tree.parses("shelf/__init__.py")) == (False, True)


def test_an_import_that_is_lost_is_named(shelf):
    imports = Imports(Path(sys.executable))
    assert imports.names(shelf, ["shelf/late.py"]) == ["shelf", "shelf.late"]
    before = imports.works(shelf, ["shelf"])
    (shelf / "shelf" / "__init__.py").write_text("raise SystemExit\n")
    assert [one.partition(":")[0] for one in lost(before, imports.works(shelf, ["shelf"]))] == [
        "shelf"
    ]


def test_a_test_that_fails_or_is_gone_is_newly_failing(tmp_path):
    results = tmp_path / "junit.xml"
    results.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="m" name="a"/><testcase classname="m" name="b"><failure/></testcase>'
        '<testcase classname="m" name="c"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    before = Suites.read(results)
    assert before == {"m::a": "passed", "m::b": "failed", "m::c": "skipped"}
    assert newly_failing(before, before) == []
    assert newly_failing({"m::b": "passed", "m::gone": "passed", "m::c": "failed"}, before) == [
        "m::b",
        "m::gone",
    ]


def test_the_table_stands_between_its_markers(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nOthers.\n")
    plain = {"statistics": {"files": {"clean": 3}}, "crash": "", "imports": None, "applied": []}
    plain |= {"changed": [], "harmed": [], "second": [], "undone": ["a.py"]}
    tables = Tables([{"name": "shelf", "version": "1.0", "plain": plain}], [])
    tables.write(page)
    once = page.read_text()
    tables.write(page)
    assert page.read_text() == once
    assert "Others." in once
    assert "| shelf 1.0 | 3 |" in once
    assert tables.broken() == ["shelf: undo"]


def test_every_verdict_has_a_reason_and_a_rejected_one_names_what_changed():
    with (DOCS / "corrections-read.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert {row["verdict"] for row in rows} <= {"accepted", "rejected"}
    assert all(len(row["reason"].split()) > 2 for row in rows)
    assert all("now" in row["reason"] for row in rows if row["verdict"] == "rejected")


def test_a_correction_without_a_verdict_is_named(tmp_path):
    table = tmp_path / "read.csv"
    table.write_text("package,file,diff hash\nshelf,a.py,1f\n")
    applied = [
        {"file": "a.py", "line": 1, "rule": "ruff/F401", "parsed": True, "diff_hash": "1f"},
        {"file": "a.py", "line": 2, "rule": "ruff/F401", "parsed": True, "diff_hash": "2e"},
        {"file": "a.py", "line": 3, "rule": "syntax/colon", "parsed": False, "diff_hash": "3d"},
    ]
    found = [{"name": "shelf", "plain": {"applied": applied}}]
    assert verdicts_missing(found, table) == ["shelf a.py:2 ruff/F401"]

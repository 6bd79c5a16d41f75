"""A tree is corrected in parts, each by a driver of its own, and counted as a whole."""

from __future__ import annotations

import json
import shutil

import pytest

from thea_code_system.values.shard import Shard

pytestmark = pytest.mark.torch
COUNT = 4
UNUSED = b"import os\n\nprint(1)\n"
NAMES = [f"f{number}" for number in range(24)]


def test_every_file_belongs_to_one_part_of_any_number():
    paths = [f"src/{name}/ä.py" for name in NAMES]
    for count in (1, 2, 3, 7):
        parts = [[Shard(n + 1, count).holds(path) for n in range(count)] for path in paths]
        assert all(sum(each) == 1 for each in parts)


@pytest.mark.slow
def test_four_drivers_do_what_one_does_and_stats_count_them_together(tree, tmp_path):
    tree.put(**dict.fromkeys(NAMES, UNUSED), used=b"from f0 import os\n\nos.abort()\n")
    whole = shutil.copytree(tree.root, tmp_path / "whole", symlinks=True)
    shards = [
        shutil.copytree(tree.root, tmp_path / f"shard{number}", symlinks=True)
        for number in range(COUNT)
    ]
    tree.root = whole
    tree.correct("--no-cache")
    expected = {path: path.read_bytes() for path in sorted((whole / "src").iterdir())}
    assert (whole / "src" / "f0.py").read_bytes() == UNUSED, "another file uses it"
    changed = {}
    for number, root in enumerate(shards):
        tree.root = root
        tree.correct("--shard", f"{number + 1}/{COUNT}", "--output-format", "concise")
        mine = {path for path in (root / "src").iterdir() if path.read_bytes() != UNUSED}
        mine -= {root / "src" / "used.py"}
        assert 0 < len(mine) < len(NAMES)
        assert not changed.keys() & {path.name for path in mine}
        changed |= {path.name: path.read_bytes() for path in mine}
        _, err = tree.correct("--shard", f"{number + 1}/{COUNT}")
        assert "corrected" not in err
    wanted = {path.name: data for path, data in expected.items() if data != UNUSED}
    assert changed == {name: data for name, data in wanted.items() if name != "used.py"}

    tree.root = shards[0]
    merged = [text for root in shards[1:] for text in ("--merge", str(root / ".thea"))]
    together = json.loads(tree.thea("stats", "--format", "json", *merged)[0])
    tree.root = whole
    apart = json.loads(tree.thea("stats", "--format", "json")[0])
    assert together["corrections"] == apart["corrections"]
    assert together["rules"] == apart["rules"]
    assert together["files"]["corrected"] == apart["files"]["corrected"]


def test_what_is_no_part_and_no_ledger_is_said(tree):
    for text in ("5/4", "0/4", "1", "a/b"):
        _, err = tree.thea("correct", "--shard", text, code=2)
        assert f"--shard cannot be {text}" in err
    _, err = tree.thea("stats", "--merge", "src", code=2)
    assert "there is no ledger at" in err

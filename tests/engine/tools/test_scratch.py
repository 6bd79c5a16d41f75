"""The scratch tree: private, incremental, and gone at the end."""

from __future__ import annotations

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.errors import ToolError
from thea_code_system.tools.scratch import ScratchTree


def stamps(tree, *paths):
    return [(tree.root / path).stat().st_mtime_ns for path in paths]


def test_only_its_owner_can_look_into_it():
    with ScratchTree() as tree:
        [path] = tree.lay({"p/a.py": "x\n"})
        assert stat.S_IMODE(tree.root.stat().st_mode) == 0o700
        assert stat.S_IMODE((tree.root / path).stat().st_mode) == 0o600


def test_everything_is_gone_at_the_end():
    with ScratchTree() as tree:
        root = tree.root
        tree.lay({"p/a.py": "x\n"})
        assert root.exists()
    assert not root.exists()


def test_laying_a_batch_again_writes_only_what_changed():
    with ScratchTree() as tree:
        first = {"a.py": "1\n", "b.py": "2\n"}
        paths = tree.lay(first)
        for path in paths:
            os.utime(tree.root / path, ns=(7, 7))
        tree.lay(first | {"b.py": "3\n"})
        assert stamps(tree, *paths)[0] == 7
        assert stamps(tree, *paths)[1] != 7
        assert (tree.root / paths[1]).read_bytes() == b"3\n"


def test_a_shorter_text_leaves_nothing_of_the_longer_one():
    with ScratchTree() as tree:
        tree.lay({"a.py": "long\n" * 100})
        [path] = tree.lay({"a.py": "short\n"})
        assert (tree.root / path).read_bytes() == b"short\n"


def test_forgetting_removes_what_is_not_kept_but_no_configuration():
    with ScratchTree() as tree:
        tree.configure({"pyproject.toml": "[tool.ruff]\n"})
        old, new = tree.lay({"a.py": "1\n", "b.py": "2\n"})
        tree.forget([new])
        assert sorted(path.name for path in (tree.root / "tree").iterdir()) == [
            "b.py",
            "pyproject.toml",
        ]
        assert not (tree.root / old).exists()


def test_configurations_of_an_earlier_call_are_removed():
    with ScratchTree() as tree:
        tree.configure({"p/ruff.toml": "1", "ruff.toml": "2"})
        tree.configure({"ruff.toml": "3"})
        assert not (tree.root / "tree/p/ruff.toml").exists()
        assert (tree.root / "tree/ruff.toml").read_text() == "3"


@pytest.mark.parametrize(
    "path",
    [
        "../a.py",
        "a/../../b.py",
        "/etc/passwd",
        "a//b.py",
        "",
        "a\0b.py",
        "./a.py",
        "\udcff",
    ],
)
def test_an_odd_path_is_passed_over_and_written_nowhere(path):
    with ScratchTree() as tree:
        assert tree.lay({path: "x", "good.py": "y"}) == ["tree/good.py"]
        assert [found.name for found in tree.root.rglob("*.py")] == ["good.py"]
        with pytest.raises(ToolError, match="not a path"):
            tree.write(f"tree/{path}", "x")


@given(st.text(st.sampled_from("\n\r\\\x1fnrbu a/."), min_size=1), st.sampled_from(["", "sub/"]))
def test_a_name_that_cannot_be_told_line_by_line_has_an_alias_of_its_own(name, folder):
    path = f"{folder}{name}.py"
    if {"", ".", ".."} & set(path.split("/")):
        return
    alias = ScratchTree.said(path)
    assert not set(alias) & set("\n\r\\")
    assert alias.count("/") == path.count("/")
    assert ScratchTree.meant(alias) == path
    with ScratchTree() as tree:
        assert tree.lay({path: "x"}) == [f"tree/{alias}"]
        assert (tree.root / "tree" / alias).read_text() == "x"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_is_laid_as_it_is(text):
    with ScratchTree() as tree:
        [path] = tree.lay({"a.py": text})
        assert (tree.root / path).read_bytes() == text.encode()

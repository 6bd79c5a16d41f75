"""A process notices that the files are not those any more that it has loaded."""

from __future__ import annotations

import time

import pytest

from thea_cli.installation import Installation
from thea_code_system.workspace.watches import TreeWatcher


@pytest.fixture(params=["watched", "looked at"])
def package(request, tmp_path, monkeypatch):
    if request.param != "watched":
        monkeypatch.setattr(TreeWatcher, "watch", lambda *_: None)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/weights.bin").write_bytes(b"1")
    (tmp_path / "code.py").write_text("x = 1\n")
    time.sleep(0.03)  # files within a tick of the clock prove nothing
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        lambda package: (package / "code.py").write_text("x = 2\n"),
        lambda package: (package / "data/weights.bin").write_bytes(b"2"),
        lambda package: (package / "data/weights.bin").unlink(),
        lambda package: (package / "data/rule.py").touch(),
    ],
)
def test_a_change_is_noticed(package, change):
    installation = Installation([str(package)])
    assert not installation.changed()
    change(package)
    assert installation.changed()
    time.sleep(0.03)
    assert installation.changed(), "it does not change back"


def test_what_python_compiles_is_no_change(package):
    installation = Installation([str(package)])
    (package / "__pycache__").mkdir()
    (package / "__pycache__/code.pyc").touch()
    assert not installation.changed()
    (package / "code.py").write_text("x = 2\n")
    assert installation.changed()

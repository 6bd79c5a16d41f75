"""The corpus script unpacks archives under pinned names and leaves alone what is there."""

from __future__ import annotations

import tarfile
import zipfile

import pytest
from corpus import NPM, PYPI, Corpus


@pytest.fixture
def sdist(tmp_path):
    source = tmp_path / "Shelf-1.0"
    source.mkdir()
    (source / "shelf.py").write_text("x = 1\n")
    with tarfile.open(tmp_path / "Shelf-1.0.tar.gz", "w:gz") as tar:
        tar.add(source, "Shelf-1.0")
    return tmp_path / "Shelf-1.0.tar.gz"


def test_an_archive_with_one_folder_lies_at_the_pinned_name(sdist, tmp_path):
    corpus = Corpus(tmp_path / "out")
    target = corpus.root / "pypi" / "shelf-1.0"
    corpus._bring(target, "shelf==1.0", lambda *_: sdist)
    assert (target / "shelf.py").read_text() == "x = 1\n"
    corpus._bring(target, "shelf==1.0", lambda *_: pytest.fail("brought twice"))


def test_a_wheel_with_several_folders_is_kept_whole(tmp_path):
    wheel = tmp_path / "shelf-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shelf/__init__.py", "")
        archive.writestr("shelf-1.0.dist-info/METADATA", "Name: shelf\n")
    Corpus._unpack(wheel, tmp_path / "out" / "shelf-1.0")
    assert (tmp_path / "out" / "shelf-1.0" / "shelf" / "__init__.py").exists()


def test_a_package_that_cannot_be_had_is_named(tmp_path):
    corpus = Corpus(tmp_path)
    corpus._bring(tmp_path / "pypi" / "gone-1.0", "gone==1.0", lambda *_: None)
    assert corpus.missing == ["gone==1.0"]


def test_every_version_is_pinned():
    assert len(PYPI) >= 25
    assert len(NPM) >= 5
    assert all("==" in pin for pin in PYPI)
    assert all("@" in pin[1:] for pin in NPM)

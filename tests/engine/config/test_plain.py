"""A file is read as it is, whatever its status says of its size."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from thea_code_system.config.plain import PlainFile


@pytest.mark.parametrize("size", [0, 1, 4096, 3_000_000])
def test_every_byte_of_a_file_is_read(tmp_path, size):
    data = os.urandom(size)
    tmp_path.joinpath("f").write_bytes(data)
    assert PlainFile(str(tmp_path / "f")).read() == data


@pytest.mark.parametrize("claimed", [0, 10, 2_999_999, 3_000_001])
def test_a_file_that_grows_or_shrinks_while_it_is_read_is_read_to_its_end(
    tmp_path, monkeypatch, claimed
):
    data = os.urandom(3_000_000)
    path = tmp_path / "f"
    path.write_bytes(data)
    status = list(path.stat())
    status[6] = claimed
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result(status))
    assert PlainFile(str(path)).read() == data


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no such file here")
def test_a_file_that_says_no_size_is_read():
    assert PlainFile("/proc/self/status").read().startswith(b"Name:")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="nobody says what is open here")
def test_reading_leaves_no_file_open(tmp_path):
    tmp_path.joinpath("f").write_text("text")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name, why in (("f", errno.EFBIG), ("", errno.EISDIR)):
        with pytest.raises(OSError, match=r".") as raised:
            PlainFile(str(tmp_path / name), most=1).read()
        assert raised.value.errno == why
    assert PlainFile(str(tmp_path / "f")).read() == b"text"
    assert len(list(Path("/proc/self/fd").iterdir())) == before

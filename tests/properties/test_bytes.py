"""What is not edited stays as it is, byte for byte, through reading and writing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry, Stamp, Write
from thea_code_system.workspace.reading import Reader
from thea_code_system.workspace.writing import GroupedWriter

STAMP = Stamp(0, 0, 0, 0)
HEADS = st.sampled_from([b"", b"\xef\xbb\xbf", b"# coding: latin-1\n", b"# coding: cp1252\r\n"])
BODIES = st.lists(st.sampled_from([b"a\n", b"\r\n", b"\r", b"x = '\xe9'", b"\xc3\xa9", b"\t"]))


@given(HEADS, BODIES)
@settings(deadline=None)
def test_a_file_that_can_be_read_is_written_back_the_same(head, body):
    data = head + b"".join(body)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.py"
        path.write_bytes(data)
        (value,) = Reader(folder, 1_000_000).read([Entry("f.py", STAMP)])
        if isinstance(value, SourceFile):
            write = Write("f.py", value.digest, value.encode_text(value.text + "#"))
            assert GroupedWriter([folder]).write([write])[0].done
            assert path.read_bytes() == data + b"#"
        assert [one.name for one in Path(folder).iterdir()] == ["f.py"]

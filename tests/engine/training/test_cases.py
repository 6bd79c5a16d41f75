"""Files of cases are read whole or refused, with the place that is wrong."""

from __future__ import annotations

import json

import pytest

from thea_code_system.errors import UsageError
from thea_code_system.training.cases import CaseFile

GOOD = {"id": "1", "language": "python", "kind": "k", "broken": "a\n", "fixed": "b\n"}


def written(tmp_path, *rows):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return CaseFile(str(path))


def test_cases_know_their_line_and_may_hold_more_fields(tmp_path):
    file = written(tmp_path, GOOD, "", {**GOOD, "id": 2, "path": "a.py"})
    assert [(case.id, case.line) for case in file.read()] == [("1", 1), ("2", 3)]


def test_a_limit_reads_no_further(tmp_path):
    assert len(written(tmp_path, GOOD, "no JSON").read(limit=1)) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([GOOD, "{"], "cases.jsonl:2: this is no JSON"),
        ([GOOD, "[]"], "cases.jsonl:2: this case has no id"),
        ([{"id": "1", "language": "python"}], "cases.jsonl:1: this case has no kind"),
        ([{**GOOD, "language": "cobol"}], "cases.jsonl:1: there is no language cobol"),
        ([GOOD, GOOD], "cases.jsonl:2: the id 1 is that of an earlier case"),
        ([], "there is no case in"),
    ],
)
def test_what_is_no_case_is_refused(tmp_path, rows, words):
    with pytest.raises(UsageError, match=words):
        written(tmp_path, *rows).read()


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot read the cases"):
        CaseFile(str(tmp_path)).read()
    (tmp_path / "latin").write_bytes(b"\xe9")
    with pytest.raises(UsageError, match="it is not UTF-8 text"):
        CaseFile(str(tmp_path / "latin")).read()

"""A rule's examples are its tests."""

import pytest
from thea_corrector_example import ForgottenBreakpoint

from thea_code_system.values.source import SourceFile


@pytest.mark.parametrize("text", ForgottenBreakpoint.CLEAN)
def test_clean_code_is_left_alone(text):
    assert list(ForgottenBreakpoint().find(SourceFile("m.py", text))) == []


@pytest.mark.parametrize(("before", "after"), ForgottenBreakpoint.FIXES.items())
def test_faults_are_fixed(before, after):
    text = before
    for proposal in ForgottenBreakpoint().find(SourceFile("m.py", before)):
        for edit in sorted(proposal.edits, reverse=True):
            text = text[: edit.start] + edit.replacement + text[edit.end :]
    assert text == after

"""The kind of a syntax error is told by what its repair edited, else by the parser's words."""

from __future__ import annotations

import pytest

from thea_code_system.training.mining.syntax_kinds import SyntaxKinds

CONFLICT = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> main\n"


@pytest.mark.parametrize(
    ("broken", "fault", "changes", "kind"),
    [
        (CONFLICT, "invalid syntax", [(["<<"], [])], "merge-conflict"),
        ("x", "invalid syntax", [([], ["<indent 4>"])], "indentation"),
        ("x", "invalid syntax", [(["("], ["["])], "bracket"),
        ("x", "invalid syntax", [([], [","]), ([], ["<newline>"])], "comma"),
        ("x", "'(' was never closed", [(["a"], ["b"])], "bracket"),
        ("x", "unterminated string literal", [(["a"], ["b"])], "string"),
        ("x", "invalid syntax", [(["a"], ["b"])], "misc"),
    ],
)
def test_each_kind_is_known(broken, fault, changes, kind):
    assert SyntaxKinds().kind(broken, fault, changes) == kind

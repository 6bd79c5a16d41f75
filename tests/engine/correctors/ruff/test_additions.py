"""Which edits of a fix only import what its other edits use."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.ruff.additions import ImportAdditions
from thea_code_system.values.correction import Edit

TEXT = "from contextlib import closing\nimport math\nexit(1)\n"
USE = Edit(TEXT.index("exit"), TEXT.index("exit") + 4, "sys.exit")


def whole(line, new):
    at = TEXT.index(line)
    return Edit(at, at + len(line), new)


@pytest.mark.parametrize(
    "edit",
    [
        Edit(0, 0, "import sys\n"),
        Edit(len(TEXT), len(TEXT), "; import sys"),
        Edit(0, 0, "    from . import sys as system\n"),
        whole("from contextlib import closing", "from contextlib import closing, suppress"),
        whole("import math", "import math"),  # so that no other fix takes it away
    ],
)
def test_an_added_import_is_one(edit):
    assert ImportAdditions(TEXT).of((USE, edit)) == (edit,)


@pytest.mark.parametrize(
    "edit",
    [
        Edit(0, 0, "import sys; print(sys)\n"),
        whole("import math\n", ""),
        whole("import math", "import sys"),
        whole("closing", "suppress"),
        Edit(0, 0, ""),
    ],
)
def test_what_takes_an_import_away_or_does_more_is_none(edit):
    assert ImportAdditions(TEXT).of((USE, edit)) == ()


def test_imports_that_nothing_else_in_the_fix_uses_stand_for_themselves():
    edit = Edit(0, 0, "import sys\n")
    assert ImportAdditions(TEXT).of((edit,)) == ()
    assert ImportAdditions(TEXT).of((edit, Edit(5, 5, "import os\n"))) == ()

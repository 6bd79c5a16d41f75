"""What a commit did about a finding: made the tool's edit, mended it otherwise, or left it."""

from __future__ import annotations

import pytest
from priors import Tools, Verdicts, wilson

CASES = {
    "made: the import is removed": ("ruff/F401", "import os\nx = 1\n", "x = 1\n", "made"),
    "used: the name came into use": (
        "ruff/F401",
        "import os\nx = 1\n",
        "import os\nx = os.name\n",
        "used",
    ),
    "other: the owner silences it": (
        "ruff/F401",
        "import os\nx = 1\n",
        "import os  # noqa: F401\nx = 1\n",
        "other",
    ),
    "left: the line changed, the finding stayed": (
        "ruff/F401",
        "import os, json\nx = json\n",
        "import os, json, re\nx = json, re\n",
        "left",
    ),
    "made: with another edit beside it": (
        "ruff/F541",
        'x = f"a" + y\n',
        'x = "a" + z\n',
        "made",
    ),
    "nothing: the commit was elsewhere": (
        "ruff/F401",
        "import os\nx = 1\n",
        "import os\nx = 2\n",
        None,
    ),
    "made: the word is respelt": (
        "spelling/typo",
        "# The adress of a shelf.\n",
        "# The address of a shelf.\n",
        "made",
    ),
    "other: another word was meant": (
        "spelling/typo",
        "# A similary shelf.\n",
        "# A similarity shelf.\n",
        "other",
    ),
    "rewritten: the comment is gone": (
        "spelling/typo",
        "# The adress of a shelf.\nx = 1\n",
        "# Where books are.\nx = 1\n",
        "rewritten",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(name):
    rule, before, after, wanted = CASES[name]
    found = Tools("F").look({"before": before, "after": after})
    [finding] = [f for f in found["before"] if f.rule == rule]
    assert Verdicts(before, after, found["after"]).judge(finding) == wanted


def test_a_text_that_does_not_parse_gives_no_evidence():
    assert "broken" not in Tools("F").look({"broken": "import os\ndef f(:\n"})


def test_a_name_of_the_program_is_no_misspelling():
    found = Tools("F").look({"a": "adress = 1\n# Keep the adress here.\n"})["a"]
    assert [f.safety for f in found] == ["name"]


def test_wilson_holds_the_share():
    low, high = wilson(9, 10)
    assert 0.59 < low < 0.6
    assert 0.98 < high < 0.99

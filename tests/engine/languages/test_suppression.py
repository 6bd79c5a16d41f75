"""What the owner of a file can ask to be left alone."""

from __future__ import annotations

from thea_code_system.languages.registry import Languages
from thea_code_system.languages.suppression import Suppressions

PYTHON = Languages().named("python")
JAVASCRIPT = Languages().named("javascript")


def of(text, language=PYTHON):
    return Suppressions.of(text, language)


def test_a_comment_speaks_of_its_own_line():
    found = of("import os  # thea: ignore[ruff/F401]\nimport sys\n")
    assert found.covers(1, "ruff/F401")
    assert not found.covers(1, "ruff/F541")
    assert not found.covers(2, "ruff/F401")


def test_a_comment_on_a_line_of_its_own_speaks_of_the_next():
    found = of("# thea: ignore[F401, spelling]\nimport os  # teh\nimport sys\n")
    assert found.covers(2, "ruff/F401")
    assert found.covers(2, "spelling/typo")
    assert not found.covers(3, "ruff/F401")


def test_without_codes_everything_is_meant():
    assert of("x = 1  # thea: ignore\n").covers(1, "patterns/any")


def test_disable_lasts_until_enable_or_the_end():
    found = of("a\n# thea: disable[ruff]\nb\n# thea: enable[ruff]\nc\n# thea: disable\nd\n")
    assert [line for line in range(1, 8) if found.covers(line, "ruff/F401")] == [2, 3, 6, 7]


def test_a_string_is_no_comment():
    assert not of("x = '# thea: ignore'\n").covers(1, "ruff/F401")


def test_javascript_comments_count_too():
    found = of("// thea: ignore[oxlint]\nvar a;\n/* thea: skip-file */\n", JAVASCRIPT)
    assert found.covers(2, "oxlint/no-var")
    assert found.skip_file


def test_those_that_nothing_needed_are_told():
    found = of("a = 1  # thea: ignore[ruff/F401]\nb = 2  # thea: ignore[ruff/F841]\n")
    assert [span.first for span in found.unused([(1, "ruff/F401")])] == [2]


def test_comments_to_formatters_and_linters_are_honoured_but_repairs_go_on():
    text = (
        "a\n# fmt: off\nb\n# fmt: on\nc  # fmt: skip\nd  # noqa\ne  # NOQA: F401\nf # fmt:off\ng\n"
    )
    found = of(text)
    lines = range(1, 10)
    assert [line for line in lines if found.covers(line, "spelling/typo")] == [2, 3, 4, 5, 6, 8, 9]
    assert [line for line in lines if found.covers(line, "ruff/F541")] == [2, 3, 4, 5, 8, 9]
    assert not any(found.covers(line, "syntax/missing-colon") for line in lines)
    assert found.unused([]) == ()
    assert not of("// # noqa\n", JAVASCRIPT).covers(1, "spelling/typo")

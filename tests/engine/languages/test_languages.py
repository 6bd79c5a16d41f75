"""Languages: lossless lexemes of any text, and honest parsers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.languages.registry import Languages

LANGUAGES = Languages()
EVERY = [LANGUAGES.named(name) for name in ("python", "javascript", "typescript", "tsx")]
PIECES = [
    "x",
    "'",
    '"',
    '"""',
    "`",
    "(",
    ")",
    "{",
    "\n",
    "\r\n",
    "\t",
    "  ",
    "#",
    "//",
    "/*",
    "0x1f",
    "é",
    "\\",
    "f'",
    "/",
    "=",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
def test_lexemes_put_together_are_the_text(language, text):
    lexemes = language.lexemes(text)
    assert "".join(lexeme.text for lexeme in lexemes) == text
    assert all(text[lexeme.start : lexeme.end] == lexeme.text for lexeme in lexemes)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.py", "python"),
        ("b.pyi", "python"),
        ("a.mjs", "javascript"),
        ("A.JSX", "javascript"),
        ("a.cts", "typescript"),
        ("a.tsx", "tsx"),
    ],
)
def test_a_file_has_the_language_of_its_suffix(path, name):
    assert LANGUAGES.for_path(path).name == name


def test_an_unknown_suffix_has_no_language():
    assert LANGUAGES.for_path("README.md") is None


@pytest.mark.parametrize(
    "text", ["x = 1\n", "", "match x:\n    case 1:\n        pass\n", "x = '\\d'\n"]
)
def test_python_that_parses_has_no_fault(text):
    assert LANGUAGES.named("python").parses(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ny = (\n", 2),
        ("x = 1\r\n  y = 2\r\n", 2),
        ("x\ry = = 2\r", 2),
        ("a = 1\nb = '\0'\n", 2),
        ("x = '\ud800'\n", 1),
    ],
)
def test_python_names_the_line_at_fault_whatever_ends_its_lines(text, line):
    assert LANGUAGES.named("python").faults(text)[0].line == line


def test_python_too_deep_to_parse_is_a_fault_and_no_crash():
    assert not LANGUAGES.named("python").parses("-" * 100_000 + "1")


def test_tree_sitter_counts_offsets_in_code_points():
    faults = LANGUAGES.named("javascript").faults("let é = 'éé';\nlet y = (1;\n")
    assert faults[0].line == 2
    assert all(0 <= fault.offset <= 26 for fault in faults)


@pytest.mark.parametrize("path", ["typescript", "tsx", "javascript"])
def test_good_code_has_no_fault(path):
    assert LANGUAGES.named(path).parses("export const f = (a) => { return a / 2; };\n")


def test_jsx_is_part_of_javascript_and_tsx():
    text = "const a = <p className='x'>don't</p>;\n"
    assert LANGUAGES.named("javascript").parses(text)
    assert LANGUAGES.named("tsx").parses(text)


def test_a_parse_that_takes_too_many_steps_is_a_fault_and_the_next_one_is_none(monkeypatch):
    language = Languages().named("tsx")
    text = "const a = (1 + 2);\n" * 200
    with monkeypatch.context() as patch:
        patch.setattr("thea_code_system.languages.grammar._STEPS", -1_000_000)
        assert "no way through" in language.faults(text)[0].message
        assert not language.parses(text)
    assert language.parses(text)

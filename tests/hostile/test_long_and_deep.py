"""Files that are long, deep, or both: each is looked at, and the run ends in time, in bounds."""

from __future__ import annotations

import re
import time

import pytest

from thea_code_system.correctors.syntax.brackets import Brackets
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.registry import Languages
from thea_code_system.languages.screen import Screen
from thea_code_system.values.source import SourceFile

pytest.importorskip("torch")
FIXABLE, FIXED = "import os\n\nprint(1)\n", "\nprint(1)\n"
DEEP, LONG = 100_000, 1_000_000
STOP, USUAL = 2.0, 20.0  # syntax-seconds here, and by default
MIXED = "([{" * (DEEP // 3), "}])" * (DEEP // 3)

# By name and suffix: what the file holds, and how the run has to end.
NESTED = {
    "round.py": ("x = " + "(" * DEEP + ")" * DEEP + "\n", 0),
    "round.ts": ("x = " + "(" * DEEP + ")" * DEEP + "\n", 0),
    "square.js": ("x = " + "[" * DEEP + "]" * DEEP + "\n", 0),
    "open.py": ("x = " + "(" * DEEP + "\n", None),
    "open.tsx": ("x = " + "{" * DEEP + "\n", None),
    "open_lines.js": ("(\n" * DEEP, None),
    "mixed.py": (f"x = {MIXED[0]}1{MIXED[1]}\n", None),
    "crossed.js": (f"x = {MIXED[0]}1{MIXED[1][::-1]}\n", None),
    "calls.py": ("x = " + "f(" * DEEP + ")" * DEEP + "\n", 0),
    "blocks.js": ("if(x){" * DEEP + "}" * DEEP, 0),
    "jsx.tsx": ("x = " + "<a>" * DEEP + "</a>" * DEEP + "\n", None),
    "else.js": ("if (x) {}\n" + "else if (x) {}\n" * DEEP, None),
    "elif.py": ("if x:\n    pass\n" + "elif y:\n    pass\n" * DEEP, None),
    "indented.py": ("".join(f"{' ' * n}if x:\n" for n in range(1_000)) + " " * 1_000 + "x\n", None),
    "strings.py": ("x = " + "f'{" * 1_000 + "1" + "}'" * 1_000 + "\n", None),
    "sum.py": ("x = " + "a+" * 400_000 + "a\n", None),
    "sum.js": ("x = " + "a+" * 400_000 + "a\n", None),
}  # fmt: skip
LINES = {
    "lines.py": ("import os\n" + "a = 1\n" * LONG, 0),
    "lines.js": ("debugger;\n" + "a = 1;\n" * LONG, 0),
    "lines_fault.py": ("a = 1\n" * LONG + "def f(a)\n    return a\n", None),
    "lines_fault.js": ("a = 1;\n" * LONG + "function f(a) {\n", None),
    "empty_fault.py": ("\n" * LONG + "def f(a)\n    return a\n", None),
    "string.py": ("x = '" + "a" * 10 * LONG + "'\n", 0),
    "comment.js": ("// " + "teh word " * LONG + "\n", 0),
    "minified.js": ("".join(f"var a{n}=(b)=>{{return b?{n}:[b]}};" for n in range(250_000)), 0),
    "functions.py": ("".join(f"def f{n}(a): return a\n" for n in range(LONG // 5)), 0),
}  # fmt: skip


@pytest.fixture
def run(target):
    """A file among others through every corrector, whatever its size; the others are corrected."""

    def go(name, text, code):
        good = target.write("good.py", FIXABLE)
        target.write("good.js", "let a = 1;\n")
        target.write(name, text)
        target.write("thea.toml", f"syntax-seconds = {STOP}\n")
        done = target.thea("correct", ".", "--max-file-size", 10**9)
        most = (2 << 30) + 400 * len(text)  # a syntax tree of Python's takes that for a character
        done.check(done.code if code is None and done.code in {0, 1, 2} else code, most)
        assert done.seconds < 60 - USUAL + STOP, "it would take too long with the usual stop"
        assert good.read_text() == FIXED
        if done.code == 2:
            assert f"failed {name}" in done.out
        return done

    return go


@pytest.mark.slow
@pytest.mark.parametrize("name", NESTED)
def test_what_nests_deep(run, name):
    run(name, *NESTED[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", LINES)
def test_what_is_long(run, name):
    run(name, *LINES[name])


@pytest.mark.slow
def test_a_gigabyte_of_nothing_with_the_limit_raised(target):
    good = target.write("good.py", FIXABLE)
    for name in ("big.py", "big.js"):
        with (target.root / name).open("wb") as file:
            file.truncate(1 << 30)
    target.thea("correct", ".", "--max-file-size", 2 << 30).check(0)
    assert good.read_text() == FIXED


# --- texts that make a careless algorithm take quadratic time ------------------------------------

QUOTES = {
    "escaped.py": "'" + "\\'" * 150_000,
    "escaped3.py": '"""' + '\\"""' * 75_000,
    "prose.py": "don't\n" * 50_000,
    "escaped.js": "`" + "\\`" * 150_000,
    "remarks.js": "/*" * 150_000,
    "patterns.js": "(=/[a" * 60_000,
}


@pytest.mark.parametrize("name", QUOTES)
def test_lexemes_of_what_is_never_closed_take_linear_time(name):
    text = QUOTES[name]
    start = time.thread_time()
    found = Languages().for_path(name).lexemes(text)
    assert time.thread_time() - start < 10
    assert "".join(lexeme.text for lexeme in found) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "\n" * 200_000),
        ("a.py", "except " * 40_000),
        ("a.py", "try:\n  pass\nexcept A, e:\n  pass\ne = 1\n" * 2_000),
        ("a.js", "{%a" * 80_000),
        ("a.js", "'" + "{{ a }}" * 40_000),
        ("a.js", "{{" + " " * 300_000),
        ("a.js", "<%" * 100_000),
    ],
)
def test_telling_other_languages_takes_linear_time(name, text):
    source, screen = SourceFile(name, text), Screen()
    start = time.thread_time()
    screen.skip_reason(source)
    screen.has_old_except(source)
    screen.is_python2(source)
    assert time.thread_time() - start < 10


@pytest.mark.parametrize("name", ["crossed.js", "mixed.py"])
def test_brackets_and_faults_of_a_deep_text_are_found_in_linear_time(name):
    start = time.thread_time()
    source = SourceFile(name, NESTED["crossed.js"][0])
    broken = BrokenSource.of(source, Languages().for_path(name))
    assert broken.faults
    assert len(Brackets.of(broken).clashing) > 10_000
    assert time.thread_time() - start < 10


def test_of_very_many_faults_the_first_are_told_with_their_places():
    text = "ü = (;\n" * 5_000
    faults = Languages().for_path("a.js").faults(text)
    assert 0 < len(faults) <= 2_000
    assert [fault.offset for fault in faults] == sorted(fault.offset for fault in faults)
    for fault in faults[::100]:
        assert fault.line == text.count("\n", 0, fault.offset) + 1
        if shown := re.match(r"unexpected '([^'\\]+)'", fault.message):
            assert text.startswith(shown[1].strip(), fault.offset)

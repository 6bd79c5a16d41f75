"""Clean code is cut into pieces that parse by themselves."""

from __future__ import annotations

import pytest

from thea_code_system.languages.registry import Languages
from thea_code_system.training.corpus import Corpus

PYTHON = Languages().named("python")
FUNCTION = "def f{0}(a):\n    b{0} = a\n    for c in a:\n        b{0} += c\n    return b{0}\n\n\n"


@pytest.fixture
def folder(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / "package" / name.replace("__", ".").replace("_IN_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        return tmp_path / "package"

    return write


def cut(folder):
    return list(Corpus().pieces([folder]))


def code(*numbers):
    return "".join(FUNCTION.format(number) for number in numbers)


def test_a_short_file_is_one_piece_with_its_origin(folder):
    (piece,) = cut(folder(a__py=code(1, 2)))
    assert (piece.language, piece.origin) == ("python", "package/a.py")
    assert piece.text.rstrip() == code(1, 2).rstrip()


def test_a_long_file_is_cut_between_statements(folder):
    pieces = cut(folder(a__py=code(*range(60))))
    assert len(pieces) > 2
    assert all(PYTHON.parses(piece.text) for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(
        code(*range(60)).split()
    )


def test_methods_of_a_long_class_are_cut_under_its_first_line(folder):
    methods = "".join(f"    {line}\n" if line else "\n" for line in code(*range(60)).splitlines())
    pieces = cut(folder(a__py=f"class Large(Base):\n{methods}"))
    assert len(pieces) > 2
    assert all(piece.text.startswith("class Large(Base):\n") for piece in pieces)
    assert all(PYTHON.parses(piece.text) for piece in pieces)


def test_scripts_are_cut_too(folder):
    lines = "".join(f"function f{n}(a) {{\n  return a + {n};\n}}\n" for n in range(80))
    pieces = cut(folder(a__js=lines, b__ts=lines.replace("(a)", "(a: number)")))
    assert {piece.language for piece in pieces} == {"javascript", "typescript"}
    assert len(pieces) > 3


def test_the_same_text_comes_once(folder):
    assert len(cut(folder(a__py=code(1, 2), b__py=code(1, 2).replace("\n\n\n", "\n\n")))) == 1


@pytest.mark.parametrize(
    "texts",
    [
        {"a__py": "# @generated\n" + code(1, 2)},
        {"a__py": "def f(:\n" + code(1, 2)},
        {"a__py": "a = 1\n"},
        {"vendor_IN_a__py": code(1, 2)},
        {"a__min__js": "f();\n" * 20},
        {"a__txt": code(1, 2)},
        {"a__py": f"a = '{'x' * 5000}'\n" + code(1)},
    ],
    ids=["generated", "broken", "short", "vendored", "minified", "no code", "wide"],
)
def test_what_teaches_nothing_is_passed_over(folder, texts):
    assert cut(folder(**texts)) == []


def test_files_come_in_the_order_of_their_paths(folder):
    found = cut(folder(b__py=code(1, 2), a__py=code(3, 4)))
    assert [piece.origin for piece in found] == ["package/a.py", "package/b.py"]

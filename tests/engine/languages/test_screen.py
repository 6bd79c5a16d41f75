"""What looks broken but is meant so."""

from __future__ import annotations

import pytest

from thea_code_system.languages.screen import Screen
from thea_code_system.values.outcome import SkipReason
from thea_code_system.values.source import SourceFile

SCREEN = Screen()


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.js", "/**\n * @flow\n */\nconst x: number = 1;\n", SkipReason.FLOW),
        ("a.js", "// @flow strict\nconst x: number = 1;\n", SkipReason.FLOW),
        ("setup.py", "name = {{ cookiecutter.name }}\n", SkipReason.TEMPLATE),
        ("a.py", "{% if x %}\ny = 1\n{% endif %}\n", SkipReason.TEMPLATE),
        ("a.js", "let x = <%= value %>;\n", SkipReason.TEMPLATE),
        ("a.py", "x = (1\n", None),
        ("a.jsx", "const a = <p style={{ color }}>x\n", None),
        ("a.py", "x = f'{{ a }}' + (\n", None),
    ],
)
def test_flow_and_templates_are_told_from_broken_code(path, text, reason):
    assert SCREEN.skip_reason(SourceFile(path, text)) == reason


@pytest.mark.parametrize(
    "text",
    [
        "print 'x'\n",
        "try:\n    pass\nexcept ValueError, e:\n    print e\n",
        "exec 'x' in d\n",
        "raise ValueError, 'x'\n",
        "x = 0777\n",
        "print 'no newline at the end'",
    ],
)
def test_a_whole_file_of_python_2_is_known(text):
    assert SCREEN.is_python2(SourceFile("a.py", text))


@pytest.mark.parametrize("text", ["x = (1\n", "print 'x'\ny = (\n", "def f(:\n    print 'x'\n"])
def test_broken_files_are_no_python_2(text):
    assert not SCREEN.is_python2(SourceFile("a.py", text))


@pytest.mark.parametrize(
    ("handler", "old"),
    [
        ("except ValueError, e:\n    log(e)\n", True),
        ("except ValueError, e:\n    pass\n", True),
        ("except ValueError, TypeError:\n    pass\n", False),
        ("except ValueError, Mine:\n    pass\nclass Mine(Exception): pass\n", False),
    ],
)
def test_a_name_in_an_except_clause_is_told_from_a_second_exception(handler, old):
    assert SCREEN.has_old_except(SourceFile("a.py", f"try:\n    x()\n{handler}")) is old

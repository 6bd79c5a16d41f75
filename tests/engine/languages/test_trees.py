"""Trees are made in several threads at once, though CPython 3.11 minds that."""

from __future__ import annotations

import ast
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from thea_code_system.languages.trees import PythonTree

TEXT = "".join(f"def f{n}(a, b):\n    return [a + b, ({n}, a)]\n\n\n" for n in range(200))


def test_threads_that_parse_at_once_all_get_their_tree():
    def let_others_in(*_):
        time.sleep(0)

    gc.callbacks.append(let_others_in)
    before = gc.get_threshold()
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(4) as threads:
            trees = list(threads.map(PythonTree.of, [TEXT] * 12))
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(let_others_in)
    assert {ast.dump(tree) for tree in trees} == {ast.dump(ast.parse(TEXT))}


@pytest.mark.parametrize("text", ["def", "x = '\0'"])
def test_what_is_no_python_is_said(text):
    with pytest.raises((SyntaxError, ValueError)):
        PythonTree.of(text)

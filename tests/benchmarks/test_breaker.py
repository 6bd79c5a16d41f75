"""The breaker makes cases that are broken, whose original is healthy, and that the seed decides."""

from __future__ import annotations

import ast
import json
import random
import sys

import breaker
import pytest
from breaks.base import Source, apply
from breaks.javascript import SCRIPT, Grammars, ScriptSource
from breaks.python import PYTHON, PythonSource

MODULE = '''"""Prices of books."""

import os


class Shelf(object):
    """Holds books."""

    def price(self, book, rate=1.5):
        total, count = 0, 0
        for copy in book["copies"]:
            if copy == "lost" and not rate:
                continue
            elif count != 0o17 or total is None:
                total += 1
        return {"total": total, "name": repr(book), "rate": rate}

    def close(self):
        pass


def report(shelf, *books):
    try:
        print("prices", len(books))
        exec("import this", {})
    except (OSError, ValueError) as error:
        raise KeyError("no price") from error
    else:
        raise TypeError("never")
'''
SCRIPT_TEXT = """// Prices of books, as the shelf on the left of the page shows them.
import { rate } from './rate';

export const price = (book, count) => {
  const name = `book ${book.title}`;
  if (count === 0 && !book.lost) {
    return { name, total: [1, 2, 3] };
  } else if (book.copies != null) {
    return { name: "none", total: book.copies };
  }
  return <ul className="shelf"><li>{name}</li><li>none</li></ul>;
};
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    for package in ("one-1.0", "two-2.0"):
        folder = root / "pypi" / package / "src"
        folder.mkdir(parents=True)
        (folder / "shelf.py").write_text(f"# {package}\n{MODULE}")
        for suffix in (".js", ".tsx"):
            (folder / f"price{suffix}").write_text(f"// {package}\n{SCRIPT_TEXT}")
        (folder / "rates.ts").write_text(SCRIPT_TEXT.replace("<ul", "1 /*").replace("ul>", "*/"))
    return root


def run(corpus, out, *, seed: int, count: int = 40) -> list[dict]:
    arguments = ["--corpus", str(corpus), "--out", str(out), "--count", str(count)]
    sys.argv = ["breaker.py", *arguments, "--seed", str(seed)]
    assert breaker.main() == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_every_case_is_broken_and_its_original_is_healthy(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [])
    judge = breaker.Judge()
    rows = run(corpus, tmp_path / "cases.jsonl", seed=0)
    assert len({row["id"] for row in rows}) == len(rows) == 40
    assert {row["language"] for row in rows} == {"python", "javascript", "typescript", "tsx"}
    for row in rows:
        assert 1 <= row["n"] == len(row["breaks"]) <= 3
        assert row["kind"] == row["breaks"][0]
        assert judge.accepts(row["fixed"], row["language"])
        assert judge.rejects(
            row["broken"], row["language"], newer="except-comma" not in row["breaks"]
        )


def test_the_seed_decides(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [])
    first = run(corpus, tmp_path / "a.jsonl", seed=7, count=12)
    assert run(corpus, tmp_path / "b.jsonl", seed=7, count=12) == first
    assert run(corpus, tmp_path / "c.jsonl", seed=8, count=12) != first


@pytest.mark.parametrize("kind", sorted(PYTHON))
def test_every_python_kind_can_stop_a_module_from_parsing(kind):
    source = PythonSource(MODULE)
    texts = [
        apply(MODULE, list(b.edits)) for seed in range(8) for b in made(PYTHON[kind], source, seed)
    ]
    assert any(not parses(text) for text in texts)


@pytest.mark.parametrize("kind", sorted(SCRIPT))
def test_every_script_kind_can_stop_a_component_from_parsing(kind):
    grammars = Grammars()
    source = ScriptSource(SCRIPT_TEXT, "tsx", grammars)
    made_here = [b for seed in range(8) for b in made(SCRIPT[kind], source, seed)]
    texts = [apply(SCRIPT_TEXT, list(b.edits)) for b in made_here]
    assert any(grammars.parse(text, "tsx").root_node.has_error for text in texts)


def test_tokens_of_scripts_count_characters_not_bytes():
    text = 'const name = "größe"; const next = name;\n'
    source = ScriptSource(text, "typescript", Grammars())
    assert all(text[t.start : t.end] == t.text for t in source.tokens)


def made(kind, source: Source, seed: int) -> list:
    return list(kind(source, random.Random(seed)))


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True

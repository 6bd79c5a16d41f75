"""An actor has several batches in hand: its corrector repairs one file at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.languages.registry import Languages
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

CONTEXT = ProjectContext("/", Settings())
TEXTS = {
    "a.py": "def area(width, height)\n    return width * height\n",
    "b.ts": "const first = [1, 2;\nexport function total() { return first[0]; }\n",
    "c.py": "total = area(1, 2\nprint(total)\n",
    "d.js": "function f(x { return x + 1; }\n",
}


async def test_batches_that_come_at_once_get_what_each_would_get_alone():
    sources = [SourceFile(path, text) for path, text in TEXTS.items()]
    alone = [(await SyntaxCorrector().propose([source], CONTEXT))[0] for source in sources]
    corrector = SyntaxCorrector()
    together = await asyncio.gather(*(corrector.propose([one], CONTEXT) for one in sources * 8))
    assert [found[0] for found in together] == alone * 8


@pytest.mark.parametrize("name", ["python", "typescript"])
def test_a_language_can_be_asked_from_several_threads(name):
    language = Languages().named(name)
    text = {"python": "x = [" + "f(1), " * 300 + "\n", "typescript": "let x = [" + "f(1), " * 300}
    wanted = language.faults(text[name])
    found = []

    def ask():
        found.extend(language.faults(text[name]) for _ in range(30))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 180

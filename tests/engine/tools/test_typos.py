"""What typos says, and what need not be asked again."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.tools.typos import TyposHit
from thea_code_system.values.source import SourceFile

LINES = st.sampled_from(
    ["", "x = 1", "# recieve teh seperate", "é teh", "# teh", "\tadress = 2\r", "y = 'wich'"]
)
TEXTS = st.lists(LINES, max_size=8).map("\n".join)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=3))
def test_an_edited_text_gets_the_answer_that_it_would_get_if_it_were_new(texts):
    async def compare() -> None:
        used = Toolbox()
        for text in texts:
            fresh = Toolbox()
            source = [SourceFile("a.py", text)]
            assert await used.typos.check(source, ()) == await fresh.typos.check(source, ())
            fresh.close()
        used.close()

    asyncio.run(compare())


async def test_no_process_is_started_where_every_line_is_known(monkeypatch):
    box = Toolbox()
    await box.typos.check([SourceFile("a.py", "import os\n# recieve\n")], ())
    monkeypatch.setattr("asyncio.create_subprocess_exec", None)
    found = await box.typos.check([SourceFile("a.py", "# recieve\n")], ())
    assert found == {"a.py": (TyposHit(2, "recieve", ("receive",)),)}
    box.close()


async def test_other_words_are_another_question():
    box = Toolbox()
    source = [SourceFile("a.py", "# recieve\n")]
    assert await box.typos.check(source, ())
    assert not await box.typos.check(source, ("recieve",))
    box.close()

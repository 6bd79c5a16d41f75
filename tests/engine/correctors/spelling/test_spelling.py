"""The family `spelling`: misspelt words in English prose, and nothing else."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.source import SourceFile


@pytest.fixture
def propose():
    toolbox = Toolbox()

    async def ask(text, path="m.py", words=(), known=()):
        settings = Settings(select=("spelling",), words=words)
        context = ProjectContext("/nowhere", settings, words=frozenset(known))
        [corrector] = CorrectorRegistry(context, toolbox).active()
        source = SourceFile(path, text)
        [proposals] = await corrector.propose([source], context)
        ask.facts = list(corrector.facts(source, context))
        for proposal in proposals:
            [edit] = proposal.edits
            assert text[edit.start : edit.end] in proposal.message
        ask.scores = [proposal.score for proposal in proposals]
        return [(proposal.safety, proposal.edits[0].replacement) for proposal in proposals]

    yield ask
    toolbox.close()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("m.py", "# We recieve the message, and then it is sent.\n"),
        ("m.py", "x = '😀'  # We recieve the message, and then it is sent.\n"),
        ("m.py", "x = 1\r\n# This is where we\r\n# recieve messages.\r\n"),
        ("m.py", 'def f():\n    """Recieve the message that was in the queue."""\n'),
        ("m.py", 'x = 1\n"""The x that we recieve from the server."""\n'),
        ("a.ts", "/**\n * This is what we\n * recieve from the server.\n */\nlet x = 1;\n"),
        ("a.js", "let x = 1; // We recieve the message, and it is sent.\n"),
    ],
)
async def test_prose_in_comments_and_docstrings_is_safe(propose, path, text):
    [(safety, replacement)] = await propose(text, path)
    assert safety is Safety.SAFE
    assert replacement.lower() == "receive"


async def test_prose_in_other_strings_is_unsafe(propose):
    assert await propose("x = 'This is what we recieve from the server'\n") == [
        (Safety.UNSAFE, "receive")
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("m.py", "recieve = 1\n"),
        ("tests/testdata/m.py", "# We recieve the message, and then it is sent.\n"),
        ("pkg/locale/m.py", "# We recieve the message, and then it is sent.\n"),
        ("a.tsx", "let x = <p>this is what we recieve from the server</p>;\n"),
    ],
)
async def test_identifiers_test_data_and_translations_are_only_shown(propose, path, text):
    found = await propose(text, path)
    assert found
    assert {safety for safety, _ in found} == {Safety.DISPLAY_ONLY}


@pytest.mark.parametrize(
    "comment",
    [
        "Call `recieve` when it is there and we can.",
        "This is in the module pkg.recieve of the server.",
        "See https://example.org/recieve for what is to be done.",
        "Write to recieve@example.org if this is not so.",
        "The option is --recieve and it is not on by default.",
        "The RECIEVE of it is not the one that we have.",
        "The class MyRecieve is the one that we have.",
        "It is what Mr. Jones and Recieve have in common.",
        "Wir haben recieve the Größe in der Datei.",
        "recieve(the, message) and then it is sent to this",
        "recieve = the message that is sent to this",
        "for recieve in the_list: this is to be done",
        "type: ignore because this is a recieve and it is not typed",
        "recieve mesages",
        'it is called "recieve" in the file that we have',
        "$ openssl rsa -in the.key -out the.key recieve",
        "Copyright (c) by the recieve company, which is in the list",
        "This is the teh of it",
    ],
)
async def test_what_is_no_plain_english_is_left_alone(propose, comment):
    assert await propose(f"# {comment}\nx = 1\n") == []


async def test_doctests_are_left_alone(propose):
    text = '"""This is how it is done:\n\n>>> f()\nThis is what\nwe recieve from the server.\n"""\n'
    assert await propose(text) == []


async def test_words_of_the_tree_are_right(propose):
    text = "# We recieve the message, and then it is sent.\n"
    assert await propose(text, known=["recieve"]) == []
    assert propose.facts == [("word", "recieve")]
    assert await propose(text, known=["other"])


async def test_words_of_the_configuration_are_right(propose):
    assert (
        await propose("# We recieve the message, and then it is sent.\n", words=("Recieve",)) == []
    )


async def test_what_stands_in_the_file_three_times_is_meant(propose):
    assert await propose("# We recieve the message, and then it is sent.\n" * 3) == []


@pytest.mark.parametrize(
    ("word", "certain"),
    [
        ("recieve", True),
        ("deprected", True),
        ("occurence", True),
        ("seperate", True),
        ("conversino", False),
        ("enumerables", False),
    ],
)
async def test_a_word_more_than_one_slip_away_is_not_certain(propose, word, certain):
    [_] = await propose(f"# This is the {word} that we have in the queue.\n")
    assert [score >= 0.8 for score in propose.scores] == [certain]


@pytest.mark.parametrize("word", ["writeable", "lisence", "constaints"])
async def test_a_word_that_may_be_meant_is_left_alone(propose, word):
    assert await propose(f"# This is the {word} that we have in the queue.\n") == []

"""A small vocabulary, learned from a few words, and texts read with it."""

from __future__ import annotations

import pytest

from thea_code_system.languages.registry import Languages
from thea_code_system.models.tagger import Tagger
from thea_code_system.models.tags import EDITS, INSERTS
from thea_code_system.models.tokens import CodeTokens
from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.models.words import WORDS

LANGUAGES = Languages()


@pytest.fixture(scope="session")
def languages():
    return LANGUAGES


@pytest.fixture(scope="session")
def vocabulary():
    return Vocabulary.learned([*WORDS, "total", "value", "items", "count"] * 3, 400)


@pytest.fixture(scope="session")
def tokens_of(languages):
    def read(text, language="python"):
        return CodeTokens.of(languages.named(language).lexemes(text))

    return read


@pytest.fixture(scope="session")
def tags_of(languages, tokens_of):
    """Edits in words: (the token's text, what happens to it or before it, the name written)."""

    def say(text, *edits, language="python"):
        tokens = tokens_of(text, language)
        tagging = Tagger(text, tokens, languages.named(language))(edits)
        ends = {len(tokens.items): "<end>"}
        where = {n: token.text or f"line {token.column}" for n, token in enumerate(tokens.items)}
        return [
            (
                (where | ends)[tag.index],
                f"insert {INSERTS[tag.label]}" if tag.insert else EDITS[tag.label],
                *([tag.name] if tag.name else []),
            )
            for tag in tagging.tags
        ]

    return say

"""The family ``spelling``: words that typos knows only one way to mend."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.spelling.places import Places
from thea_code_system.languages.registry import Languages
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.tools.typos import TyposHit
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import SourceFile

CODE = "spelling/typo"
_SHORTEST = 5
# What typos mends although some write it on purpose, or may mean another word (license, contains).
_DEFENSIBLE = frozenset({"constaints", "lisence", "seeked", "writeable"})
_FOREIGN = re.compile(r"(^|/)(locales?|i18n|l10n|lang(uages?)?|translations?)(/|$)", re.IGNORECASE)
_PLACES = {
    "comment": (Safety.SAFE, 0.95),
    "docstring": (Safety.SAFE, 0.95),
    "string": (Safety.UNSAFE, 0.6),
    "elsewhere": (Safety.DISPLAY_ONLY, 0.3),
}
_FAR = 0.6  # where more than one slip lies between a word and its correction, another may be meant


class SpellingCorrector(Corrector):
    """Proposes the one correction of a misspelt word, by the place where it stands."""

    name: ClassVar[str] = "spelling"
    languages: ClassVar[frozenset[str]] = frozenset({"python", "javascript", "typescript", "tsx"})
    stage: ClassVar[Stage] = Stage.SPELLING

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._languages = Languages()
        self._read: dict[str, frozenset[str]] = {}

    async def prepare(self, sources: Sequence[SourceFile], context: ProjectContext) -> None:
        """Ask typos, which remembers its answer."""
        await self._toolbox.typos.check(sources, context.settings.words)

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """One proposal for each word, in the order of their places."""
        found = await self._toolbox.typos.check(sources, context.settings.words)
        return await asyncio.to_thread(self._all, sources, found, context)

    def facts(self, source: SourceFile, context: ProjectContext) -> Iterable[tuple[str, str]]:
        """Each word that was looked up among those of the tree."""
        del context
        return [("word", word) for word in sorted(self._read.get(source.path, ()))]

    def version(self) -> str:
        """The version of typos, and so of its dictionary."""
        return self._toolbox.typos.version()

    def _all(
        self,
        sources: Sequence[SourceFile],
        found: Mapping[str, Sequence[TyposHit]],
        context: ProjectContext,
    ) -> list[list[Proposal]]:
        """Off the event loop: the first misspelt word has the whole tree scanned."""
        return [
            list(self._proposals(source, found.get(source.path, ()), context)) for source in sources
        ]

    def _proposals(
        self, source: SourceFile, hits: Sequence[TyposHit], context: ProjectContext
    ) -> Iterator[Proposal]:
        likely = [hit for hit in hits if self._is_likely(hit)]
        if not likely:
            return
        words = frozenset(hit.word.lower() for hit in likely)
        self._read[source.path] = self._read.get(source.path, frozenset()) | words
        unknown = [hit for hit in likely if hit.word.lower() not in context.words]
        often = self._frequent(source, unknown)
        unusual = context.looks_deliberate(source.path) or _FOREIGN.search(source.path)
        places = Places(source, self._languages)
        for hit in unknown:
            place = places.of(hit)
            if place is None or hit.word.lower() in often:
                continue
            safety, score = _PLACES["elsewhere" if unusual else place]
            near = self._is_one_slip(hit.word.lower(), hit.corrections[0].lower())
            yield Proposal(
                rules=(CODE,),
                message=f"`{hit.word}` should be `{hit.corrections[0]}`",
                edits=(Edit(hit.offset, hit.offset + len(hit.word), hit.corrections[0]),),
                safety=safety,
                score=score if near else min(score, _FAR),
                evidence=(("place", place),),
            )

    @staticmethod
    def _is_likely(hit: TyposHit) -> bool:
        return (
            len(hit.corrections) == 1
            and len(hit.word) >= _SHORTEST
            and hit.word.lower() not in _DEFENSIBLE
            and hit.word.isascii()
            and hit.word.isalpha()
            and (hit.word.islower() or hit.word.istitle())
            and hit.corrections[0].replace("-", "").replace(" ", "").isalpha()
        )

    @staticmethod
    def _is_one_slip(word: str, correction: str) -> bool:
        """Whether one letter was left out, put in, taken for another, or swapped with the next.

        An ``s`` at the end is no slip: both numbers are words.
        """
        if word.removesuffix("s") == correction.removesuffix("s"):
            return False
        while word and correction and word[0] == correction[0]:
            word, correction = word[1:], correction[1:]
        while word and correction and word[-1] == correction[-1]:
            word, correction = word[:-1], correction[:-1]
        swapped = len(word) == 2 and word[::-1] == correction
        return swapped or (len(word) <= 1 and len(correction) <= 1)

    @staticmethod
    def _frequent(source: SourceFile, hits: Sequence[TyposHit]) -> frozenset[str]:
        """Words that stand in this very file more than twice: somebody means them."""
        text = source.text.lower()
        return frozenset(
            word for word in {hit.word.lower() for hit in hits} if text.count(word) > 2
        )

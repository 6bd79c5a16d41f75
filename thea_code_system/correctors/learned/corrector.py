"""The family ``learned``: each place that the edit model would write otherwise is a proposal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar, Final

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.learned.alarms import Alarm, AlarmFinder
from thea_code_system.correctors.learned.classes import TokenClasses
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.scopes import Names, PythonNames, ScriptNames
from thea_code_system.languages.base import Language
from thea_code_system.languages.registry import Languages
from thea_code_system.models.editor import EditModel, Opinion, Revision
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.workspace.carrying import TextCarrier

_LEAST: Final = 0.25  # what is less probable helps nobody
_OFFERED: Final = 5
_MEASURED: Final = 20  # the same where everything is asked for, so that calibration can rank it
_LOOKED: Final = 20  # alarms of a file that get a second look
_ROWS: Final = 20_000  # tokens whose windows are kept in memory together: 60 MB
_KEPT: Final = 4_096  # files remembered for their next pass


class LearnedCorrector(Corrector):
    """Looks for small bugs in files that parse: names, operators, literals, arguments, negations.

    It reads a file once a run, before any edit of its own: what it found then and what still
    stands on unchanged lines is proposed again in later passes. Every alarm gets a second look
    with its edit in place: where the model would then undo it, there is none. Files of more tokens
    than ``context_length`` are not read.
    """

    name: ClassVar[str] = "learned"
    languages: ClassVar[frozenset[str]] = frozenset({"python", "javascript", "typescript", "tsx"})
    stage: ClassVar[Stage] = Stage.LEARNED

    def __init__(self, shelf: ModelShelf) -> None:
        self._shelf = shelf
        self._languages = Languages()
        self._classes = {python: TokenClasses(python=python) for python in (True, False)}
        self._found: dict[str, tuple[str, tuple[Proposal, ...]]] = {}

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """The most probable alarms of each source, best first.

        Raises:
            ToolError: the model cannot be read.
        """
        wanted = [
            source
            for source in sources
            if context.searched is None or source.path in context.searched
        ]
        fresh = [source for source in wanted if source.path not in self._found]
        if fresh:
            await asyncio.to_thread(self._search, fresh, context)
        again = {source.path for source in wanted}
        return [self._recalled(source) if source.path in again else () for source in sources]

    def version(self) -> str:
        """The digests of weights and tokenizer."""
        return self._shelf.version

    def _recalled(self, source: SourceFile) -> Sequence[Proposal]:
        """What was found in a file, as far as its lines are still the same."""
        text, proposals = self._found.get(source.path, ("", ()))
        if not proposals or text == source.text:
            return proposals
        carrier = TextCarrier(text, source.text)
        carried = [(one, carrier.carry(one.edits)) for one in proposals]
        return [
            Proposal(one.rules, one.message, edits, one.safety, one.score, one.evidence)
            for one, edits in carried
            if edits is not None
        ]

    def _search(self, sources: Sequence[SourceFile], context: ProjectContext) -> None:
        model = self._shelf.model()
        group: list[tuple[SourceFile, Language, Opinion]] = []
        rows = 0
        for source in sources:
            language = self._languages.for_path(source.path)
            opinion = model.opinion(source.text, language, None) if language else None
            if language is None or opinion is None:
                continue
            size = len(opinion.reading.rows)
            if size > context.settings.context_length:
                self._keep(source, ())
                continue
            if group and rows + size > _ROWS:
                self._search_group(model, group, context)
                group, rows = [], 0
            group.append((source, language, opinion))
            rows += size
        if group:
            self._search_group(model, group, context)

    def _search_group(
        self,
        model: EditModel,
        group: Sequence[tuple[SourceFile, Language, Opinion]],
        context: ProjectContext,
    ) -> None:
        """Read some files, then the places of their alarms once more, each in few passes."""
        every = context.settings.min_confidence == 0
        least = 0.0 if every else min(_LEAST, context.settings.min_confidence)
        model.read_whole([opinion for _, _, opinion in group])
        looks: list[tuple[int, Alarm, Revision]] = [
            (number, alarm, model.revised(opinion, alarm.option.edits, language))
            for number, (_, language, opinion) in enumerate(group)
            for alarm in self._alarms(opinion, language, least)[:_LOOKED]
        ]
        spans = model.spans([(look.opinion.reading, look.window) for _, _, look in looks])
        judged: list[list[tuple[float, Alarm]]] = [[] for _ in group]
        for (number, alarm, look), span in zip(looks, spans, strict=True):
            look.opinion.spans.append(span)
            chance = self._second_look(alarm, look)
            if chance is not None and chance >= least:
                judged[number].append((chance, alarm))
        for (source, language, _), alarms in zip(group, judged, strict=True):
            alarms.sort(key=lambda item: (-item[0], item[1].option.edits))
            good = self._parsing(alarms, source.text, language)
            most = _MEASURED if every else _OFFERED
            self._keep(
                source, [self._proposal(*one) for _, one in zip(range(most), good, strict=False)]
            )

    def _alarms(self, opinion: Opinion, language: Language, least: float) -> list[Alarm]:
        python = language.name == "python"
        text, items = opinion.text, opinion.tokens.items
        names: Callable[[], Names] = (
            partial(PythonNames, text, items) if python else partial(ScriptNames, items)
        )
        options = Options(opinion, self._classes[python], names)
        try:
            return AlarmFinder(options, least).alarms()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []  # only a newer Python knows what binds what here

    @staticmethod
    def _second_look(alarm: Alarm, look: Revision) -> float | None:
        """The alarm's probability if the model does not want the edit undone; else None."""
        import torch

        tagging = look.opinion.tagger(look.back)
        if not tagging.tags:
            return alarm.chance
        undone = float(torch.tensor(look.opinion.odds(tagging)).sigmoid())
        return None if undone > 0.5 else alarm.chance * (1 - undone)

    @staticmethod
    def _parsing(
        alarms: Sequence[tuple[float, Alarm]], text: str, language: Language
    ) -> Iterator[tuple[float, Alarm]]:
        for chance, alarm in alarms:
            if language.parses(Patch.rewrite(text, alarm.option.edits)):
                yield chance, alarm

    @staticmethod
    def _proposal(chance: float, alarm: Alarm) -> Proposal:
        option = alarm.option
        edits: tuple[Edit, ...] = tuple(sorted(option.edits))
        return Proposal((option.code,), option.words, edits, Safety.UNSAFE, chance, alarm.evidence)

    def _keep(self, source: SourceFile, proposals: Sequence[Proposal]) -> None:
        text = source.text if proposals else ""
        self._found[source.path] = text, tuple(proposals)
        while len(self._found) > _KEPT:
            del self._found[next(iter(self._found))]

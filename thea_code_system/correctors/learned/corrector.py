"""The family ``learned``: each place that the edit model would write otherwise is a proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar, Final

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.learned.alarms import Alarm
from thea_code_system.correctors.learned.classes import TokenClasses
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.ranking import AlarmRanker, AlarmWeights, Suspects
from thea_code_system.correctors.learned.scopes import Names, PythonNames, ScriptNames
from thea_code_system.languages.base import Language
from thea_code_system.languages.registry import Languages
from thea_code_system.models.editor import EditModel, Opinion, Revision
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.carrying import TextCarrier
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers.aside import Aside

_LEAST: Final = 0.25  # what is less probable helps nobody
_OFFERED: Final = 5
_MEASURED: Final = 20  # the same where everything is asked for, so that calibration can rank it
_LOOKED: Final = 10  # alarms of a file that get a second look
_ROWS: Final = 20_000  # tokens whose windows are kept in memory together: 60 MB
_NEVER: Final = -16.0
_KEPT: Final = 4_096  # files remembered for their next pass


class LearnedCorrector(Corrector):
    """Looks for small bugs in files that parse: names, operators, literals, arguments, negations.

    It reads a file once a run, before any edit of its own: what it found then and what still
    stands on unchanged lines is proposed again in later passes. Alarms are ranked by all that
    speaks for them; the best get a second look with their edit in place, for whether the model
    would then undo it. Files of more tokens than ``context_length`` are not read.
    """

    name: ClassVar[str] = "learned"
    languages: ClassVar[frozenset[str]] = frozenset({"python", "javascript", "typescript", "tsx"})
    stage: ClassVar[Stage] = Stage.LEARNED

    def __init__(self, shelf: ModelShelf) -> None:
        self._shelf = shelf
        self._languages = Languages()
        self._classes = {python: TokenClasses(python=python) for python in (True, False)}
        self._ranker = AlarmRanker(AlarmWeights.of(shelf.folder))
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
            aside = Aside()
            await aside.run(self._search, fresh, context, aside)
        again = {source.path for source in wanted}
        return [self._recalled(source) if source.path in again else () for source in sources]

    def version(self) -> str:
        """The digests of weights and tokenizer, and the rankings."""
        return f"{self._shelf.version} {self._ranker.version}"

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

    def _search(self, sources: Sequence[SourceFile], context: ProjectContext, aside: Aside) -> None:
        model = self._shelf.model()
        group: list[tuple[SourceFile, Language, Opinion]] = []
        rows = 0
        for source in sources:
            if aside.unwanted:
                return
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
        found = self._looked(model, [(opinion, language) for _, language, opinion in group])
        for (source, language, _), suspects in zip(group, found, strict=True):
            ranked = self._ranker.ranked(suspects)
            alarms = [one for one in ranked if one[0] >= least and one[0] > 0]
            good = self._parsing(alarms, source.text, language)
            most = _MEASURED if every else _OFFERED
            self._keep(
                source, [self._proposal(*one) for _, one in zip(range(most), good, strict=False)]
            )

    def suspects(self, sources: Sequence[SourceFile]) -> list[Suspects]:
        """All alarms of some files with what speaks for them, to fit the ranking with."""
        model = self._shelf.model()
        languages = [self._languages.for_path(source.path) for source in sources]
        pairs = [
            (model.opinion(source.text, language, None), language)
            for source, language in zip(sources, languages, strict=True)
            if language is not None
        ]
        return self._looked(model, pairs)

    def _looked(
        self, model: EditModel, pairs: Sequence[tuple[Opinion, Language]]
    ) -> list[Suspects]:
        """The alarms of some files, the best of them with a second look, in few passes."""
        model.read_whole([opinion for opinion, _ in pairs])
        found = [self._suspects(opinion, language) for opinion, language in pairs]
        looks = [
            (one, number, model.revised(opinion, one.alarms[number].option.edits, language))
            for (opinion, language), one in zip(pairs, found, strict=True)
            for number in self._ranker.best(one, _LOOKED)
        ]
        spans = model.spans([(look.opinion.reading, look.window) for _, _, look in looks])
        for (one, number, look), span in zip(looks, spans, strict=True):
            look.opinion.spans.append(span)
            self._ranker.look(one, number, self._undone(look))
        return found

    def _suspects(self, opinion: Opinion, language: Language) -> Suspects:
        """What may be wrong in a file, before any second look."""
        python = language.name == "python"
        text, items = opinion.text, opinion.tokens.items
        names: Callable[[], Names] = (
            partial(PythonNames, text, items) if python else partial(ScriptNames, items)
        )
        options = Options(opinion, self._classes[python], names)
        try:
            return self._ranker.suspects(options)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Suspects()  # only a newer Python knows what binds what here

    @staticmethod
    def _undone(look: Revision) -> float:
        """The log-odds that the model undoes an edit."""
        tagging = look.opinion.tagger(look.back)
        return look.opinion.odds(tagging) if tagging.tags else _NEVER

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

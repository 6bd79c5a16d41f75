"""The family ``learned``: each place that the edit model would write otherwise is a proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.learned.alarms import Alarm
from thea_code_system.correctors.learned.answers import Answers
from thea_code_system.correctors.learned.classes import TokenClasses
from thea_code_system.correctors.learned.memo import FEWEST, Memo, Origin
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.ranking import AlarmRanker, AlarmWeights, Suspects
from thea_code_system.correctors.learned.scopes import Names, PythonNames, ScriptNames
from thea_code_system.languages.base import Language
from thea_code_system.languages.registry import Languages
from thea_code_system.models.editor import EditModel, Revision
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


@dataclass(frozen=True, slots=True)
class _Case:
    """A file under search; without a memo nothing of it is remembered."""

    source: SourceFile
    language: Language
    answers: Answers
    memo: Memo | None


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
        group: list[_Case] = []
        rows = 0
        for source in sources:
            if aside.unwanted:
                return
            case = self._case(model, source, context.settings.context_length)
            if case is None:
                self._keep(source, ())
                continue
            size = len(case.answers.opinion.reading.rows)
            if group and rows + size > _ROWS:
                self._search_group(model, group, context)
                group, rows = [], 0
            group.append(case)
            rows += size
        if group:
            self._search_group(model, group, context)

    def _case(self, model: EditModel, source: SourceFile, longest: int | None) -> _Case | None:
        """A file that can be searched, with what is known of it from before."""
        language = self._languages.for_path(source.path)
        if language is None:
            return None
        opinion = model.opinion(source.text, language, None)
        if longest is not None and len(opinion.reading.rows) > longest:
            return None
        memo = None
        if source.memo is not None and len(opinion.windows.spans) >= FEWEST and self._origin:
            memo = Memo(source.memo, self._origin)
        classes = self._classes[language.name == "python"]
        return _Case(source, language, Answers(opinion, classes, memo), memo)

    @cached_property
    def _origin(self) -> bytes:
        """What decides about answers besides texts; nothing where they cannot be remembered.

        On a GPU, and in bfloat16, what is read together may tell in the last bits.
        """
        hardware = self._shelf.model().hardware
        exact = hardware.device == "cpu" and not hardware.half
        return Origin(self._shelf.version).digest if exact and self._shelf.version else b""

    def _search_group(
        self, model: EditModel, group: Sequence[_Case], context: ProjectContext
    ) -> None:
        """Read some files, then the places of their alarms once more, each in few passes."""
        every = context.settings.min_confidence == 0
        least = 0.0 if every else min(_LEAST, context.settings.min_confidence)
        found = self._looked(model, group)
        for case, suspects in zip(group, found, strict=True):
            ranked = self._ranker.ranked(suspects)
            alarms = [one for one in ranked if one[0] >= least and one[0] > 0]
            good = self._parsing(alarms, case.source.text, case.language)
            most = _MEASURED if every else _OFFERED
            self._keep(
                case.source,
                [self._proposal(*one) for _, one in zip(range(most), good, strict=False)],
            )
            if case.memo is not None:
                self._shelf.remember(case.source.path, case.memo.dumps())

    def suspects(self, sources: Sequence[SourceFile]) -> list[Suspects]:
        """All alarms of some files with what speaks for them, to fit the ranking with."""
        model = self._shelf.model()
        cases = (self._case(model, source, None) for source in sources)
        return self._looked(model, [case for case in cases if case is not None])

    def _looked(self, model: EditModel, group: Sequence[_Case]) -> list[Suspects]:
        """The alarms of some files, the best of them with a second look, in few passes."""
        self._read(model, [case.answers for case in group])
        found = [self._suspects(case.answers, case.language) for case in group]
        looks = [
            (one, number, model.revised(case.answers.opinion, edits, case.language))
            for case, one in zip(group, found, strict=True)
            for number in self._ranker.best(one, _LOOKED)
            for edits in (one.alarms[number].option.edits,)
        ]
        spans = model.spans([(look.opinion.reading, look.window) for _, _, look in looks])
        for (one, number, look), span in zip(looks, spans, strict=True):
            look.opinion.spans.append(span)
            self._ranker.look(one, number, self._undone(look))
        return found

    @staticmethod
    def _read(model: EditModel, group: Sequence[Answers]) -> None:
        """Read the windows of some files of which nothing is known."""
        wanted = [(one, number) for one in group for number in sorted(one.unread)]
        spans = model.spans([(one.opinion.reading, one.window(number)) for one, number in wanted])
        for (one, number), span in zip(wanted, spans, strict=True):
            one.take(number, span)

    def _suspects(self, answers: Answers, language: Language) -> Suspects:
        """What may be wrong in a file, before any second look."""
        python = language.name == "python"
        text, items = answers.opinion.text, answers.opinion.tokens.items
        names: Callable[[], Names] = (
            partial(PythonNames, text, items) if python else partial(ScriptNames, items)
        )
        try:
            return self._ranker.suspects(Options(answers, names))
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

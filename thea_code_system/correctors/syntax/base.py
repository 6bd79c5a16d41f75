"""What the author of a repair rule writes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.base import RuleCorrector, Stage
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Language
from thea_code_system.languages.registry import Languages
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import SourceFile

PYTHON: Final = frozenset({"python"})
ECMASCRIPT: Final = frozenset({"javascript", "typescript", "tsx"})
EVERY: Final = PYTHON | ECMASCRIPT


class SyntaxRule(RuleCorrector):
    """One way in which files come not to parse, and how to mend it.

    A rule looks at a broken text and proposes local edits that bring it nearer to parsing; one
    proposal need not make the whole file parse, because the engine combines steps, verifies each
    with the parser and ranks what parses. Propose where the parser objects (``broken.around()``)
    or where the damage is unmistakable; a fault that repeats itself (twenty ``print`` statements)
    is best proposed all at once, one proposal with many disjoint edits. Propose alternatives
    freely, likeliest first: what does not help is dropped unseen.
    """

    stage: ClassVar[Stage] = Stage.SYNTAX
    safety: ClassVar[Safety] = Safety.SAFE

    @abstractmethod
    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Yield proposals in the coordinates of ``broken.text``, likeliest first."""

    def find(self, source: SourceFile) -> Iterator[Proposal]:
        """What this rule alone proposes for a file; nothing where the file parses."""
        language = Languages().for_path(source.path)
        if language is None or language.name not in self.languages:
            return
        if not language.parses(source.text):
            yield from self.repairs(BrokenSource.of(source, language))

    def proposal(
        self,
        message: str,
        *edits: Edit,
        score: float | None = None,
        safety: Safety | None = None,
    ) -> Proposal:
        """One step of a repair under this rule's code; by default with its prior and safety."""
        return Proposal(
            rules=(self.name,),
            message=message,
            edits=tuple(sorted(edits)),
            safety=self.safety if safety is None else safety,
            score=self.prior if score is None else score,
            broken=True,
        )

    @classmethod
    def example_path(cls) -> str:
        """A file name under which this rule's examples are to be read."""
        language: Language = Languages().named(sorted(cls.languages)[-1])
        if cls.languages & PYTHON:
            language = Languages().named("python")
        return f"example{language.suffixes[0]}"

"""What the edit model thinks of one line: how probably each token is wrong, and what fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Fault, Language
from thea_code_system.models.editor import EditModel, Opinion
from thea_code_system.models.tags import EDITS, INSERTS, KEEP
from thea_code_system.values.source import LineMap

_OPTIONS: Final = 4
_NAMES: Final = 3
_FAINT: Final = 0.005
_BEFORE: Final = " before"
_PLAIN: Final = {
    "delete": "nothing",
    "swap": "swapped with the next",
    "inner": "a slip in the word",
    "delete-line": "no such line",
    "shift odd left": "further left",
    "shift odd right": "further right",
    "write a line": "a line end",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One token of a line: ``start`` and ``end`` are offsets in the line, ``chance`` that of wrong.

    ``options`` are what the model would do instead, in words, with their probabilities. The start
    of a line stands for its indentation and has no text; so has its end.
    """

    text: str
    start: int
    end: int
    chance: float
    options: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """A line, from 1, what the parser says of the file, and a doubt for each token."""

    line: int
    text: str
    fault: Fault | None
    doubts: tuple[Doubt, ...]


class LineExplainer:
    """Organ that reads a text around one line.

    Args:
        model: the edit model.
    """

    def __init__(self, model: EditModel) -> None:
        self._model = model

    def explain(self, text: str, language: Language, line: int) -> LineExplanation:
        """The line of that number, from 1; under the parser's fault where there is one."""
        fault = next(iter(language.faults(text)), None)
        opinion = self._model.opinion(text, language, fault)
        starts = LineMap.of(text).starts
        first = starts[line - 1]
        last = starts[line] if line < len(starts) else len(text)
        content = text[first:last].rstrip("\r\n")
        doubts = tuple(
            self._doubt(opinion, index, first, first + len(content))
            for index in self._tokens(opinion, first, last)
        )
        return LineExplanation(line, content, fault, doubts)

    @staticmethod
    def _tokens(opinion: Opinion, first: int, last: int) -> list[int]:
        """The tokens of a line, and what follows: something may be missing at its end."""
        items = opinion.tokens.items
        inside = [
            index
            for index, item in enumerate(items)
            if item.start < last and (item.end > first or item.start >= first)
        ]
        if not inside:
            return []
        return [*inside, inside[-1] + 1]

    def _doubt(self, opinion: Opinion, index: int, first: int, last: int) -> Doubt:
        items = opinion.tokens.items
        token = items[index] if index < len(items) else None
        span = opinion.span_of(index)
        row = index - span.first
        inserts = span.inserts[row].exp()
        if token is None or token.start >= last > first:  # the end of the line
            chance = 1 - float(inserts[KEEP])
            missing = self._best(opinion, index, {})
            options = tuple((words.removesuffix(_BEFORE), each) for words, each in missing)
            return Doubt("", last - first, last - first, chance, options)
        edits = span.edits[row].exp()
        chance = 1 - float(edits[KEEP] * inserts[KEEP])
        likely = {
            label: float(edits[label]) for label in map(int, edits.topk(_OPTIONS + 1).indices)
        }
        options = self._best(opinion, index, likely)
        start, end = max(token.start, first), min(token.end, last)
        return Doubt(token.text, start - first, max(end, start) - first, chance, options)

    def _best(
        self, opinion: Opinion, index: int, edits: dict[int, float]
    ) -> tuple[tuple[str, float], ...]:
        span = opinion.span_of(index)
        inserts = span.inserts[index - span.first].exp()
        found = [
            option
            for label, chance in edits.items()
            if label != KEEP
            for option in self._said(opinion, index, EDITS[label], chance, insert=False)
        ]
        for label in map(int, inserts.topk(_OPTIONS + 1).indices):
            if label != KEEP:
                name, chance = INSERTS[label], float(inserts[label])
                found.extend(self._said(opinion, index, name, chance, insert=True))
        best = sorted(found, key=lambda option: (-option[1], option[0]))
        return tuple(option for option in best if option[1] >= _FAINT)[:_OPTIONS]

    def _said(
        self, opinion: Opinion, index: int, name: str, chance: float, *, insert: bool
    ) -> Iterator[tuple[str, float]]:
        """An output of the model in words; a name is told by what the pointer points at."""
        what = name.removeprefix("write ")
        if chance < _FAINT:
            return
        if what.startswith("a ") and "line" not in what:
            kind = what.removeprefix("a ")
            kinds = {item.text: item.kind for item in opinion.tokens.items}
            words = opinion.names(index, insert=insert)
            fitting = sorted((w for w in words if kinds.get(w) == kind), key=lambda w: -words[w])
            named = [(word, chance * self._plain(words[word])) for word in fitting[:_NAMES]]
            for word, each in named:
                yield f"`{word}`{_BEFORE * insert}", each
            yield f"another {kind}{_BEFORE * insert}", chance - sum(each for _, each in named)
        elif insert:
            added = "a new line" if what.startswith("a line") else f"`{what}`"
            yield f"{added}{_BEFORE}", chance
        elif name.startswith("write ") and what != "a line":
            yield f"`{what}`", chance
        elif name.startswith("shift ") and name not in _PLAIN:
            units = int(name.removeprefix("shift "))
            yield (
                f"{abs(units)} level{'s' * (abs(units) > 1)} {'right' if units > 0 else 'left'}",
                chance,
            )
        else:
            yield _PLAIN.get(name, name), chance

    @staticmethod
    def _plain(logarithm: float) -> float:
        import torch

        return float(torch.tensor(logarithm).exp())

"""The edit model at work: what it thinks of a text, and of edits of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Final

from thea_code_system.languages.base import Fault, Language
from thea_code_system.models.hardware import Hardware
from thea_code_system.models.meter import ReadingMeter
from thea_code_system.models.reader import COLUMNS, Reader, Reading
from thea_code_system.models.tagger import Tagger
from thea_code_system.models.tags import EDITS, INSERTS, KEEP, Tag, Tagging
from thea_code_system.models.tokens import LINE, CodeToken, CodeTokens
from thea_code_system.models.windows import WINDOW, Windows
from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch

if TYPE_CHECKING:
    from torch import Tensor

    from thea_code_system.models.network import EditNetwork
    from thea_code_system.models.vocabulary import Vocabulary

_UNSEEN: Final = -8.0
_MOST: Final = 8  # windows read at once; 32 do not fit the caches, and take a quarter longer
_LEAST: Final = -16.0
_DEPTH: Final = COLUMNS.index("depth")
_OPEN: Final = CodeToken("operator", 0, 0, "(")


@dataclass(frozen=True, slots=True)
class Span:
    """One window that was read: its first token and the log-probabilities of each row.

    ``edits`` [tokens, len(EDITS)], ``inserts`` [tokens, len(INSERTS)], ``vectors`` [tokens, width]
    on the network's device.
    """

    first: int
    last: int
    edits: Tensor
    inserts: Tensor
    vectors: Tensor

    def holds(self, index: int) -> bool:
        """Whether a token lies in this window."""
        return self.first <= index < self.last


@dataclass
class Opinion:
    """What the model thinks of one text; windows are read when they are asked for."""

    text: str
    tokens: CodeTokens
    reading: Reading
    tagger: Tagger
    model: EditModel
    spans: list[Span] = field(default_factory=list)

    @cached_property
    def windows(self) -> Windows:
        """The windows in which all of the text is read."""
        return Windows(self.tokens, len(self.reading.rows))

    def cover(self, indices: Iterable[int]) -> None:
        """Read windows until each of some tokens lies in one."""
        for index in sorted(set(indices)):
            if not any(span.holds(index) for span in self.spans):
                self.spans.append(self.model.span(self.reading, index))

    def span_of(self, index: int) -> Span:
        """The window in which a token lies farthest from the borders."""
        self.cover([index])
        found = [span for span in self.spans if span.holds(index)]
        return max(found, key=lambda span: min(index - span.first, span.last - 1 - index))

    def odds(self, tagging: Tagging) -> float:
        """The log-odds of some edits against leaving the text as it is, natural logarithm."""
        self.cover(tag.index for tag in tagging.tags)
        return sum(self.tag_odds(tag) for tag in tagging.tags)

    def tag_odds(self, tag: Tag) -> float:
        """The log-odds of one tag against doing nothing there."""
        span = self.span_of(tag.index)
        row = (span.inserts if tag.insert else span.edits)[tag.index - span.first]
        value = float(row[tag.label] - row[KEEP])
        if tag.name and self._is_open(tag):
            value += self.name_chance(tag)
        return max(value, _LEAST)

    @staticmethod
    def _is_open(tag: Tag) -> bool:
        name = (INSERTS if tag.insert else EDITS)[tag.label]
        return name.startswith("a " if tag.insert else "write a ")

    def name_chance(self, tag: Tag) -> float:
        """The log-probability of the very word that a tag writes, once something is written."""
        chances = self.names(tag.index, insert=tag.insert)
        return chances.get(tag.name, _UNSEEN)

    def names(self, index: int, *, insert: bool) -> dict[str, float]:
        """Log-probabilities of the words of the window as what should stand at a token."""
        span = self.span_of(index)
        logits = self.model.name_logits(span, index - span.first, insert=insert)
        out: dict[str, list[float]] = {}
        for place, value in enumerate(logits[1:]):
            position = span.first + place
            if position < len(self.tokens.items) and (insert or position != index):
                text = self.tokens.items[position].text
                if text:
                    out.setdefault(text, []).append(value)
        return self.model.joined(out, logits[0])


@dataclass(frozen=True, slots=True)
class Revision:
    """A part of a text with some edits in it: ``edits`` are in the coordinates of ``before``."""

    opinion: Opinion
    edits: tuple[Edit, ...]
    before: str

    @property
    def back(self) -> list[Edit]:
        """The edits that undo these, in the coordinates of the revised part."""
        out, moved = [], 0
        for edit in sorted(self.edits):
            start = edit.start + moved
            out.append(
                Edit(start, start + len(edit.replacement), self.before[edit.start : edit.end])
            )
            moved += len(edit.replacement) - (edit.end - edit.start)
        return out

    @property
    def window(self) -> tuple[int, int]:
        """The rows to be read around the first edit."""
        return self.opinion.reading.window(WINDOW, self.opinion.tokens.at(self.back[0].start))


class EditModel:
    """Owns a network and reads texts with it; an organ of one actor.

    ``ranking`` are the weights by which repairs are ranked with what the network says, ``hardware``
    is where the network lives and how it computes, ``meter`` measures what it reads.
    """

    def __init__(
        self,
        network: EditNetwork,
        vocabulary: Vocabulary,
        ranking: Mapping[str, float] | None = None,
        hardware: Hardware | None = None,
        meter: ReadingMeter | None = None,
    ) -> None:
        self._network = network
        self.ranking = ranking or {}
        self.hardware = hardware or Hardware()
        self._meter = meter or ReadingMeter()
        self._reader = Reader(vocabulary)

    def opinion(self, text: str, language: Language, fault: Fault | None) -> Opinion:
        """Look at a text, broken where its parser says so or whole."""
        tokens = CodeTokens.of(language.lexemes(text))
        reading = self._reader.read(tokens, fault, language.name)
        return Opinion(text, tokens, reading, Tagger(text, tokens, language), self)

    def revised(self, opinion: Opinion, edits: Sequence[Edit], language: Language) -> Revision:
        """The neighbourhood of some edits as it is with them; nothing of it is read yet."""
        items, rows = opinion.tokens.items, opinion.reading.rows
        middle = opinion.tokens.at(min(edits).start)
        first, last = opinion.reading.window(WINDOW, middle)
        first = opinion.tokens.line_before(first)
        last = next((i for i in range(last, len(items)) if items[i].kind == LINE), len(items))
        start = items[first].start
        end = items[last].start if last < len(items) else len(opinion.text)
        moved = [Edit(one.start - start, one.end - start, one.replacement) for one in edits]
        text = Patch.rewrite(opinion.text[start:end], moved)
        tokens = CodeTokens(CodeTokens.of(language.lexemes(text)).items, opinion.tokens.unit)
        above = items[opinion.tokens.line_before(max(first - 1, 0))]
        lead = (
            CodeToken(LINE, 0, 0, "", column=above.column if first else 0),
            *[_OPEN] * max(rows[first][_DEPTH] - 1, 0),
        )
        around = CodeTokens((*lead, *tokens.items), tokens.unit)
        read = self._reader.read(around, None, language.name)
        reading = Reading(tokens, read.rows[len(lead) :], 0)
        found = Opinion(text, tokens, reading, Tagger(text, tokens, language), self)
        return Revision(found, tuple(moved), opinion.text[start:end])

    def span(self, reading: Reading, focus: int) -> Span:
        """Read one window around a token."""
        return self.spans([(reading, reading.window(WINDOW, focus))])[0]

    def spans(self, wanted: Sequence[tuple[Reading, tuple[int, int]]]) -> list[Span]:
        """Read several windows, of one text or of many, in as few forward passes as can be.

        Full ones are read apart from others: without padding, what the network says of a window
        is the same to the last bit whatever it is read with (decision 27).
        """
        sizes = [last - first for _, (first, last) in wanted]
        found: dict[int, Span] = {}
        order = sorted(range(len(wanted)), key=sizes.__getitem__)
        for _, group in groupby(order, key=lambda number: sizes[number] == WINDOW):
            some = list(group)
            for start in range(0, len(some), _MOST):
                part = some[start : start + _MOST]
                found |= zip(part, self._pass([wanted[number] for number in part]), strict=True)
        return [found[number] for number in range(len(wanted))]

    def _pass(self, some: Sequence[tuple[Reading, tuple[int, int]]]) -> list[Span]:
        """Read a few windows at once."""
        import torch

        sizes = [last - first for _, (first, last) in some]
        rows = torch.zeros(len(some), max(sizes), len(some[0][0].rows[0]), dtype=torch.int32)
        for number, (reading, (first, last)) in enumerate(some):
            rows[number, : last - first] = torch.tensor(reading.rows[first:last])
        with self._meter.turn(len(some), sum(sizes)), torch.inference_mode():
            vectors = self._vectors(rows)
            edits, inserts = (
                logits.log_softmax(-1).cpu() for logits in self._network.heads(vectors)
            )
        return [
            Span(first, last, *(t[number, : last - first] for t in (edits, inserts, vectors)))
            for number, (_, (first, last)) in enumerate(some)
        ]

    def _vectors(self, rows: Tensor) -> Tensor:
        """Vectors in float32 on the network's device, whatever the products were taken in."""
        import torch

        where = torch.device(self.hardware.device)
        with torch.autocast(where.type, torch.bfloat16, enabled=self.hardware.half):
            vectors: Tensor = self._network(rows.to(where))
        return vectors

    def name_logits(self, span: Span, place: int, *, insert: bool) -> list[float]:
        """Of one token of a window: for something unread, then for each token's text."""
        logits: list[float] = self.name_table(span, [place], insert=insert)[0].tolist()
        return logits

    def name_table(self, span: Span, places: Sequence[int], *, insert: bool) -> Tensor:
        """The same of several tokens at once: ``[places, 1 + tokens]``."""
        import torch

        with torch.inference_mode():
            return self._network.names(
                span.vectors[None],
                torch.zeros(len(places), dtype=torch.long),
                torch.tensor(places),
                torch.full((len(places),), int(insert)),
            )

    @staticmethod
    def joined(logits: dict[str, list[float]], unread: float) -> dict[str, float]:
        """Log-probabilities of texts, each the sum over the places where it stands."""
        import torch

        names = list(logits)
        sums = [torch.tensor(logits[name]).logsumexp(0) for name in names]
        chances = torch.stack([*sums, torch.tensor(unread)]).log_softmax(0)
        return {name: float(chance) for name, chance in zip(names, chances, strict=False)}

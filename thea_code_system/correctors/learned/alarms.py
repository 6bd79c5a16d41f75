"""From what the model thinks of a text that parses to alarms: where, what instead, how probable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from thea_code_system.correctors.learned.classes import NOTHING, NUMBER, STRING, VARIABLE
from thea_code_system.correctors.learned.options import Option, Options
from thea_code_system.correctors.learned.swaps import Swaps
from thea_code_system.models.editor import Span
from thea_code_system.values.correction import Evidence

_PLACES: Final = 24  # looked at in one file, the most suspicious first
_PLAIN: Final = frozenset((VARIABLE, NUMBER, STRING))


@dataclass(frozen=True, slots=True)
class Alarm:
    """An option with its probability, and what speaks for it."""

    option: Option
    chance: float
    evidence: Evidence


class AlarmFinder:
    """Organ of one search: finds the places in one text, and what could be done there.

    Args:
        options: what could be done at a token.
        least: the probability below which nothing is of interest.
    """

    def __init__(self, options: Options, least: float) -> None:
        self._options, self._least = options, least
        self._opinion, self._classes = options.opinion, options.classes
        self._swaps = Swaps(options)
        self._swapped: set[tuple[int, ...]] = set()

    def alarms(self) -> list[Alarm]:
        """The alarms, the most probable first."""
        found = [
            alarm
            for index, insert in self._places()
            for alarm in (self._missing(index) if insert else self._wrong(index))
            if alarm.chance > 0 and alarm.chance >= self._least
        ]
        return sorted(found, key=lambda alarm: (-alarm.chance, alarm.option.edits))

    def _places(self) -> list[tuple[int, bool]]:
        """Tokens that may be wrong, and gaps where a negation may be missing, worst first."""
        import torch

        kinds, gaps = self._shapes()
        rows = torch.tensor([self._classes.numbers[kind] for kind in kinds])
        allowed, negatable = self._classes.edits, torch.tensor(gaps)
        wrong, missing = [], []
        for span, first, last in self._parts():
            here = slice(first - span.first, last - span.first)
            odds = span.edits[here] - span.edits[here, :1]
            refused = ~allowed[rows[first:last]]
            wrong.append(odds.masked_fill(refused, -torch.inf).logsumexp(-1))
            odds = span.inserts[here, self._classes.negation] - span.inserts[here, 0]
            missing.append(odds.masked_fill(~negatable[first:last], -torch.inf))
        chances = torch.cat((*wrong, *missing)).sigmoid()
        best = chances.topk(min(_PLACES, len(chances)))
        return [
            (int(place) % len(kinds), int(place) >= len(kinds))
            for chance, place in zip(best.values, best.indices, strict=True)
            if chance > 0 and chance >= self._least
        ]

    def _shapes(self) -> tuple[list[str], list[bool]]:
        """The class of each token, and whether a negation may be missing before it."""
        items = (*self._opinion.tokens.items, None)  # the last stands for the end
        kinds, gaps = [], []
        for before, token, after in zip((None, *items), items, (*items[1:], None), strict=False):
            kinds.append(self._classes.replaced(token, before, after) if token else NOTHING)
            gaps.append(token is not None and self._classes.is_negatable(token, before))
        return kinds, gaps

    def _parts(self) -> Iterator[tuple[Span, int, int]]:
        """Each window with the part of the text that lies farther inside it than in any other."""
        spans = sorted(self._opinion.spans, key=lambda span: span.first)
        first = 0
        for span, after in zip(spans, (*spans[1:], None), strict=True):
            last = (after.first + span.last) // 2 if after else span.last
            yield span, first, last
            first = last

    def _missing(self, index: int) -> list[Alarm]:
        return self._judged(self._options.missing_not(index), "nothing")

    def _wrong(self, index: int) -> list[Alarm]:
        items = self._opinion.tokens.items
        token, before = items[index], items[index - 1] if index else None
        after = items[index + 1] if index + 1 < len(items) else None
        kind = self._classes.replaced(token, before, after)
        if kind == VARIABLE and not self._options.names.is_read(token):
            return []
        alarms = self._judged(self._options.instead(index, kind), token.text)
        if kind in _PLAIN:
            for other in self._swaps.neighbours(index):
                alarms = [self._alone(index, other, alarm) for alarm in alarms]
                alarms += self._swap(*sorted((index, other)))
        return alarms

    def _swap(self, left: int, right: int) -> Iterator[Alarm]:
        """Two arguments in each other's place, once."""
        if (left, right) not in self._swapped:
            self._swapped.add((left, right))
            option, chance = self._swaps.option(left, right)
            evidence = (("expected", option.expected), ("probability", f"{chance:.2f}"))
            yield Alarm(option, chance, evidence)

    def _alone(self, index: int, other: int, alarm: Alarm) -> Alarm:
        """The same alarm, less probable where it may be half of a swap."""
        items = self._opinion.tokens.items
        if alarm.option.expected != items[other].text:
            return alarm
        both = self._swaps.half(other, items[index].text)
        return replace(alarm, chance=alarm.chance * (1 - both))

    @staticmethod
    def _judged(options: Iterable[Option], present: str) -> list[Alarm]:
        """The options of one place: their probabilities and that of what is there make 1."""
        import torch

        possible = [option for option in options if option.odds > -torch.inf]
        chances = torch.tensor([0.0, *(option.odds for option in possible)]).softmax(0)
        told = [(present, float(chances[0]))]
        told += [(o.expected, float(c)) for o, c in zip(possible, chances[1:], strict=True)]
        ranked = sorted(told, key=lambda item: -item[1])
        alarms = []
        for option, (expected, chance) in zip(possible, told[1:], strict=True):
            second, its = next(one for one in ranked if one[0] != expected)
            evidence = (
                ("expected", expected),
                ("probability", f"{chance:.2f}"),
                ("runner-up", second),
                ("its probability", f"{its:.2f}"),
            )
            alarms.append(Alarm(option, chance, evidence))
        return alarms

"""From what the model thinks of a text that parses to alarms: where, what instead, how probable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from thea_code_system.correctors.learned.classes import (
    ATTRIBUTE,
    NOTHING,
    NUMBER,
    STRING,
    VARIABLE,
)
from thea_code_system.correctors.learned.options import Option, Options
from thea_code_system.correctors.learned.swaps import Swaps
from thea_code_system.models.editor import Span
from thea_code_system.values.correction import Evidence
from thea_code_system.wrappers import TorchMath

if TYPE_CHECKING:
    from torch import Tensor

_PLACES: Final = 48  # looked at in one file, the most suspicious first
_FAINTEST: Final = -20.0  # log-odds below which nothing is possible
_PLAIN: Final = frozenset((VARIABLE, NUMBER, STRING))


@dataclass(frozen=True, slots=True)
class Alarm:
    """An option with the model's probability at its place, and what speaks for it.

    ``place`` is the model's log-odds that something is wrong there, whatever it is.
    """

    option: Option
    chance: float
    evidence: Evidence
    place: float


class AlarmFinder:
    """Organ of one search: finds the places in one text, and what could be done there.

    Args:
        options: what could be done at a token.
        suspects: words that may be meant at some tokens, whatever the model thinks of them.
    """

    def __init__(self, options: Options, suspects: dict[int, set[str]] | None = None) -> None:
        self._options, self._suspects = options, suspects or {}
        self._opinion, self._classes = options.opinion, options.classes
        self._swaps = Swaps(options)
        self._swapped: set[tuple[int, ...]] = set()
        self._odds: list[float] = []
        self._open: set[int] = set()
        self._count = len(options.kinds) + 1

    def alarms(self) -> list[Alarm]:
        """The alarms, the most probable first."""
        places = self._places()
        self._options.pointer.ask(
            index
            for index, insert in places
            if not insert and self._options.kinds[index] in {*_PLAIN, ATTRIBUTE}
        )
        found = [
            alarm
            for index, insert in places
            for alarm in (self._missing(index) if insert else self._wrong(index))
        ]
        return sorted(found, key=lambda alarm: (-alarm.chance, alarm.option.edits))

    def _places(self) -> list[tuple[int, bool]]:
        """Tokens that may be wrong, and gaps where a negation may be missing, worst first."""
        odds = self._place_odds()
        count = self._count
        self._odds = TorchMath.plain(odds.clamp(min=_FAINTEST))
        best = odds.topk(min(_PLACES, len(odds)))
        places = [
            (int(place) % count, int(place) >= count)
            for value, place in zip(best.values, best.indices, strict=True)
            if value > _FAINTEST
        ]
        self._open = {index for index, insert in places if not insert}
        return [*places, *((index, False) for index in self._suspects if index not in self._open)]

    def _place_odds(self) -> Tensor:
        """Of each token the log-odds that it is wrong, then of each gap."""
        import torch

        kinds = [*self._options.kinds, NOTHING]  # the last stands for the end
        rows = torch.tensor([self._classes.numbers[kind] for kind in kinds])
        allowed, negatable = self._classes.edits, torch.tensor(self._gaps())
        wrong, missing = [], []
        for span, first, last in self._parts():
            here = slice(first - span.first, last - span.first)
            odds = span.edits[here] - span.edits[here, :1]
            refused = ~allowed[rows[first:last]]
            wrong.append(odds.masked_fill(refused, -torch.inf).logsumexp(-1))
            odds = span.inserts[here, self._classes.negation] - span.inserts[here, 0]
            missing.append(odds.masked_fill(~negatable[first:last], -torch.inf))
        return torch.cat((*wrong, *missing))

    def _gaps(self) -> list[bool]:
        """Whether a negation may be missing before each token."""
        items = self._opinion.tokens.items
        pairs = zip((None, *items), items, strict=False)
        return [*(self._classes.is_negatable(token, before) for before, token in pairs), False]

    def _parts(self) -> Iterator[tuple[Span, int, int]]:
        """Each window with the part of the text that lies farther inside it than in any other."""
        spans = sorted(self._opinion.spans, key=lambda span: span.first)
        first = 0
        for span, after in zip(spans, (*spans[1:], None), strict=True):
            last = (after.first + span.last) // 2 if after else span.last
            yield span, first, last
            first = last

    def _missing(self, index: int) -> list[Alarm]:
        return self._judged(
            self._options.missing_not(index), "nothing", self._odds[index + self._count]
        )

    def _wrong(self, index: int) -> list[Alarm]:
        items = self._opinion.tokens.items
        token, kind = items[index], self._options.kinds[index]
        if kind == VARIABLE and not self._options.names.is_read(token):
            return []
        words = self._suspects.get(index, ())
        options = self._options.instead(index, words, only=index not in self._open)
        alarms = self._judged(options, token.text, self._odds[index])
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
            place = min(self._odds[left], self._odds[right])
            yield Alarm(option, chance, evidence, place)

    def _alone(self, index: int, other: int, alarm: Alarm) -> Alarm:
        """The same alarm, less probable where it may be half of a swap."""
        items = self._opinion.tokens.items
        if alarm.option.expected != items[other].text:
            return alarm
        both = self._swaps.half(other, items[index].text)
        return replace(alarm, chance=alarm.chance * (1 - both))

    @staticmethod
    def _judged(options: Iterable[Option], present: str, place: float) -> list[Alarm]:
        """The options of one place: their probabilities and that of what is there make 1."""
        import torch

        possible = [option for option in options if option.odds > -torch.inf]
        odds = torch.tensor([0.0, *(option.odds for option in possible)])
        chances = TorchMath.plain(odds.softmax(0))
        told = [(present, chances[0])]
        told += [(o.expected, chance) for o, chance in zip(possible, chances[1:], strict=True)]
        ranked = sorted(told, key=lambda item: -item[1])[:2]
        alarms = []
        for option, (expected, chance) in zip(possible, told[1:], strict=True):
            second, its = ranked[0] if ranked[0][0] != expected else ranked[1]
            evidence = (
                ("expected", expected),
                ("probability", f"{chance:.2f}"),
                ("runner-up", second),
                ("its probability", f"{its:.2f}"),
            )
            alarms.append(Alarm(option, chance, evidence, place))
        return alarms

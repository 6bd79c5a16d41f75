"""From what the model thinks of a text that parses to alarms: where, what instead, how probable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from thea_code_system.correctors.learned.classes import NUMBER, STRING, VARIABLE
from thea_code_system.correctors.learned.options import Option, Options
from thea_code_system.correctors.learned.swaps import Swaps
from thea_code_system.values.correction import Evidence
from thea_code_system.wrappers import TorchMath

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
        self._answers, self._items = options.answers, options.opinion.tokens.items
        self._swaps = Swaps(options)
        self._swapped: set[tuple[int, ...]] = set()
        self._open: set[int] = set()

    def alarms(self) -> list[Alarm]:
        """The alarms, the most probable first."""
        found = [
            alarm
            for index, insert in self._places()
            for alarm in (self._missing(index) if insert else self._wrong(index))
        ]
        return sorted(found, key=lambda alarm: (-alarm.chance, alarm.option.edits))

    def _places(self) -> list[tuple[int, bool]]:
        """Tokens that may be wrong, and gaps where a negation may be missing, worst first."""
        places = self._answers.suspicious()
        self._open = {index for index, insert in places if not insert}
        return [*places, *((index, False) for index in self._suspects if index not in self._open)]

    def _missing(self, index: int) -> list[Alarm]:
        place = self._answers.place(index, missing=True)
        return self._judged(self._options.missing_not(index), "nothing", place)

    def _wrong(self, index: int) -> list[Alarm]:
        token, kind = self._items[index], self._options.kinds[index]
        if kind == VARIABLE and not self._options.names.is_read(token):
            return []
        words = self._suspects.get(index, ())
        options = self._options.instead(index, words, only=index not in self._open)
        alarms = self._judged(options, token.text, self._answers.place(index))
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
            place = min(self._answers.place(left), self._answers.place(right))
            yield Alarm(option, chance, evidence, place)

    def _alone(self, index: int, other: int, alarm: Alarm) -> Alarm:
        """The same alarm, less probable where it may be half of a swap."""
        if alarm.option.expected != self._items[other].text:
            return alarm
        both = self._swaps.half(other, self._items[index].text)
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

"""How probable each alarm of a file is, with all that speaks for it in view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thea_code_system.correctors.learned.alarms import Alarm, AlarmFinder
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.traits import Traits
from thea_code_system.errors import ToolError
from thea_code_system.models.shelf import SHIPPED
from thea_code_system.wrappers import TorchMath

if TYPE_CHECKING:
    from torch import Tensor

_FILE: Final = "alarms.json"
_SURE: Final = 2.0  # log-odds over 5 beyond which more says nothing


@dataclass(frozen=True, slots=True)
class AlarmWeights:
    """How much each thing counts; where there are none, the model's own probabilities stand."""

    values: Mapping[str, float]
    text: str = ""

    @classmethod
    def of(cls, folder: Path) -> AlarmWeights:
        """Those of a model's folder, or those that come with Thea.

        Raises:
            ToolError: the file is no such thing.
        """
        path = next((f for f in (folder / _FILE, SHIPPED / _FILE) if f.is_file()), None)
        text = path.read_text("utf-8") if path else "{}"
        try:
            return cls({name: float(value) for name, value in json.loads(text).items()}, text)
        except (AttributeError, TypeError, ValueError) as error:
            words = f"the edit model in {folder} cannot be read: {_FILE}: {error}"
            raise ToolError(words, "Name another folder with --model.") from error


@dataclass(slots=True)
class Suspects:
    """The alarms of one file with a row of :data:`AlarmRanker.ALARM` each, and that of "none"."""

    alarms: list[Alarm] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    none: list[float] = field(default_factory=list)


class AlarmRanker:
    """A softmax over the alarms of a file and "none of them"; its weights are fitted on real bugs.

    Args:
        weights: by the names in :data:`ALARM` and :data:`NONE`.
    """

    ALARM: Final = ("odds", "place", "chance", "undone", "unlooked", *Traits.KINDS, *Traits.NAMES)
    NONE: Final = ("bias", "size", "best", "script")
    _CHANCE, _UNDONE = ALARM.index("chance"), ALARM.index("undone")

    def __init__(self, weights: AlarmWeights) -> None:
        self._weights, self.version = weights.values, weights.text

    def suspects(self, options: Options) -> Suspects:
        """All alarms of a text that has been read, with what speaks for each but a second look."""
        traits = Traits(options)
        alarms = AlarmFinder(options, traits.suspects()).alarms()
        rows = [self._row(alarm, traits) for alarm in alarms]
        best = max((alarm.option.odds for alarm in alarms), default=-5.0)
        size = TorchMath.plain(TorchMath.log(len(options.kinds) + 1.0))[0]
        none = [1.0, size / 8, best / 5, float(not options.classes.python)]
        return Suspects(alarms, rows, none)

    def best(self, found: Suspects, count: int) -> list[int]:
        """The numbers of the most probable alarms: those that get a second look.

        There are none where such a look counts nothing.
        """
        if self._weights and not self._weights.get("undone"):
            return []
        chances = self._chances(found)
        return sorted(range(len(chances)), key=lambda number: -chances[number])[:count]

    def look(self, found: Suspects, number: int, undone: float) -> None:
        """Note what a second look at an alarm found: the log-odds that the model undoes it."""
        row = found.rows[number]
        row[self._UNDONE], row[self._UNDONE + 1] = max(-_SURE, min(_SURE, undone / 5)), 0.0

    def ranked(self, found: Suspects) -> list[tuple[float, Alarm]]:
        """All alarms with their probabilities, the most probable first."""
        told = list(zip(self._chances(found), found.alarms, strict=True))
        return sorted(told, key=lambda item: (-item[0], item[1].option.edits))

    def _row(self, alarm: Alarm, traits: Traits) -> list[float]:
        told = traits.of(alarm.option)
        told |= {"odds": alarm.option.odds / 5, "place": alarm.place / 5}
        told |= {"chance": alarm.chance, "unlooked": 1.0}
        return [told.get(name, 0.0) for name in self.ALARM]

    def _chances(self, found: Suspects) -> list[float]:
        if not found.alarms:
            return []
        if not self._weights:
            return [self._unranked(row) for row in found.rows]
        alarms = self._sum(self.ALARM, found.rows)
        none = self._sum(self.NONE, [found.none])
        import torch

        return TorchMath.plain(torch.cat((alarms, none)).softmax(0)[:-1])

    def _unranked(self, row: list[float]) -> float:
        """The model's own probability; nothing if it would undo the edit."""
        if row[self._UNDONE + 1]:
            return row[self._CHANCE]
        undone = TorchMath.plain(TorchMath.sigmoid(5 * row[self._UNDONE]))[0]
        return row[self._CHANCE] * (1 - undone) if undone <= 1 / 2 else 0.0

    def _sum(self, names: tuple[str, ...], rows: list[list[float]]) -> Tensor:
        import torch

        exact = torch.float64  # so that the order of a sum decides nothing
        weights = torch.tensor([self._weights.get(name, 0.0) for name in names], dtype=exact)
        return torch.tensor(rows, dtype=exact) @ weights

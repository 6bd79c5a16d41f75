"""The named counters and accumulators of a run: observe, merge, pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from thea_code_system.values.correction import Correction
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.wrappers import TorchAccumulator, TorchCounter

_OF_OUTCOMES = ("files/", "state/", "rule/", "confidence")


class RunStatistics:
    """What a run, or one actor of it, has counted and measured so far.

    Counters: ``files/<status>``, ``state/<state>``, ``rule/<code>/<state>``, ``batches``.
    Accumulators: ``confidence`` and ``confidence/<family>`` (probabilities), ``seconds`` (a batch).
    Both have more under ``model/``, of what the edit model has read (``models/meter.py``).
    Nothing is folded, and torch not loaded, before somebody reads.
    """

    def __init__(self, device: str | None = None) -> None:
        self._device = device
        self.counters: dict[str, TorchCounter] = {}
        self.accumulators: dict[str, TorchAccumulator] = {}

    def count(self, name: str, n: int = 1) -> None:
        """Count something under a name."""
        if name not in self.counters:
            self.counters[name] = TorchCounter(device=self._device)
        self.counters[name].increment(n)

    def measure(self, name: str, value: float) -> None:
        """Add one measurement under a name."""
        if name not in self.accumulators:
            self.accumulators[name] = TorchAccumulator(device=self._device)
        self.accumulators[name].add(value)

    def observe(self, outcomes: Iterable[FileOutcome]) -> None:
        """Count outcomes and the states of their corrections."""
        seen = tuple(outcomes)
        for status, number in Counter(outcome.status for outcome in seen).items():
            self.count(f"files/{status}", number)
        for outcome in seen:
            for correction in outcome.corrections:
                self._observe_correction(correction)

    def besides_outcomes(self) -> RunStatistics:
        """What was counted and measured, without outcomes and their corrections."""
        other = RunStatistics(self._device)
        for mine, theirs in (
            (self.counters, other.counters),
            (self.accumulators, other.accumulators),
        ):
            kept = {name: one for name, one in mine.items() if not name.startswith(_OF_OUTCOMES)}
            theirs.update(kept)  # type: ignore[arg-type]
        return other

    def merge(self, other: RunStatistics) -> None:
        """Take in what another has seen, as if it had been seen here."""
        for name, counter in other.counters.items():
            self.counters.setdefault(name, TorchCounter(device=self._device)).merge(counter)
        for name, accumulator in other.accumulators.items():
            mine = self.accumulators.setdefault(name, TorchAccumulator(device=self._device))
            mine.merge(accumulator)

    def pack(self) -> dict[str, Any]:
        """Plain values for the ledger and for other processes; folds nothing."""
        return {
            "counters": {name: value.pack() for name, value in sorted(self.counters.items())},
            "accumulators": {
                name: value.pack() for name, value in sorted(self.accumulators.items())
            },
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any], device: str | None = None) -> RunStatistics:
        """The inverse of :meth:`pack`."""
        statistics = cls(device)
        for name, value in packed.get("counters", {}).items():
            statistics.counters[name] = TorchCounter.unpack(value, device)
        for name, value in packed.get("accumulators", {}).items():
            statistics.accumulators[name] = TorchAccumulator.unpack(value, device)
        return statistics

    def summary(self) -> dict[str, Any]:
        """Numbers for people and reports; this reads every quantity."""
        return {
            "counters": {name: int(value) for name, value in sorted(self.counters.items())},
            "accumulators": {
                name: {
                    "count": int(value.count()),
                    "mean": float(value.mean()),
                    "std": float(value.std()),
                    "min": float(value.min()),
                    "median": float(value.quantile(0.5)),
                    "max": float(value.max()),
                    "total": float(value.total()),
                }
                for name, value in sorted(self.accumulators.items())
            },
        }

    def _observe_correction(self, correction: Correction) -> None:
        state = correction.state.value
        self.count(f"state/{state}")
        for rule in correction.rules:
            self.count(f"rule/{rule}/{state}")
        self.measure("confidence", correction.confidence)
        family = correction.rule.partition("/")[0]
        self.measure(f"confidence/{family}", correction.confidence)

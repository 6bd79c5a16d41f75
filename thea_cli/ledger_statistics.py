"""What a project's ledger adds up to, counted and averaged on torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thea_code_system.confidence.posterior import PSEUDO_OBSERVATIONS
from thea_code_system.statistics import RunStatistics
from thea_code_system.wrappers import TorchAccumulator, TorchCounter, add, div, mul, scalar

if TYPE_CHECKING:
    from thea_code_system.ledger.records import RunRecord
    from thea_code_system.values.correction import Correction

BINS = 10

Judgement = tuple[str, float, str, str]  # code, confidence, verdict, source


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What users and verifiers made of the corrections of one code.

    ``share`` is the mean of the posterior Beta distribution: the confidence that the corrections
    had counts as ``PSEUDO_OBSERVATIONS`` cases beside those that the ledger has seen.
    """

    code: str
    kept: int
    refused: int
    rejected: int
    share: float


@dataclass(frozen=True, slots=True)
class ActorRecord:
    """What one actor did in the latest run that had it; ``rate`` in files a second of uptime.

    Of its edit model: ``tokens`` read, ``token_rate`` in tokens a second of reading, ``windows``
    read at once on average, and the seconds that its passes spent in the ``queue``.
    """

    name: str
    device: str
    files: int
    seconds: float
    rate: float
    resident_bytes: int
    healthy: bool
    tokens: int = 0
    token_rate: float = 0.0
    windows: float = 0.0
    queue: float = 0.0


class _Said:
    """What was said about the corrections of one code."""

    def __init__(self) -> None:
        self._verdicts = {name: TorchCounter() for name in ("kept", "refused", "rejected")}
        self._confidence = TorchAccumulator()

    def take(self, confidence: float, verdict: str) -> None:
        """Take in one judgement."""
        self._verdicts[verdict].increment()
        self._confidence.add(confidence)

    def posterior(self, code: str) -> Acceptance:
        """Prior belief and judgements together."""
        kept, refused, rejected = (counter.value() for counter in self._verdicts.values())
        weight = scalar(PSEUDO_OBSERVATIONS)
        believed = mul(weight, self._confidence.mean())
        seen = add(add(kept, refused), rejected)
        share = div(add(believed, kept), add(weight, seen))
        return Acceptance(code, int(kept), int(refused), int(rejected), float(share))


class LedgerStatistics:
    """Folds runs, corrections and judgements of one ledger."""

    def __init__(
        self,
        runs: Sequence[RunRecord],
        corrections: Sequence[tuple[str, Correction]],
        judgements: Sequence[Judgement],
    ) -> None:
        self.runs = runs
        self._judgements = judgements
        self._merged = RunStatistics()
        for run in runs:
            if run.statistics:
                self._merged.merge(RunStatistics.unpack(run.statistics))
        self._now = RunStatistics()
        for _, correction in corrections:
            self._observe(correction)
        self._summary = self._merged.summary()

    @property
    def accumulators(self) -> dict[str, dict[str, float]]:
        """Means, spreads and extremes by name."""
        return dict(self._summary["accumulators"])

    def files(self) -> dict[str, int]:
        """Files looked at, by status."""
        return self._under("files/", self._summary["counters"])

    def rules(self) -> dict[str, dict[str, int]]:
        """Corrections by rule and by the state that they have now, the busiest rule first."""
        table: dict[str, dict[str, int]] = {}
        for name, count in self._counts("rule/").items():
            code, _, state = name.rpartition("/")
            table.setdefault(code, {})[state] = count
        return dict(sorted(table.items(), key=lambda row: (-max(row[1].values()), row[0])))

    def states(self) -> dict[str, int]:
        """Corrections by the state that they have now."""
        return self._counts("state/")

    def histogram(self) -> list[tuple[float, int]]:
        """Lower bound of each tenth of confidence, and the corrections in it."""
        counts = self._counts("bin/")
        return [(number / BINS, counts.get(str(number), 0)) for number in range(BINS)]

    def acceptance(self) -> list[Acceptance]:
        """By code, those with most judgements first."""
        said: dict[str, _Said] = {}
        for code, confidence, verdict, _ in self._judgements:
            said.setdefault(code, _Said()).take(confidence, verdict)
        rows = [each.posterior(code) for code, each in said.items()]
        return sorted(rows, key=lambda row: (-row.kept - row.refused - row.rejected, row.code))

    def actors(self) -> list[ActorRecord]:
        """The actors of the latest run that had any with work to do."""
        for run in self.runs:
            actors = run.report.get("actors", {})
            if any(plain.get("counters") for plain in actors.values()):
                return [self._actor(name, plain) for name, plain in sorted(actors.items())]
        return []

    def _observe(self, correction: Correction) -> None:
        state = correction.state.value
        self._now.count(f"state/{state}")
        for rule in correction.rules:
            self._now.count(f"rule/{rule}/{state}")
        tenth = int(f"{correction.confidence:.2f}".replace(".", "")[:2])
        self._now.count(f"bin/{min(tenth, BINS - 1)}")

    def _counts(self, prefix: str) -> dict[str, int]:
        return self._under(prefix, {name: int(each) for name, each in self._now.counters.items()})

    @staticmethod
    def _under(prefix: str, counters: dict[str, int]) -> dict[str, int]:
        return {
            name.removeprefix(prefix): count
            for name, count in counters.items()
            if name.startswith(prefix)
        }

    @staticmethod
    def _actor(name: str, plain: dict[str, Any]) -> ActorRecord:
        counted = RunStatistics.unpack(plain)
        files = TorchCounter()
        for counter, value in counted.counters.items():
            if counter.startswith("files/"):
                files.merge(value)
        uptime = scalar(float(plain.get("uptime", 0.0)))
        rate = div(files.value(), uptime) if float(uptime) else uptime
        return ActorRecord(
            name, str(plain.get("device", "")), int(files), float(uptime), float(rate),
            int(plain.get("resident_bytes", 0)), bool(plain.get("healthy", False)),
            *LedgerStatistics._reading(counted),
        )  # fmt: skip

    @staticmethod
    def _reading(counted: RunStatistics) -> tuple[int, float, float, float]:
        """What an actor's edit model has read, how fast, in what batches, and the time waited."""
        tokens = counted.counters.get("model/tokens")
        if tokens is None:
            return 0, 0.0, 0.0, 0.0
        measured = counted.accumulators
        rate = div(tokens.value(), measured["model/seconds"].total())
        windows, queue = measured["model/windows"].mean(), measured["model/queue"].total()
        return int(tokens), float(rate), float(windows), float(queue)

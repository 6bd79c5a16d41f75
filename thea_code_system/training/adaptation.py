"""Fine-tuning an edit model on a team's past, in pieces of time, so that it can be interrupted."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from thea_code_system.errors import UsageError
from thea_code_system.models.checkpoint import Checkpoint
from thea_code_system.models.windows import WINDOW
from thea_code_system.training.batches import Batch
from thea_code_system.training.examples import ExampleMaker
from thea_code_system.training.pairs import PairShelf
from thea_code_system.training.past import TeamPast
from thea_code_system.training.windows import Example

_RATE: Final = 3e-4
_WARMUP: Final = 30  # steps
_LOWEST: Final = 0.05  # share of the rate that is left at the end
_WINDOWS: Final = 16  # in a step
_REAL: Final = 0.2  # share of real repairs among the examples
_SAVED: Final = 300.0  # seconds between two checkpoints
_SPENT: Final = "spent.json"


class Adaptation:
    """Organ: trains the network of a model on what a team did; a step at a time.

    Args:
        start: the folder of the model to start from.
        work: the folder of the checkpoint.
        past: what is learned from.
        seed: of all that is drawn.
        resume: go on from the checkpoint, if there is one.

    Raises:
        ModelError: the model or the checkpoint cannot be read.
        UsageError: the past holds nothing that can be learned from.
    """

    def __init__(
        self, start: Path, work: Path, past: TeamPast, seed: int, *, resume: bool = False
    ) -> None:
        import torch

        from thea_code_system.training.trainer import Trainer

        torch.manual_seed(seed)
        network, vocabulary = Checkpoint(start).load()
        network.requires_grad_(requires_grad=True)
        self._start, self._work = start, work
        self._trainer = Trainer(network, vocabulary, work)
        held = PairShelf(past.held())
        examples = held.examples(ExampleMaker(vocabulary, WINDOW, seed), seed)
        self._held = list(itertools.islice(examples, len(held)))
        self.held_loss = self.measured()
        """The mean loss of a window of the held-out pairs, before anything was learned."""
        self._spent = 0.0
        if resume and self._trainer.resume():
            self._spent = float(json.loads((work / _SPENT).read_text("utf-8")))
        self.loss = 0.0
        """The mean loss of a window, as it was lately."""
        maker = ExampleMaker(vocabulary, WINDOW, seed + self._trainer.steps)
        self._examples = self._mixed(maker, past, seed)
        self._ahead = ThreadPoolExecutor(1)  # makes the next batch while a step is made
        self._next: Future[Batch] | None = None
        self._saved = time.monotonic()

    @property
    def steps(self) -> int:
        """How many steps were made, those before an interruption too."""
        return self._trainer.steps

    @property
    def minutes(self) -> float:
        """How long was trained, before an interruption too."""
        return self._spent / 60

    def advance(self, minutes: float, seconds: float) -> bool:
        """Train for some seconds towards a number of minutes in all; whether more is to do."""
        until = min(seconds, 60 * minutes - self._spent)
        started, before = time.monotonic(), self._spent
        while self._spent - before < until:
            batch = (self._next or self._ahead.submit(self._batch)).result()
            self._next = self._ahead.submit(self._batch)
            total = sum(self._trainer.step([batch], self._rate(minutes)).values())
            self.loss += (total - self.loss) * (0.05 if self.loss else 1.0)
            self._spent = before + time.monotonic() - started
        if time.monotonic() - self._saved > _SAVED:
            self.save()
        return self._spent < 60 * minutes

    def measured(self) -> float:
        """The mean loss of a window of the held-out pairs as the network is now; 0 without any."""
        import torch

        self._trainer.network.eval()
        total = 0.0
        with torch.no_grad():
            for first in range(0, len(self._held), _WINDOWS):
                some = self._held[first : first + _WINDOWS]
                losses = self._trainer.losses(Batch.of(some)).values()
                total += float(sum(losses)) * len(some)
        return total / (len(self._held) or 1)

    def save(self) -> None:
        """Write the checkpoint."""
        (self._work / _SPENT).write_text(json.dumps(self._spent), "utf-8")
        self._trainer.save()
        self._saved = time.monotonic()

    def finish(self, folder: Path, ranking: str) -> None:
        """Write the model as it is now, ready to be used, and make no more examples.

        What else lies beside the weights of the start, such as fitted weights, comes along.
        """
        self._ahead.shutdown(cancel_futures=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in self._start.glob("*.json"):
            shutil.copyfile(file, folder / file.name)
        Checkpoint(folder).save(self._trainer.network, self._trainer.vocabulary)
        (folder / "ranking.json").write_text(ranking, "utf-8")

    def close(self) -> None:
        """Make no more examples."""
        self._ahead.shutdown(cancel_futures=True)

    def _batch(self) -> Batch:
        return Batch.of([next(self._examples) for _ in range(_WINDOWS)])

    def _rate(self, minutes: float) -> float:
        """The rate rises for some steps, and falls with the time that is left."""
        left = 1 - self.minutes / minutes if minutes else 0.0
        return _RATE * min(1.0, (self.steps + 1) / _WARMUP) * max(_LOWEST, left)

    @staticmethod
    def _mixed(maker: ExampleMaker, past: TeamPast, seed: int) -> Iterator[Example]:
        """Real repairs and corrupted code; either alone where there is nothing else."""
        pairs, shelf = PairShelf(past.learned()), past.shelf
        real, made = pairs.examples(maker, seed), maker.endless([(shelf, 1.0)])
        if not len(shelf) and not len(pairs):
            raise UsageError(
                "nothing of what was found can be learned from",
                "There is too little of it, or the commits changed much more than one place.",
            )
        if not len(shelf) or not len(pairs):
            return real if len(pairs) else made
        rng = random.Random(seed)  # noqa: S311 - a reproducible order is wanted
        return (next(real if rng.random() < _REAL else made) for _ in itertools.repeat(None))

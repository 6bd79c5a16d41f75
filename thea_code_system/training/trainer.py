"""Training the edit network: on corrupted code first, then on real repairs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from thea_code_system.models.checkpoint import Checkpoint
from thea_code_system.models.network import EditNetwork
from thea_code_system.models.reader import COLUMNS
from thea_code_system.models.tokens import KINDS, LINE
from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.training.batches import Batch
from thea_code_system.training.windows import IGNORED, Example

_STATE: Final = "optimizer.pt"
_WARMUP: Final = 200  # steps
_PROGRESS: Final = 50  # steps between two lines of progress
_LOWEST: Final = 0.05  # share of the rate that is left at the end
_LONGEST_STEP: Final = 1.0  # norm that gradients are cut to
_NEVER: Final = -1e4  # logit of what cannot be
_KIND: Final = COLUMNS.index("kind")
_OFFERED: Final = torch.tensor(
    [number for number, kind in enumerate(KINDS) if kind not in {"pad", LINE, "mask"}],
    dtype=torch.int32,
)
"""Kinds of the tokens that can be pointed at; those that :class:`Opinion` counts."""


class ExampleStream(IterableDataset[Batch]):
    """Batches from an endless source of examples, made in a process of their own."""

    def __init__(self, source: Iterator[Example], windows: int) -> None:
        self._source, self._windows = source, windows

    def __iter__(self) -> Iterator[Batch]:
        while True:
            yield Batch.of([next(self._source) for _ in range(self._windows)])


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to train.

    ``windows`` examples make a batch, and ``together`` batches a step. The rate rises over 200
    steps, stays, and falls to a twentieth over the last ``fall`` of the ``minutes`` (a trapezoid,
    so that training may go on from any checkpoint before the fall).
    """

    minutes: float
    rate: float = 2e-3
    fall: float = 0.25
    windows: int = 8
    together: int = 3
    checkpoint_minutes: float = 5.0


class Trainer:
    """Trains a network in the foreground; owned by a training actor or a script.

    Muon moves the matrices of the blocks (Jordan et al. 2024), AdamW everything else.

    Args:
        network: what is trained, in place.
        vocabulary: what its examples are read with; kept beside the weights.
        folder: where checkpoints and ``progress.jsonl`` go.
    """

    def __init__(self, network: EditNetwork, vocabulary: Vocabulary, folder: Path) -> None:
        self.network, self.vocabulary = network, vocabulary
        self._checkpoint, self._folder = Checkpoint(folder), folder
        matrices = [
            p for n, p in network.named_parameters() if n.startswith("blocks.") and p.ndim == 2
        ]
        chosen = {id(p) for p in matrices}
        others = [p for p in network.parameters() if id(p) not in chosen]
        self._optimizers: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        )
        self.steps = 0

    def train(self, source: Iterator[Example], plan: Plan) -> None:
        """Train for some minutes from where it is; write a checkpoint now and then, and at last.

        Progress goes to ``progress.jsonl`` in the folder: a line of mean losses every 50 steps.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        loader = DataLoader(
            ExampleStream(source, plan.windows), batch_size=None, num_workers=1, prefetch_factor=16
        )
        started = saved = time.monotonic()
        totals: dict[str, float] = {}
        tokens = 0
        batches = iter(loader)
        while (spent := (time.monotonic() - started) / 60) < plan.minutes:
            some = [next(batches) for _ in range(plan.together)]
            tokens += sum(batch.edits.numel() for batch in some)
            for name, loss in self.step(some, self.rate(plan, spent)).items():
                totals[name] = totals.get(name, 0.0) + loss
            if self.steps % _PROGRESS == 0:
                means = {name: round(total / _PROGRESS, 4) for name, total in totals.items()}
                pace = round(tokens / (time.monotonic() - started))
                self._note({"step": self.steps, "minutes": round(spent, 1), **means, "pace": pace})
                totals = {}
            if (time.monotonic() - saved) / 60 > plan.checkpoint_minutes:
                self.save()
                saved = time.monotonic()
        self.save()

    def step(self, batches: Sequence[Batch], rate: float) -> dict[str, float]:
        """One step of the optimizers on some batches together; the mean losses before it."""
        self.network.train()
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        means: dict[str, float] = {}
        for batch in batches:
            losses = self.losses(batch)
            total = torch.stack(list(losses.values())).sum() / len(batches)
            total.backward()  # type: ignore[no-untyped-call]
            for name, loss in losses.items():
                means[name] = means.get(name, 0.0) + float(loss.detach()) / len(batches)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
        for optimizer in self._optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.steps += 1
        return means

    def rate(self, plan: Plan, spent: float) -> float:
        """The learning rate of the next step when some minutes of a plan are over."""
        left = (plan.minutes - spent) / (plan.fall * plan.minutes) if plan.fall else 1.0
        return plan.rate * min(1.0, (self.steps + 1) / _WARMUP) * max(_LOWEST, min(1.0, left))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Mean losses a window: of edits, insertions and pointers."""
        vectors = self.network(batch.rows)
        windows = len(batch.rows)
        labels = {"edit": batch.edits, "insert": batch.inserts}
        out = {
            name: functional.cross_entropy(
                logits.flatten(0, 1), labels[name].flatten(), ignore_index=IGNORED, reduction="sum"
            )
            / windows
            for name, logits in zip(labels, self.network.heads(vectors), strict=True)
        }
        if len(batch.asked):
            out["pointer"] = self._pointing(vectors, batch) / windows
        return out

    def _pointing(self, vectors: Tensor, batch: Batch) -> Tensor:
        """The summed loss of pointers: any place where the name wanted stands is right."""
        window, token, kind = batch.asked.unbind(1)
        logits = self.network.names(vectors, window, token, kind)
        offered = torch.isin(batch.rows[..., _KIND], _OFFERED)[window]
        here = torch.arange(offered.shape[1]) == token[:, None]
        offered &= ~(here & (kind == 0)[:, None])  # what is replaced is no candidate
        logits = torch.cat((logits[:, :1], logits[:, 1:].masked_fill(~offered, _NEVER)), 1)
        chances = logits.log_softmax(1).masked_fill(~batch.right, _NEVER)
        return -chances.logsumexp(1).sum()

    def save(self) -> None:
        """Write the weights in full precision, and the optimizers' state beside them."""
        self._checkpoint.save(self.network, self.vocabulary, half=False)
        state = {"steps": self.steps, "optimizers": [o.state_dict() for o in self._optimizers]}
        fresh = self._folder / f"{_STATE}.new"
        torch.save(state, fresh)
        fresh.replace(self._folder / _STATE)

    def resume(self) -> bool:
        """Go on from the checkpoint in the folder; False if there is none.

        Raises:
            ModelError: its weights cannot be read.
        """
        path = self._folder / _STATE
        if not path.exists():
            return False
        network, self.vocabulary = self._checkpoint.load()
        self.network.load_state_dict(network.state_dict())
        state = torch.load(path, weights_only=True)
        self.steps = state["steps"]
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        return True

    def _note(self, facts: dict[str, float]) -> None:
        with (self._folder / "progress.jsonl").open("a", encoding="utf-8") as log:
            log.write(f"{json.dumps(facts)}\n")

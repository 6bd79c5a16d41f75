"""Train the edit model on the data that `train_data.py` made.

    python benchmarks/train.py DATA MODEL [--minutes 175] [--real 0.12] [--resume]

Writes checkpoints to MODEL every five minutes, with full precision and the optimizers' state, and
at the end MODEL/final with weights in bfloat16. `--resume` goes on from a checkpoint. The learning
rate falls over the last `--fall` of the time; real pairs of the half `learn` come in from then on.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from train_data import Histories

from thea_code_system.models.checkpoint import Checkpoint
from thea_code_system.models.network import EditNetwork, Shape
from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.models.windows import WINDOW
from thea_code_system.training.corpus import Shelf
from thea_code_system.training.examples import ExampleMaker
from thea_code_system.training.pairs import PairShelf
from thea_code_system.training.trainer import Plan, Trainer
from thea_code_system.training.windows import Example

PYTHON = 0.78  # share of Python among the pieces of clean code


def learned_from(data: Path) -> list[dict]:
    """The pairs of the owners whose code is for training."""
    path = data / "pairs.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if Histories.half(row["repository"]) == "learn"]


def mixed(
    made: Iterator[Example], real: Iterator[Example], share: float, seed: int
) -> Iterator[Example]:
    """Examples from both, real ones with that share as long as there are any."""
    rng = random.Random(seed)
    for example in made:
        if rng.random() < share and (pair := next(real, None)) is not None:
            yield pair
        yield example


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--minutes", type=float, default=175)
    parser.add_argument("--fall", type=float, default=0.25)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--real", type=float, default=0.12)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    vocabulary = Vocabulary.from_json((options.data / "tokenizer.json").read_text("utf-8"))
    network = EditNetwork(Shape(vocabulary.size, width=options.width, layers=options.layers))
    options.model.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(network, vocabulary, options.model)
    if options.resume:
        trainer.resume()
    maker = ExampleMaker(vocabulary, WINDOW, options.seed + trainer.steps)
    shelves = [
        (Shelf(path), share)
        for path, share in (
            (options.data / "python.jsonl", PYTHON),
            (options.data / "script.jsonl", 1 - PYTHON),
        )
        if path.exists() and path.stat().st_size
    ]
    real = PairShelf(learned_from(options.data)).examples(maker, options.seed)
    early = (1 - options.fall) * options.minutes
    made = maker.endless(shelves)
    if early > 0:
        trainer.train(made, Plan(early, rate=options.rate, fall=0.0))
    late = mixed(made, itertools.chain(real), options.real, options.seed)
    trainer.train(late, Plan(options.minutes - early, rate=options.rate, fall=1.0))
    Checkpoint(options.model / "final").save(network, vocabulary)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A small training run from data to a model that the product loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.training.corpus import Corpus, Shelf

pytestmark = [pytest.mark.slow, pytest.mark.torch]
ROOT = Path(__file__).resolve().parents[2]
PAIR = {
    "language": "python",
    "broken": "def f(x)\n    return x\n",
    "fixed": "def f(x):\n    return x\n",
    "repository": "somebody/something",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Data made of this project's own code, and a real pair or two."""
    folder = tmp_path_factory.mktemp("data")
    pieces = list(Corpus().pieces([ROOT / "thea_code_system" / "models"]))
    Shelf.write(folder / "python.jsonl", pieces)
    words = (word for piece in pieces for word in piece.text.split())
    (folder / "tokenizer.json").write_text(Vocabulary.learned(words, 600).to_json())
    pairs = [PAIR | {"repository": f"owner{number}/x"} for number in range(6)]
    (folder / "pairs.jsonl").write_text("".join(f"{json.dumps(pair)}\n" for pair in pairs))
    return folder


def train(data, model, *arguments):
    command = [sys.executable, str(ROOT / "benchmarks" / "train.py"), str(data), str(model)]
    small = ["--width", "32", "--layers", "1", "--minutes", "0.4"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([*command, *small, *arguments], check=True, env=environment, timeout=280)


def test_a_training_run_goes_on_where_it_stopped_and_ends_in_a_model(data, tmp_path):
    import torch

    from thea_code_system.models.shelf import ModelShelf

    def steps():
        return torch.load(tmp_path / "optimizer.pt", weights_only=True)["steps"]

    train(data, tmp_path)
    first = steps()
    assert first > 0
    train(data, tmp_path, "--resume")
    assert steps() > first
    model = ModelShelf(str(tmp_path / "final")).model()
    assert model.ranking

"""Training makes losses smaller, and goes on where it stopped."""

from __future__ import annotations

import json

import pytest

from thea_code_system.languages.registry import Languages
from thea_code_system.models.checkpoint import Checkpoint, ModelError
from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.models.words import WORDS
from thea_code_system.training.batches import Batch
from thea_code_system.training.examples import ExampleMaker
from thea_code_system.training.windows import IGNORED
from thea_code_system.values.correction import Edit

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("one_thread")


PYTHON = Languages().named("python")
PAIRS = (
    ("def f(items)\n    return items\n", Edit(12, 12, ":")),
    ("a = 1\nb b\nc = 2\n", Edit(6, 10, "")),
    ("def f(items, total):\n    return count\n", Edit(32, 37, "items")),
    ("f(total\n", Edit(7, 7, ")")),
)


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.learned([*WORDS, "items", "total", "count"] * 3, 400)


@pytest.fixture(scope="module")
def examples(vocabulary):
    maker = ExampleMaker(vocabulary, 40, 0)
    return [maker.of_pair(text, [edit], PYTHON, PYTHON.first_fault(text)) for text, edit in PAIRS]


@pytest.fixture
def trainer(vocabulary, tmp_path):
    from thea_code_system.models.network import EditNetwork, Shape
    from thea_code_system.training.trainer import Trainer

    def make(seed=0):
        torch.manual_seed(seed)
        shape = Shape(vocabulary.size, 32, layers=1, heads=2, hidden=48, pointer=8, contexts=32768)
        return Trainer(EditNetwork(shape), vocabulary, tmp_path)

    return make


def test_a_batch_is_padded_to_its_longest_window(examples):
    batch = Batch.of(examples)
    longest = max(len(example.rows) for example in examples)
    assert batch.rows.shape[:2] == batch.edits.shape == batch.inserts.shape == (4, longest)
    for number, example in enumerate(examples):
        count = len(example.rows)
        assert tuple(batch.edits[number, :count].tolist()) == example.edits
        assert (batch.rows[number, count:] == 0).all()
        assert (batch.edits[number, count:] == IGNORED).all()
        assert (batch.inserts[number, count:] == IGNORED).all()


def test_a_batch_knows_where_the_names_wanted_stand(examples):
    batch = Batch.of(examples)
    ((token, insert, found),) = examples[2].pointers
    assert batch.asked.tolist() == [[2, token, insert]]
    assert batch.right.nonzero()[:, 1].tolist() == [1 + place for place in found]


def test_a_batch_without_names_asks_for_none(examples, trainer):
    batch = Batch.of(examples[:1])
    assert batch.asked.shape == (0, 3)
    assert set(trainer().losses(batch)) == {"edit", "insert"}


def test_two_batches_read_again_and_again_make_the_losses_smaller(examples, trainer):
    one = trainer()
    batches = [Batch.of(examples[:2]), Batch.of(examples[2:])]
    losses = [one.step(batches, 1e-2) for _ in range(12)]
    assert set(losses[0]) == {"edit", "insert", "pointer"}
    assert sum(losses[-1].values()) < 0.5 * sum(losses[0].values())
    assert one.steps == 12


def test_padding_has_no_part_in_the_losses(examples, trainer):
    one = trainer()
    short = min(examples, key=lambda example: len(example.rows))
    alone = one.losses(Batch.of([short]))
    beside = Batch.of([short, max(examples, key=lambda example: len(example.rows))])
    rest = Batch(
        beside.rows[:1], beside.edits[:1], beside.inserts[:1], beside.asked[:0], beside.right[:0]
    )
    for name, loss in one.losses(rest).items():
        assert torch.allclose(loss, alone[name], atol=1e-5)


def test_training_goes_on_from_its_checkpoint(examples, trainer):
    batch = Batch.of(examples)
    first = trainer()
    for _ in range(3):
        first.step([batch], 1e-2)
    first.save()
    second = trainer(seed=1)
    assert second.resume()
    assert second.steps == 3
    assert second.step([batch], 1e-2) == pytest.approx(first.step([batch], 1e-2), rel=1e-4)
    assert second.step([batch], 1e-2) == pytest.approx(first.step([batch], 1e-2), rel=1e-3)
    assert second.steps == 5


def test_without_a_checkpoint_it_starts_anew(trainer):
    one = trainer()
    assert not one.resume()
    assert one.steps == 0


def test_a_damaged_checkpoint_is_named(examples, trainer, tmp_path):
    one = trainer()
    one.save()
    (tmp_path / "weights.safetensors").write_bytes(b"{}")
    with pytest.raises(ModelError, match=r"weights\.safetensors"):
        one.resume()


def test_the_rate_rises_stays_and_falls(trainer):
    from thea_code_system.training.trainer import Plan

    one, plan = trainer(), Plan(minutes=10, rate=1.0, fall=0.5)
    assert one.rate(plan, 0) == pytest.approx(1 / 200)
    one.steps = 500
    assert [one.rate(plan, minutes) for minutes in (0, 5, 7.5, 10)] == pytest.approx(
        [1, 1, 0.5, 0.05]
    )


@pytest.mark.slow
def test_a_run_leaves_a_model_that_can_be_read(examples, trainer, tmp_path):
    from thea_code_system.training.trainer import Plan

    def again():
        while True:
            yield from examples

    one = trainer()
    one.train(again(), Plan(minutes=0.1, windows=2, together=1))
    assert one.steps > 0
    network, _ = Checkpoint(tmp_path).load()
    assert network.shape == one.network.shape
    log = tmp_path / "progress.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    assert [json.loads(line)["step"] for line in lines] == [
        50 * n for n in range(1, one.steps // 50 + 1)
    ]

"""The network reads windows of rows, whatever stands beside them in a batch."""

from __future__ import annotations

import pytest

from thea_code_system.languages.base import Fault
from thea_code_system.models.reader import COLUMNS, Reader
from thea_code_system.models.tags import EDITS, INSERTS, KEEP

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("one_thread")


TEXT = "def total(items):\n    value = 0\n    return value +\n"


@pytest.fixture(scope="module")
def network(vocabulary):
    from thea_code_system.models.network import EditNetwork, Shape

    torch.manual_seed(3)
    shape = Shape(vocabulary.size, width=32, layers=2, heads=2, hidden=48, pointer=8)
    return EditNetwork(shape).eval()


@pytest.fixture(scope="module")
def rows(vocabulary, tokens_of):
    fault = Fault(len(TEXT) - 1, 3, "invalid syntax")
    return torch.tensor([Reader(vocabulary).read(tokens_of(TEXT), fault, "python").rows])


def test_each_row_gets_a_vector_and_a_logit_for_everything_that_can_be_done(network, rows):
    vectors = network(rows)
    edits, inserts = network.heads(vectors)
    assert vectors.shape == (1, rows.shape[1], 32)
    assert edits.shape == (1, rows.shape[1], len(EDITS))
    assert inserts.shape == (1, rows.shape[1], len(INSERTS))
    assert torch.isfinite(vectors).all()


def test_before_training_it_would_leave_everything_as_it_is(network, rows):
    for logits in network.heads(network(rows)):
        assert (logits.softmax(-1)[..., KEEP] > 0.9).all()


def test_padding_changes_nothing(network, rows):
    padded = torch.cat((rows, torch.zeros_like(rows)), 1)
    assert torch.allclose(network(padded)[:, : rows.shape[1]], network(rows), atol=1e-5)


def test_the_windows_of_a_batch_do_not_see_each_other(network, rows):
    other = rows.flip(1)
    together = network(torch.cat((rows, other)))
    assert torch.allclose(together[:1], network(rows), atol=1e-5)
    assert torch.allclose(together[1:], network(other), atol=1e-5)


@pytest.mark.parametrize("column", range(len(COLUMNS)), ids=COLUMNS)
def test_every_column_counts(network, rows, column):
    changed = rows.clone()
    changed[0, 3, column] = 1 if changed[0, 3, column] != 1 else 0
    assert not torch.allclose(network(changed), network(rows), atol=1e-6)


def test_far_tokens_are_seen_on_both_sides(network, rows):
    changed = rows.clone()
    changed[0, 5, COLUMNS.index("kind")] = 7
    moved = (network(changed) - network(rows)).abs().amax(-1)[0]
    assert (moved[[0, -1]] > 0).all()


def test_names_are_told_for_each_place_and_for_none(network, rows):
    vectors = network(torch.cat((rows, rows)))
    asked = [torch.tensor(part) for part in ([0, 1, 1], [2, 2, 2], [0, 0, 1])]
    logits = network.names(vectors, *asked)
    assert logits.shape == (3, 1 + rows.shape[1])
    assert torch.allclose(logits[0], logits[1], atol=1e-5), "the same place of the same window"
    assert not torch.allclose(logits[1], logits[2], atol=1e-6), "replacing is not inserting"


def test_a_shape_reads_what_it_wrote(network):
    assert type(network.shape).from_json(network.shape.to_json()) == network.shape

"""A model folder gives back what was saved, or says what is wrong with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from thea_code_system.models import checkpoint as module
from thea_code_system.models.checkpoint import TOKENIZER, WEIGHTS, Checkpoint, ModelError
from thea_code_system.models.reader import COLUMNS

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def network(vocabulary):
    from thea_code_system.models.network import EditNetwork, Shape

    torch.manual_seed(4)
    shape = Shape(vocabulary.size, width=32, layers=2, heads=2, hidden=48, pointer=8, contexts=64)
    return EditNetwork(shape).eval()


@pytest.fixture
def rows(vocabulary):
    found = torch.zeros(1, 9, len(COLUMNS), dtype=torch.int32)
    found[0, :, 0] = torch.arange(2, 11)
    return found


@pytest.fixture
def saved(tmp_path, network, vocabulary):
    folder = Checkpoint(tmp_path / "model")
    folder.save(network, vocabulary)
    return folder


def logits(network, rows):
    with torch.inference_mode():
        return torch.cat(network.heads(network(rows)), -1)


def test_in_full_precision_the_same_logits_come_back(tmp_path, network, vocabulary, rows):
    folder = Checkpoint(tmp_path)
    folder.save(network, vocabulary, half=False)
    loaded, _ = folder.load()
    assert torch.equal(logits(loaded, rows), logits(network, rows))


def test_in_half_precision_nearly_the_same_logits_come_back(saved, network, rows):
    loaded, _ = saved.load()
    assert torch.allclose(logits(loaded, rows), logits(network, rows), atol=0.05)
    assert not loaded.training


def test_tables_that_stay_in_the_file_change_no_bit_of_a_logit(saved, rows):
    shared, _ = saved.share()
    assert shared.pieces.weight.dtype == torch.bfloat16
    assert torch.equal(logits(shared, rows), logits(saved.load()[0], rows))


def test_with_half_the_matrices_stay_too_and_logits_are_still_float32(saved, rows):
    shared, _ = saved.share(half=True)
    assert {p.dtype for p in shared.blocks[0].qkv.parameters()} == {torch.bfloat16}
    with torch.autocast("cpu", torch.bfloat16):
        vectors = shared(rows)
    with torch.inference_mode():
        found = torch.cat(shared.heads(vectors), -1)
    assert found.dtype == torch.float32
    assert torch.allclose(found, logits(saved.load()[0], rows), atol=0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what is mapped")
def test_what_stays_is_mapped_and_a_new_file_in_its_place_does_no_harm(
    saved, rows, network, vocabulary
):
    shared, _ = saved.share()
    before = logits(shared, rows)
    assert str(saved.folder / WEIGHTS) in Path("/proc/self/maps").read_text("utf-8")
    saved.save(network, vocabulary, half=False)
    assert torch.equal(logits(shared, rows), before)


def test_half_precision_takes_half_the_room(tmp_path, saved, network, vocabulary):
    Checkpoint(tmp_path / "full").save(network, vocabulary, half=False)
    full = (tmp_path / "full" / WEIGHTS).stat().st_size
    assert (saved.folder / WEIGHTS).stat().st_size < 0.6 * full


def test_the_vocabulary_comes_back(saved, vocabulary):
    _, loaded = saved.load()
    assert loaded.size == vocabulary.size
    assert loaded.pieces("total_value") == vocabulary.pieces("total_value")


def test_saving_leaves_nothing_else_behind(saved, network, vocabulary):
    saved.save(network, vocabulary)
    assert {path.name for path in saved.folder.iterdir()} == {WEIGHTS, TOKENIZER}


@pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
def test_a_missing_file_is_named(saved, name):
    (saved.folder / name).unlink()
    with pytest.raises(ModelError) as caught:
        saved.load()
    assert str(saved.folder / name) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
@pytest.mark.parametrize("kept", [0, 7, 0.5, -1])
def test_a_truncated_file_is_named(saved, name, kept):
    path = saved.folder / name
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    with pytest.raises(ModelError) as caught:
        saved.load()
    assert str(path) in caught.value.message


@pytest.mark.parametrize("place", [-1, -5000])
def test_weights_with_one_bit_changed_are_refused(saved, place):
    path = saved.folder / WEIGHTS
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match="digest") as caught:
        saved.load()
    assert str(path) in caught.value.message


def test_a_vocabulary_of_another_model_is_refused(saved):
    path = saved.folder / TOKENIZER
    said = json.loads(path.read_text("utf-8"))
    said["model"]["merges"].pop()
    path.write_text(json.dumps(said), "utf-8")
    with pytest.raises(ModelError, match="digest"):
        saved.load()


def test_weights_with_other_tags_are_of_another_version(saved, monkeypatch):
    monkeypatch.setattr(module, "EDITS", (*module.EDITS, "write more"))
    with pytest.raises(ModelError, match="another version") as caught:
        saved.load()
    assert str(saved.folder / WEIGHTS) in caught.value.message


def test_weights_that_do_not_fit_their_shape_are_refused(tmp_path, network, vocabulary):
    from safetensors.torch import load_file, safe_open, save_file

    Checkpoint(tmp_path).save(network, vocabulary)
    path = str(tmp_path / WEIGHTS)
    with safe_open(path, "pt") as file:
        metadata = {k: v for k, v in file.metadata().items() if k != "digest"}
    weights = load_file(path)
    save_file({**weights, "unread": weights["unread"][:3]}, path, metadata)
    with pytest.raises(ModelError, match="cannot be read"):
        Checkpoint(tmp_path).load()

"""GPU shares are fitted to what there is, so that no actor waits for ever."""

from __future__ import annotations

import logging

import pytest

from thea_code_system.wrappers.actor import ActorOptions
from thea_code_system.wrappers.share import Share


@pytest.mark.parametrize(
    ("asked", "count", "gpus", "share", "placed"),
    [
        (0.25, 4, [1], 0.25, 4),
        (0.25, 8, [1], 0.125, 8),
        (0.25, 16, [1], 1 / 16, 16),
        (0.25, 64, [1], 0.05, 20),
        (1.0, 3, [2], 0.5, 3),
        (1.0, 2, [1, 1], 1.0, 2),
        (2.0, 1, [1, 1], 1.0, 1),
        (2.0, 2, [4], 2.0, 2),
        (3.0, 2, [4, 2], 3.0, 1),
        (0.5, 4, [], 0.0, 4),
        (0.0, 4, [8], 0.0, 4),
    ],
)
def test_a_gpu_share_fits_the_nodes(asked, count, gpus, share, placed):
    nodes = [{"CPU": 2.0, "GPU": float(n)} for n in gpus] or [{"CPU": 2.0}]
    fitted = Share.fitted(ActorOptions(num_gpus=asked), count, nodes)
    assert (fitted.num_gpus, fitted.count) == (pytest.approx(share), placed)


def test_one_log_line_says_what_was_changed(caplog):
    caplog.set_level(logging.WARNING)
    Share.fitted(ActorOptions(num_gpus=0.25), 2, [{"CPU": 2.0}])
    assert len(caplog.records) == 1
    assert "on the CPU" in caplog.text


@pytest.mark.parametrize(
    ("count", "nodes", "placed", "cpus", "memory"),
    [
        (2, [(2.0, 300.0)], 2, 1.0, 100),
        (6, [(2.0, 300.0), (1.0, 900.0)], 3, 1.0, 100),
        (6, [(4.0, 250.0), (1.0, 99.0)], 2, 1.0, 100),
        (6, [(0.0, 900.0)], 1, 0.0, 0),
        (6, [], 1, 0.0, 0),
    ],
)
def test_as_many_actors_start_as_find_room_and_one_in_any_case(count, nodes, placed, cpus, memory):
    options = ActorOptions(num_cpus=1.0, memory=100)
    free = [{"CPU": cpus, "memory": bytes_} for cpus, bytes_ in nodes]
    share = Share.fitted(options, count, free)
    assert (share.count, share.num_cpus, share.memory) == (placed, cpus, memory)


def test_what_asks_for_nothing_finds_room_anywhere():
    assert Share.fitted(ActorOptions(), 9, []).count == 9


def test_an_actor_whose_node_is_gone_does_without_what_is_taken():
    share = Share(1.0, 0.25, 2, memory=100)
    roomy, full = {"CPU": 1.0, "memory": 100.0}, {"CPU": 0.0, "memory": 900.0}
    gpu = {"CPU": 2.0, "GPU": 1.0}
    assert share.within([roomy], [gpu]) == share
    assert share.within([full], [gpu]) == Share(0.0, 0.25, 2)
    assert share.within([full], [roomy]) == Share(0.0, 0.0, 2)


def test_one_that_waits_asks_for_all():
    options = ActorOptions(num_cpus=1.0, memory=100)
    assert Share(0.0, 0.5, 1).asking(options) == Share(1.0, 0.5, 1, memory=100)

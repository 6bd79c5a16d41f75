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


def test_processors_are_reserved_for_all_or_for_none():
    options = ActorOptions(num_cpus=1.0)
    assert Share.fitted(options, 2, [{"CPU": 2.0}]).num_cpus == 1.0
    assert Share.fitted(options, 3, [{"CPU": 2.0}]).num_cpus == 0.0

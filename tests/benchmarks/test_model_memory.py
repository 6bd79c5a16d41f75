"""The script that measures a loaded model sees that two processes share its tables."""

from __future__ import annotations

import sys

import pytest


@pytest.mark.torch
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux who holds which page")
def test_two_processes_share_the_tables_of_a_model(hand_made, tmp_path, monkeypatch, capsys):
    from model_memory import main

    folder = hand_made({}).save(tmp_path / "model")
    size = (tmp_path / "model" / "weights.safetensors").stat().st_size / 2**20
    monkeypatch.setattr(sys, "argv", ["model_memory.py", "--model", folder])
    main()
    lines = dict(line.split(":") for line in capsys.readouterr().out.splitlines())
    assert float(lines["loading"].split()[0]) > 0
    assert 0.5 * size < float(lines["shared"].split()[0]) <= size + 1

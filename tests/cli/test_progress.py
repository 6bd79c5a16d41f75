"""The progress bar: on a terminal, after a while, on standard error."""

from __future__ import annotations

import asyncio
import io

import pytest

from thea_cli import progress
from thea_cli.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self):
        return True


async def work(monkeypatch, stream, seconds):
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "DELAY", 0.1)

    async def expected():
        return 40

    bar = ProgressBar(wanted=True)
    bar.start(expected)
    await asyncio.sleep(seconds)
    bar.update(10, 3)
    await asyncio.sleep(seconds)
    bar.stop()
    return stream.getvalue()


async def test_it_shows_files_corrections_and_rate(monkeypatch):
    text = await work(monkeypatch, Terminal(), 0.4)
    for part in ("10/40", "3 corrections", "/s"):
        assert part in text


@pytest.mark.parametrize(("stream", "seconds"), [(io.StringIO, 0.2), (Terminal, 0.01)])
async def test_it_stays_away_from_pipes_and_short_runs(monkeypatch, stream, seconds):
    assert await work(monkeypatch, stream(), seconds) == ""

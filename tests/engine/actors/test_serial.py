"""Blocking work of one owner runs in order, also when those who asked for it have gone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from thea_code_system.actors.core.ledger_actor import LedgerActor
from thea_code_system.actors.serial import SerialThread


async def test_what_is_cancelled_ends_before_the_next_begins():
    thread, begun, release, log = SerialThread(), threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        release.wait(10)
        log.append("slow")

    first = asyncio.ensure_future(thread.do(slow))
    waiting = asyncio.ensure_future(thread.do(log.append, "never"))
    await asyncio.to_thread(begun.wait, 10)
    first.cancel()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    last = asyncio.ensure_future(thread.do(log.append, "last"))
    await asyncio.sleep(0.05)
    assert not log
    release.set()
    await last
    assert log == ["slow", "last"]


async def test_results_and_errors_arrive():
    thread = SerialThread()
    assert await thread.do(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await thread.do(divmod, 7, 0)


@pytest.mark.parametrize("steps", range(6))
async def test_a_ledger_closes_in_order_when_its_user_is_interrupted(tmp_path, steps):
    for number in range(50):
        root = tmp_path / str(number)
        root.mkdir()
        ledger = LedgerActor(str(root))
        state = await ledger.open()
        asked = asyncio.ensure_future(ledger.begin_run("correct", "{}", "0.1.0"))
        for _ in range(steps):
            await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await ledger.shutdown()
        with sqlite3.connect(state.ledger) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)

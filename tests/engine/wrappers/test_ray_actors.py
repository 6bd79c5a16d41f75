"""The same actors in Ray workers: calls, failures, logs, names, faults."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time

import pytest

from thea_code_system.errors import ActorError
from thea_code_system.wrappers import (
    Actor,
    ActorDeadError,
    ActorPool,
    ActorRegistry,
    ActorStartError,
    ItemFailure,
    Platform,
    async_actor,
    create_actor,
    remote_method,
)

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("cluster")]


class OddError(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first}{second}")


@async_actor(num_gpus=0.25)
class Remote(Actor):
    def __init__(self, poison=None):
        self.poison = poison

    @remote_method
    async def double(self, x):
        if x == self.poison:
            os.kill(os.getpid(), signal.SIGKILL)
        if x == 13:
            raise ValueError("thirteen")
        self.counter("done").increment()
        self.accumulator("value").add(x)
        return 2 * x

    @remote_method
    async def double_all(self, xs):
        return [await self.double(x) for x in xs]

    @remote_method
    async def count(self, n):
        for x in range(n):
            yield x

    @remote_method
    async def odd(self):
        raise OddError(1, 2)

    @remote_method
    async def note(self, text):
        self.log.warning("noted %s", text)
        logging.getLogger("elsewhere").warning("elsewhere %s", text)

    @remote_method
    async def threads(self):
        import torch

        return torch.get_num_threads()

    @remote_method
    async def stop_when(self, x):
        if x == self.poison:
            os.kill(os.getpid(), signal.SIGSTOP)
            await asyncio.sleep(60)
        return x


async def test_calls_streams_and_exceptions_cross_the_process_boundary():
    actor = create_actor(Remote)
    assert await actor.double(4) == 8
    assert [x async for x in actor.count(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="thirteen") as raised:
        await actor.double(13)
    assert "in double" in str(raised.value.__cause__)
    with pytest.raises(ActorError, match="OddError: 12"):
        await actor.odd()
    assert (await actor.health_check()).pid != os.getpid()
    assert await actor.threads() == 1
    metrics = await actor.metrics()
    assert int(metrics.counters["done"]) == 1
    assert float(metrics.accumulators["value"].mean()) == 4.0
    await actor.shutdown()
    with pytest.raises(ActorDeadError):
        await actor.double(4)


async def test_records_of_a_remote_actor_reach_the_log_of_the_driver(caplog):
    caplog.set_level(logging.INFO)
    await create_actor(Remote, name="far", run_id="r7").note("that")
    told = {
        record.getMessage(): (record.actor, record.run)
        for record in caplog.records
        if hasattr(record, "actor")
    }
    assert told == {"noted that": ("far", "r7"), "elsewhere that": ("far", "r7")}


async def test_a_constructor_that_raises_says_why():
    with pytest.raises(ActorStartError, match="nonsense"):
        await create_actor(Remote, nonsense=1).double(1)


async def test_a_pool_gives_what_the_inline_pool_gives():
    for method, batched in (("double", False), ("double_all", True)):
        found = []
        for inline in (True, False):
            async with ActorPool(Remote, 2, inline=inline) as pool:
                found.append(
                    await pool.map(method, range(100), batched=batched, return_exceptions=True)
                )
        here, there = ([repr(result) for result in results] for results in found)
        assert here == there


async def test_a_killed_actor_is_replaced_within_a_second_and_nothing_is_lost():
    async with ActorPool(Remote, 2) as pool:
        victim, other = [health.pid for health in await pool.health_check()]
        os.kill(victim, signal.SIGKILL)
        started = time.perf_counter()
        await pool.broadcast("double", 1)
        replaced_in = time.perf_counter() - started
        pids = [health.pid for health in await pool.health_check()]
        assert other in pids
        assert victim not in pids
        results = await pool.map("double", range(14, 500))
    assert results == [2 * x for x in range(14, 500)]
    idle = os.getloadavg()[0] < Platform().cpu_count()
    assert replaced_in < (1.0 if idle else 5.0), "seconds; a busy machine starts processes slowly"


async def test_an_item_that_kills_its_actor_is_isolated_and_named():
    async with ActorPool(Remote, 2, kwargs={"poison": 77}) as pool:
        results = await pool.map("double", range(14, 200), return_exceptions=True)
    [failure] = [result for result in results if isinstance(result, ItemFailure)]
    assert (failure.item, failure.index, failure.reason) == (77, 63, "died")
    assert [r for r in results if r is not failure] == [2 * x for x in range(14, 200) if x != 77]


async def test_a_stopped_actor_meets_its_deadline_and_is_gone():
    async with ActorPool(Remote, 1, kwargs={"poison": 7}, deadline=1.0) as pool:
        [victim] = [health.pid for health in await pool.health_check()]
        results = await pool.map("stop_when", range(20), return_exceptions=True)
    assert [x for x in results if not isinstance(x, ItemFailure)] == [
        x for x in range(20) if x != 7
    ]
    assert results[7].reason == "deadline"
    limit = time.monotonic() + 5.0
    while Platform().process_exists(victim) and time.monotonic() < limit:
        await asyncio.sleep(0.05)
    assert not Platform().process_exists(victim)


OTHER_PROCESS = """
import asyncio, sys
from thea_code_system.wrappers import ActorRegistry, Cluster

async def main():
    async with await Cluster().join(sys.argv[1]):
        registry = ActorRegistry()
        assert "shared" in await registry.list()
        actor = await registry.get("shared")
        assert await actor.double(21) == 42
        await registry.kill("shared")

asyncio.run(main())
"""


async def test_an_actor_is_found_by_name_from_another_process(cluster):
    registry = ActorRegistry()
    actor = create_actor(Remote, name="shared")
    await actor.ready()
    assert await (await registry.get("shared")).double(2) == 4
    with pytest.raises(ActorError, match="an actor 'shared' on this cluster already"):
        await create_actor(Remote, name="shared").ready()
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", OTHER_PROCESS, cluster.address],
        check=True,
        env={**os.environ, "RAY_AUTH_TOKEN_PATH": str(cluster.directory / "token")},
    )
    with pytest.raises(ActorDeadError):
        await actor.double(1)
    assert "shared" not in await registry.list()

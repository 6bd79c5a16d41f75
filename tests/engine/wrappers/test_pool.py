"""Pools in this process: order, batches, bounds, failures; the same code places on Ray."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.errors import ActorError
from thea_code_system.wrappers import (
    Actor,
    ActorPool,
    ActorStartError,
    DeadlineError,
    ItemFailure,
    async_actor,
    remote_method,
)


@async_actor
class Worker(Actor):
    def __init__(self, factor=2, log=None):
        self.factor = factor
        self.seen = log if log is not None else []

    @remote_method
    async def scale(self, x):
        if x == 13:
            raise ValueError("thirteen")
        return x * self.factor

    @remote_method
    async def scale_all(self, xs):
        self.seen.append(len(xs))
        return [await self.scale(x) for x in xs]

    @remote_method
    async def too_few(self, xs):
        return xs[1:]

    @remote_method
    async def slow(self, x):
        self.seen.append(x)
        await asyncio.sleep(60 if x == 5 else 0)
        return x


@given(st.lists(st.integers(14, 99)), st.integers(1, 4), st.integers(1, 3), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_results_come_in_the_order_of_the_items(items, actors, in_flight, size):
    async def mapped():
        async with ActorPool(
            Worker, actors, inline=True, max_in_flight=in_flight, batch_size=size
        ) as pool:
            return await pool.map("scale", items)

    assert asyncio.run(mapped()) == [2 * x for x in items]


async def test_constructor_arguments_reach_every_actor():
    async with ActorPool(Worker, 3, args=[5], inline=True) as pool:
        assert await pool.map("scale", range(10)) == [5 * x for x in range(10)]


async def test_a_failure_is_raised_as_it_was_or_returned():
    async with ActorPool(Worker, 2, inline=True) as pool:
        with pytest.raises(ValueError, match="thirteen"):
            await pool.map("scale", range(20))
        results = await pool.map("scale", range(20), return_exceptions=True)
    assert isinstance(results[13], ItemFailure)
    assert (results[13].item, results[13].index, results[13].reason) == (13, 13, "error")
    assert results[12] == 24


async def test_a_batch_that_raises_is_split_so_that_one_item_fails():
    async with ActorPool(Worker, 2, inline=True) as pool:
        results = await pool.map("scale_all", range(40), batched=True, return_exceptions=True)
    assert [x for x in results if isinstance(x, ItemFailure)] == [results[13]]
    assert results[14:] == [2 * x for x in range(14, 40)]


async def test_a_batch_with_too_few_results_is_a_failure_of_its_items():
    async with ActorPool(Worker, 1, inline=True) as pool:
        results = await pool.map("too_few", [1, 2], batched=True, return_exceptions=True)
    assert all(isinstance(result, ItemFailure) for result in results)


async def test_a_stream_takes_sync_and_async_items_and_yields_pairs():
    async def arriving():
        for x in range(50):
            await asyncio.sleep(0.001)
            yield x

    async with ActorPool(Worker, 2, args=[3], inline=True) as pool:
        for items in (arriving(), iter(range(50)), range(50)):
            pairs = [pair async for pair in pool.stream("scale", items) if pair[0] != 13]
            assert sorted(pairs) == [(x, 3 * x) for x in range(50) if x != 13]


async def test_a_stream_does_not_read_ahead():
    pulled = []

    def endless():
        x = 100
        while True:
            pulled.append(x)
            yield x
            x += 1

    async with ActorPool(Worker, 2, inline=True, batch_size=4) as pool:
        stream = pool.stream("scale", endless())
        for _ in range(10):
            await anext(stream)
        await stream.aclose()
    assert len(pulled) <= 10 + 4 * (2 * 2 + 3)


async def test_actors_go_on_while_the_consumer_is_busy_but_no_batch_more_than_there_are_slots():
    log = []
    async with ActorPool(
        Worker, 1, args=(2, log), inline=True, max_in_flight=1, batch_size=1
    ) as pool:
        stream = pool.stream("slow", range(20, 30))
        assert await anext(stream) == (20, 20)
        await asyncio.sleep(0.05)
        assert log == [20, 21]
        await stream.aclose()


async def test_an_error_of_the_source_ends_the_stream():
    def broken():
        yield from range(3)
        raise OSError("unreadable")

    async with ActorPool(Worker, 1, inline=True) as pool:
        with pytest.raises(OSError, match="unreadable"):
            await pool.map("scale", broken())


async def test_batches_are_bounded_by_count_and_by_bytes():
    batches = []
    items = ["x" * 40, "y" * 70, "z" * 10, "w" * 500, "v"] * 5
    async with ActorPool(
        Worker, 1, args=[1, batches], inline=True, max_in_flight=1, batch_size=3, batch_bytes=120
    ) as pool:
        assert await pool.map("scale_all", iter(items), batched=True) == items
    assert max(batches) <= 3
    assert batches.count(1) >= 5


async def test_the_largest_of_a_sequence_go_first():
    order = []
    async with ActorPool(
        Worker, 1, args=[1, order], inline=True, max_in_flight=1, size_of=abs
    ) as pool:
        assert await pool.map("slow", [3, -9, 1, 7]) == [3, -9, 1, 7]
    assert order == [-9, 7, 3, 1]


async def test_an_item_that_never_ends_is_isolated_and_the_others_are_done():
    async with ActorPool(Worker, 2, inline=True, deadline=0.1) as pool:
        results = await pool.map("slow", range(40), return_exceptions=True)
        replaced = int(pool.counters["replaced"])
    assert results[5].reason == "deadline"
    assert isinstance(results[5].error, DeadlineError)
    assert [x for x in results if x is not results[5]] == [x for x in range(40) if x != 5]
    assert replaced == 2


async def test_submitted_calls_run_side_by_side():
    async with ActorPool(Worker, 2, inline=True) as pool:
        tasks = [pool.submit("scale", x) for x in range(8)]
        assert await asyncio.gather(*tasks) == [2 * x for x in range(8)]
        with pytest.raises(ValueError, match="thirteen"):
            await pool.submit("scale", 13)


async def test_every_actor_is_reached_and_the_pool_can_be_resized():
    async with ActorPool(Worker, 3, inline=True, name="w") as pool:
        assert await pool.broadcast("scale", 4) == [8, 8, 8]
        await pool.resize(5)
        assert [health.name for health in await pool.health_check()] == [f"w-{n}" for n in range(5)]
        await pool.resize(1)
        assert [metrics.name for metrics in await pool.metrics()] == ["w-0"]
        assert await pool.map("scale", range(5)) == [0, 2, 4, 6, 8]


async def test_a_pool_that_was_shut_down_refuses_work():
    pool = ActorPool(Worker, 1, inline=True)
    assert await pool.map("scale", [1]) == [2]
    await pool.shutdown()
    with pytest.raises(ActorError, match="shut down"):
        await pool.map("scale", [1])


async def test_actors_that_cannot_be_made_end_the_call():
    pool = ActorPool(Worker, 2, kwargs={"wrong": 1}, inline=True)
    with pytest.raises(ActorStartError, match="wrong"):
        await pool.map("scale", [1])


async def test_an_unknown_method_is_refused_before_anything_is_sent():
    async with ActorPool(Worker, 1, inline=True) as pool:
        with pytest.raises(AttributeError, match="no remote method 'seen'"):
            await pool.map("seen", [1])


def test_a_pool_without_actors_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        ActorPool(Worker, 0)

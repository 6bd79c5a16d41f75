"""How a pool shares its work out, in a time that only the test moves on."""

from __future__ import annotations

import asyncio
import itertools
import random
import selectors
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.wrappers import Actor, ActorPool, clock, remote_method
from thea_code_system.wrappers.supply import Supply


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop on which waiting takes no time."""

    def __init__(self):
        self.now = 0.0
        selector = selectors.DefaultSelector()
        wait = selector.select
        selector.select = lambda seconds=None: self.passed(wait, seconds)
        super().__init__(selector)

    def time(self):
        return self.now

    def passed(self, wait, seconds):
        """What happens within some seconds; they pass at once where nothing does."""
        found = wait(0 if seconds is None or seconds > 0 else seconds)
        self.now += 0 if found or not seconds else seconds
        return found or (wait(0.01) if seconds is None else [])


class Timed(Actor):
    """Works one batch after the other, and says when."""

    def __init__(self, log):
        self.done, self.turn, self.free = log, asyncio.Lock(), 0.0

    @remote_method
    async def work(self, files):
        """Each file is its size in bytes and its seconds."""
        async with self.turn:
            clock = asyncio.get_running_loop()
            begun, idle = clock.time(), clock.time() - self.free
            await asyncio.sleep(sum(seconds for _, seconds in files))
            self.free = clock.time()
            self.done.append((self.name, len(files), begun, self.free, idle))
        return files


def worked(files, actors, monkeypatch, supply=None):
    """Of each batch: its actor, its files, begin and end, and how long the actor had waited."""
    log, loop = [], VirtualTime()
    monkeypatch.setattr(clock.time, "perf_counter", loop.time)

    async def run():
        pool = ActorPool(
            Timed,
            actors,
            args=[log],
            inline=True,
            batch_size=512,
            batch_bytes=8_000_000,
            deadline=1e9,
            size_of=lambda file: file[0],
        )
        async with pool:
            items = files if supply is None else supply
            done = [pair[0] async for pair in pool.stream("work", items, batched=True)]
            assert sorted(done) == sorted(files)

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()
    return log


def share_of_ideal(log, actors):
    """The time that actors worked, of that which they had until the last of them was through."""
    spent = sum(end - begun for _, _, begun, end, _ in log)
    return spent / (actors * max(end for *_, end, _ in log))


def tree(seed, files=3000):
    """Files as there are in projects: many are small and few large, the cost goes with the size."""
    lots = random.Random(seed)
    sizes = [min(int(lots.lognormvariate(8.5, 1.2)), 1_000_000) for _ in range(files)]
    return [(size, 0.002 + size * 3e-6 * lots.uniform(0.3, 3)) for size in sizes]


@given(st.integers(0, 999), st.integers(2, 8))
@settings(max_examples=15, deadline=None)
def test_workers_of_a_tree_end_together_however_unequal_the_files_are(seed, actors):
    with pytest.MonkeyPatch.context() as monkeypatch:
        log = worked(tree(seed), actors, monkeypatch)
    assert share_of_ideal(log, actors) > 0.95


@given(st.integers(0, 999), st.integers(2, 4), st.integers(20, 200))
@settings(max_examples=15, deadline=None)
def test_no_worker_waits_while_there_is_work(seed, actors, files):
    with pytest.MonkeyPatch.context() as monkeypatch:
        log = worked(tree(seed, files), actors, monkeypatch)
    assert all(idle < 1e-6 for *_, idle in log)


def test_cheap_files_soon_go_by_the_largest_batch_and_dear_ones_by_few(monkeypatch):
    cheap = worked([(1000, 0.0001)] * 20_000, 2, monkeypatch)
    assert max(count for _, count, *_ in cheap) == 512
    assert len(cheap) < 100
    dear = worked([(1000, 1.0)] * 400, 2, monkeypatch)
    assert max(end - begun for _, _, begun, end, _ in dear[8:]) <= 16


def test_one_worker_gets_the_largest_batches_to_the_end(monkeypatch):
    log = worked([(1000, 0.01)] * 1100, 1, monkeypatch)
    assert [count for _, count, *_ in log] == [512, 512, 76]


class Counted:
    """Something large that is there for as long as somebody holds it."""

    def __init__(self, size):
        self.size = size


class Made(Supply):
    """Things that are made when they are asked for, and how many of them are alive."""

    def __init__(self, number, few):
        self.sizes = [1000] * number
        self.rest, self.few = iter(range(number)), few
        self.alive = weakref.WeakSet()
        self.most = 0

    async def more(self):
        made = [(place, Counted(1000)) for place in itertools.islice(self.rest, self.few)]
        self.alive.update(thing for _, thing in made)
        self.most = max(self.most, len(self.alive))
        await asyncio.sleep(0)
        return made


class Measuring(Actor):
    """Looks at things and keeps none."""

    @remote_method
    async def measure(self, things):
        await asyncio.sleep(0)
        return [thing.size for thing in things]


@pytest.mark.parametrize("number", [500, 5000])
async def test_what_is_in_memory_goes_with_the_slots_and_not_with_the_stream(number):
    supply = Made(number, few=16)
    async with ActorPool(
        Measuring, 2, inline=True, batch_size=16, size_of=lambda thing: thing.size
    ) as pool:
        seen = 0
        async for batch in pool.batches("measure", supply, batched=True):
            seen += len(batch)
            await asyncio.sleep(0.001)  # the consumer is slow: all the rest waits for it
    assert seen == number
    # four batches under way, as many finished that nobody took yet, one that is ready, one read
    assert supply.most <= 16 * (4 + 4 + 2)


async def test_results_come_while_most_of_the_stream_is_still_to_be_made():
    supply = Made(5000, few=16)
    async with ActorPool(Measuring, 2, inline=True, batch_size=16) as pool:
        async for _ in pool.batches("measure", supply, batched=True):
            break
    assert next(supply.rest) < 16 * 8


async def test_a_stream_waits_for_its_turn_where_others_keep_every_actor_busy():
    async with ActorPool(
        Measuring, 2, inline=True, batch_size=4, size_of=lambda thing: thing.size
    ) as pool:
        async with pool.slot(alone=True), pool.slot(alone=True):
            asked = asyncio.ensure_future(pool.map("measure", [Counted(1)] * 40, batched=True))
            await asyncio.sleep(0.02)
        assert await asked == [1] * 40

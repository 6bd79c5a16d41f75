"""Actors in this process: class creation, lifecycle, handles, metrics and logs."""

from __future__ import annotations

import asyncio
import logging

import pytest

from thea_code_system.errors import ActorError
from thea_code_system.wrappers import (
    Actor,
    ActorDeadError,
    ActorRegistry,
    ActorStartError,
    DeadlineError,
    async_actor,
    create_actor,
    remote_method,
)


@async_actor(num_gpus=0.25, deadline=0.2)
class Diary(Actor):
    def __init__(self, owner="nobody"):
        self.owner = owner
        self.lines = ["made"]

    async def setup(self):
        self.lines.append("set up")

    async def shutdown(self):
        self.lines.append("shut down")

    @remote_method
    async def write(self, line):
        self.lines.append(line)
        self.counter("lines").increment()
        self.accumulator("length").add(len(line))
        self.log.info("wrote %s", line)
        return self.lines

    @remote_method
    async def read(self):
        for line in self.lines:
            yield line

    @remote_method
    async def follow(self):
        yield "first"
        await asyncio.sleep(60)

    @remote_method
    async def sleep(self):
        await asyncio.sleep(60)


def test_a_decorated_class_is_still_a_plain_class():
    assert Diary("me").owner == "me"
    assert Diary.options.num_gpus == 0.25


def test_a_remote_method_must_be_async():
    with pytest.raises(TypeError, match="must be async"):

        class Wrong(Actor):
            @remote_method
            def process(self):
                return 1


def test_only_actors_are_decorated():
    with pytest.raises(TypeError, match="subclasses of Actor"):
        async_actor(int)


async def test_an_actor_is_made_and_set_up_at_its_first_call_and_shut_down_once():
    actor = create_actor(Diary, "me", inline=True)
    assert await actor.write("hello") == ["made", "set up", "hello"]
    lines = await actor.write("again")
    await actor.shutdown()
    assert lines == ["made", "set up", "hello", "again", "shut down"]
    with pytest.raises(ActorDeadError, match="has been shut down"):
        await actor.write("too late")


async def test_an_async_generator_is_iterated():
    actor = create_actor(Diary, inline=True)
    assert [line async for line in actor.read()] == ["made", "set up"]


async def test_an_unknown_method_names_the_known_ones():
    actor = create_actor(Diary, inline=True)
    with pytest.raises(AttributeError, match="write"):
        await actor.erase()


async def test_a_call_meets_its_deadline():
    actor = create_actor(Diary, inline=True)
    with pytest.raises(DeadlineError, match=r"within 0.2 s"):
        await actor.sleep()


async def test_each_value_of_a_stream_meets_the_deadline():
    values = create_actor(Diary, inline=True).follow()
    assert await anext(values) == "first"
    with pytest.raises(DeadlineError, match=r"Diary-\d+.follow did not finish within 0.2 s"):
        await anext(values)


async def test_a_constructor_that_raises_is_an_actor_error_with_its_reason():
    actor = create_actor(Diary, no_such_argument=1, inline=True)
    with pytest.raises(ActorStartError, match="no_such_argument"):
        await actor.write("hello")


async def test_metrics_and_health_come_for_free():
    actor = create_actor(Diary, name="worker_1", inline=True)
    await actor.write("four")
    health, metrics = await actor.health_check(), await actor.metrics()
    assert (health.name, health.healthy) == ("worker_1", True)
    assert metrics.resident_bytes > 1_000_000
    assert metrics.uptime >= 0.0
    assert int(metrics.counters["lines"]) == 1
    assert float(metrics.accumulators["length"].mean()) == 4.0


async def test_log_records_carry_the_name_and_the_run(caplog):
    caplog.set_level(logging.INFO)
    await create_actor(Diary, name="worker_1", run_id="r1", inline=True).write("x")
    record = next(record for record in caplog.records if record.getMessage() == "wrote x")
    assert (record.actor, record.run) == ("worker_1", "r1")


async def test_inline_actors_are_found_by_name_while_somebody_holds_them():
    registry = ActorRegistry()
    actor = create_actor(Diary, name="known", inline=True)
    assert await registry.get("known") is actor
    await registry.register("alias", actor)
    assert await registry.list() == ["alias", "known"]
    await registry.kill("alias")
    del actor
    with pytest.raises(ActorError, match="no actor 'known'"):
        await registry.get("known")

"""What the correction actors of a run ask of a cluster; no cluster and no GPU is needed."""

from __future__ import annotations

import pytest

from thea_code_system.actors import placement as module
from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.actors.placement import RunPlacement
from thea_code_system.actors.trial import RawCorrectionActor
from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.wrappers import Cluster
from thea_code_system.wrappers.platform import Platform

CPUS, GPU = {"CPU": 8.0}, {"CPU": 8.0, "GPU": 1.0}


@pytest.fixture
def asked(monkeypatch):
    """The pool's arguments and options for actors on nodes that have this free."""

    async def ask(nodes, select=(), device="auto", actor=CorrectionActor, workers=2):
        async def joined(self, address):
            self.address = address
            return self

        found = {}
        monkeypatch.setattr(Cluster, "join", joined)
        monkeypatch.setattr(Cluster, "free_resources", lambda: nodes)
        monkeypatch.setattr(module, "choose_device", lambda device: device)
        monkeypatch.setattr(module, "ActorPool", lambda cls, **rest: found.update(rest, cls=cls))
        address = "127.0.0.1:9" if workers > 1 else None
        config = ProductionConfig(root="/x", workers=workers, device=device, address=address)
        context = ProjectContext("/x", Settings(select=select))
        await RunPlacement(config).pool(context, 10, "", actor)
        return found

    return ask


@pytest.mark.parametrize("actor", [CorrectionActor, RawCorrectionActor])
async def test_four_actors_share_a_gpu_where_there_is_one(asked, actor):
    found = await asked([CPUS, GPU], actor=actor)
    assert (found["options"].num_gpus, found["options"].num_cpus) == (0.25, 1)
    assert found["args"][1] is None


async def test_without_a_gpu_nobody_asks_for_a_share(asked):
    found = await asked([CPUS, CPUS])
    assert (found["options"].num_gpus, found["options"].num_cpus) == (0.0, 1)


@pytest.mark.parametrize(
    ("select", "device", "share"),
    [
        (("ruff", "spelling"), "auto", 0.0),
        (("learned",), "auto", 0.25),
        (("syntax/missing-colon",), "cuda", 0.25),
        ((), "cpu", 0.0),
        ((), "mps", 0.0),
    ],
)
async def test_only_actors_whose_model_may_read_on_a_gpu_ask_for_one(asked, select, device, share):
    found = await asked([GPU], select, device)
    assert found["options"].num_gpus == share


async def test_an_actor_on_ray_sees_its_own_gpu_as_the_first(asked):
    assert (await asked([GPU], device="cuda:1"))["args"][1] == "cuda"
    inline = await asked([GPU], device="cuda:1", workers=1)
    assert (inline["args"][1], inline["options"].num_gpus) == ("cuda:1", 0.0)


@pytest.mark.parametrize(
    ("processors", "select", "files", "workers"),
    [
        (8, (), 10_000, 8),
        (8, (), 100, 1),
        (2, (), 10_000, 1),
        (2, (), 40_000, 2),
        (2, ("learned",), 10_000, 2),
        (8, ("ruff", "spelling"), 10_000, 1),
    ],
)
async def test_a_cluster_is_started_where_more_is_to_be_done_than_tools_do_by_themselves(
    monkeypatch, processors, select, files, workers
):
    async def started(self, count):
        return self

    made = {}
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(Platform, "cpu_count", lambda self: processors)
    monkeypatch.setattr(Cluster, "start", started)
    monkeypatch.setattr(Cluster, "free_resources", list)
    monkeypatch.setattr(module, "ActorPool", lambda cls, **rest: made.update(rest))
    context = ProjectContext("/x", Settings(select=select))
    await RunPlacement(ProductionConfig(root="/x")).pool(context, files, "")
    assert (made["num_actors"], made["inline"]) == (workers, workers == 1)

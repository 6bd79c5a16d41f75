"""Where the correction actors of a run live: in this process, or on Ray."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from pathlib import Path

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.actors.intake import CHUNK
from thea_code_system.actors.proof import Proof
from thea_code_system.config.production import ProductionConfig
from thea_code_system.correctors.registry import BUILT_IN
from thea_code_system.correctors.selection import Selection
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.source import SourceFile
from thea_code_system.values.verification import ProofOrder
from thea_code_system.wrappers import Actor, ActorPool, Cluster, choose_device
from thea_code_system.wrappers.actor import ActorOptions
from thea_code_system.wrappers.platform import Platform

CLUSTER_PAYS = 4_000  # files to correct from which a local cluster is quicker than this process
LINTING_PAYS = 30_000  # the same where only linters run: they use every processor themselves
LINTED = 2  # processors that they leave nothing of, though some files are repaired beside them
BATCH_BYTES = 8_000_000
SEARCHED_BYTES = 1_000_000  # a minute for the edit model on a slow core; a call has ten
READING = ("syntax", "learned")  # the families that ask the edit model


class RunPlacement:
    """Opens the pool that a run needs, and closes what it opened."""

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._cluster: Cluster | None = None
        self.description = "inline"

    async def pool(
        self,
        context: ProjectContext,
        files: int,
        run: str,
        actor: type[Actor] = CorrectionActor,
        batch: int = CHUNK,
    ) -> ActorPool:
        """A pool of correction actors fit for so many files; ``batch`` is the most sent at once."""
        workers = self._workers(files, context)
        inline = not self._on_ray(workers)
        if not inline:
            await self._connect(workers)
            imported = await asyncio.to_thread(dict, context.imported)
            words = await asyncio.to_thread(frozenset, context.words)
            context = dataclasses.replace(context, imported=imported, words=words)
        searches = self._selects(context, "learned")
        return ActorPool(
            actor,
            num_actors=workers,
            args=(context, self._device(inline=inline)),
            inline=inline,
            name="correction",
            run_id=run,
            batch_size=batch,
            batch_bytes=SEARCHED_BYTES if searches else BATCH_BYTES,
            size_of=self._size,
            options=await self._options(actor.options, context, inline=inline),
        )

    def proof(self, order: ProofOrder) -> Proof:
        """What proves a run's corrections on copies of the tree, here where the tree is."""
        processors = Platform().cpu_count()
        most = self._config.workers or self._config.max_workers or processors
        workers = most if most < processors else processors
        return Proof(self._config.root, order, workers, self._config.tool_seconds)

    async def close(self) -> None:
        """Leave the cluster; one that was started here ends with it."""
        if self._cluster is not None:
            await self._cluster.leave()
            self._cluster = None

    async def _options(
        self, asked: ActorOptions, context: ProjectContext, *, inline: bool
    ) -> ActorOptions:
        """What each actor asks of the cluster: a share of a GPU where a model is to read on one."""
        reads = any(self._selects(context, family) for family in READING)
        cluster = not inline and reads and self._config.device.startswith(("auto", "cuda"))
        nodes = await asyncio.to_thread(Cluster.free_resources) if cluster else []
        if any(node.get("GPU", 0.0) for node in nodes):
            return asked
        return dataclasses.replace(asked, num_gpus=0.0)

    @staticmethod
    def _selects(context: ProjectContext, family: str) -> bool:
        return Selection(context.settings, BUILT_IN).of(family).active

    @classmethod
    def _pays(cls, context: ProjectContext, processors: int) -> int:
        """From how many files on a local cluster pays for what was selected."""
        repairs = cls._selects(context, "syntax") and processors > LINTED
        return CLUSTER_PAYS if repairs or cls._selects(context, "learned") else LINTING_PAYS

    def _device(self, *, inline: bool) -> str | None:
        """The device that was asked for; each actor chooses for itself where none was.

        On Ray an actor sees no GPU but its own, whatever the number of that.
        """
        asked = self._config.device
        if asked == "auto":
            return None
        return choose_device(asked) if inline else choose_device(asked).partition(":")[0]

    def _on_ray(self, workers: int) -> bool:
        asked = self._config.address is not None
        return workers > 1 or asked

    def _workers(self, files: int, context: ProjectContext) -> int:
        """As many as were asked for; else one, or one a processor where the work is large."""
        if self._config.workers is not None:
            return self._config.workers
        processors = Platform().cpu_count()
        if self._config.max_workers is not None and self._config.max_workers < processors:
            processors = self._config.max_workers
        if self._config.address is not None:
            return processors
        large = files >= self._pays(context, processors) and not Platform().is_windows
        return processors if large else 1

    async def _connect(self, workers: int) -> None:
        """Join what was asked for, else what ``RAY_ADDRESS`` names, else what is warm.

        Where there is none of them a local cluster starts.
        """
        cluster = Cluster((Path(self._config.root),))
        address = self._config.address or "auto"
        if address == "auto":
            if "RAY_ADDRESS" not in os.environ:
                os.environ.update(Cluster.invitation)
            address = os.environ.get("RAY_ADDRESS", "local")
        if address in {"auto", "local"}:
            self._cluster = await cluster.start(workers)
        else:
            self._cluster = await cluster.join(address)
        self.description = f"ray {self._cluster.address}"

    @staticmethod
    def _size(source: SourceFile) -> int:
        return len(source.text)

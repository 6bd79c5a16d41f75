"""A process that owns a local Ray cluster and ends it, whole, when its driver goes away.

The driver holds the other end of this process's standard input. When that closes, because the
driver leaves, is killed or crashes, everything here is killed: it all runs in one session of its
own, so nothing of the driver's is touched. Started as `python -m`, in a private empty directory.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import IO

from thea_code_system.wrappers.platform import Platform

KILL_ROUNDS = 100
OBJECT_STORE_BYTES = 256 << 20


class Keeper:
    """Starts the head node, says where it is, and waits for the driver's end."""

    def __init__(self, directory: Path, num_cpus: int, num_gpus: int | None) -> None:
        self.directory = directory
        self.num_cpus = num_cpus
        self.num_gpus = num_gpus

    def run(self, commands: IO[str], answers: IO[str]) -> None:
        """Keep the cluster until the commands end; answer one line of JSON when it is up."""
        try:
            try:
                answer = {"address": self._start()}
            except Exception as error:  # noqa: BLE001 - the driver reports it
                answer = {"error": f"{type(error).__name__}: {error}"}
            answers.write(f"{json.dumps(answer)}\n")
            answers.flush()
            commands.read()
        finally:
            self._end()

    def _start(self) -> str:
        """Start the processes of a head node and return its address."""
        from ray._private.node import Node
        from ray._private.parameter import RayParams

        # A dashboard and a log monitor are of no use here, and cost 85 MB and a process each.
        left_out = {"start_api_server": self._skip, "start_log_monitor": self._skip}
        head_node = type("HeadNode", (Node,), left_out)

        parameters = RayParams(
            num_cpus=self.num_cpus,
            num_gpus=self.num_gpus,
            temp_dir=str(self.directory.joinpath("ray")),
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            no_monitor=True,
        )
        node = head_node(parameters, head=True, shutdown_at_exit=False, spawn_reaper=True)
        return str(node.gcs_address)

    def _skip(self, **_options: object) -> None:
        """Start nothing."""

    def _end(self) -> None:
        """Kill all that was started, also what was started meanwhile, and remove its files."""
        for _ in range(KILL_ROUNDS):
            others = Platform().descendants(os.getpid())
            if not others:
                break
            Platform().kill(others)
            time.sleep(0.02)
        shutil.rmtree(self.directory, ignore_errors=True)


if __name__ == "__main__":
    place, cpus, gpus = sys.argv[1:]
    Keeper(Path(place), int(cpus), int(gpus) if gpus else None).run(sys.stdin, sys.stdout)

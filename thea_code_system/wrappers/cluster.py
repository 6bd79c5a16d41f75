"""Starts, joins and leaves Ray: on loopback only, with a token, and without leaving anything."""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from thea_code_system.errors import ClusterError
from thea_code_system.wrappers.platform import Platform

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

NAMESPACE = "thea"
PROBE_SECONDS = 1.0
START_SECONDS = 60.0
STOP_SECONDS = 5.0
PRELOADED = "torch,thea_code_system.actors.core.correction_actor"
LOOPBACK = ("127.", "localhost", "[::1]", "::1")
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_NUM_REDIS_GET_RETRIES": "1",
    "RAY_gcs_rpc_server_connect_timeout_s": "5",
    "RAY_py_gcs_connect_timeout_s": "5",
    # Ray would have its workers yield to everything else; who wants that says `nice thea`.
    "RAY_worker_niceness": "0",
    # Ray would end this process, without a word of ours, a minute after it lost its head node.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "3600",
}


class KeptSignals:
    """Puts the handlers of SIGINT and SIGTERM back, below Python too, where Ray sets its own."""

    def __enter__(self) -> None:
        """Remember the handlers; only the main thread can."""
        main = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGINT, signal.SIGTERM) if main else ()
        self.handlers = {number: signal.getsignal(number) for number in numbers}

    def __exit__(self, *_: object) -> None:
        """Set them again."""
        for number, handler in self.handlers.items():
            signal.signal(number, handler)


class Cluster:
    """This process's connection to Ray, and the local cluster behind it where it started one.

    There is at most one connection a process. What starts locally listens on loopback only, asks
    for a token, lives in a private directory and ends with this process, however that ends.
    """

    current: ClassVar[Cluster | None] = None
    #: What the environment of a process says that may join a cluster which is warm.
    invitation: ClassVar[Mapping[str, str]] = {}
    _changing: ClassVar[threading.RLock] = threading.RLock()

    def __init__(self, hidden: tuple[Path, ...] = ()) -> None:
        """Describe a connection.

        Args:
            hidden: folders from which no actor may import, such as the code that is corrected.
        """
        self.hidden = tuple(path.resolve() for path in hidden)
        self.address = ""
        self.directory: Path | None = None
        self._keeper: subprocess.Popen[str] | None = None
        self._environment: dict[str, str | None] = {}

    @property
    def process_group(self) -> int | None:
        """The process group, and session, of a cluster that was started here."""
        return self._keeper.pid if self._keeper is not None else None

    async def start(self, workers: int, num_gpus: int | None = None) -> Self:
        """Start a local cluster for so many actors, with a spare worker, and connect to it.

        Raises:
            ClusterError: Ray does not start, or this process is connected already.
        """
        with KeptSignals():
            await asyncio.to_thread(self._started, workers, num_gpus)
        return self

    async def host(self, workers: int) -> Mapping[str, str]:
        """Start a local cluster for other processes of this user, without connecting to it.

        Its workers have the correction actor's modules, and torch, in memory before they are
        asked for.

        Returns:
            What the environment of those processes has to say for them to join it.

        Raises:
            ClusterError: Ray does not start.
        """
        await asyncio.to_thread(self._hosted, workers)
        token = os.environ["RAY_AUTH_TOKEN_PATH"]
        return {"RAY_ADDRESS": self.address, "RAY_AUTH_TOKEN_PATH": token}

    async def join(self, address: str) -> Self:
        """Connect to a running cluster, `HOST:PORT`; `RAY_AUTH_TOKEN_PATH` names its token, if any.

        Raises:
            ClusterError: nothing answers there within a second, or it is no cluster of ours.
        """
        with KeptSignals():
            await asyncio.to_thread(self._joined, address)
        return self

    async def leave(self) -> None:
        """Disconnect; a cluster that was started here ends, one that was joined goes on."""
        await asyncio.to_thread(self._left)

    @classmethod
    async def ensure(cls, workers: int) -> None:
        """Connect unless connected: to `RAY_ADDRESS` where it is set, else to a cluster of ours."""
        with KeptSignals():
            await asyncio.to_thread(cls._ensured, workers)

    async def check(self) -> None:
        """Make sure that the cluster is still there: Ray itself would wait for its return.

        Raises:
            ClusterError: it is gone.
        """
        await asyncio.to_thread(self._probed_again)

    def answers(self) -> bool:
        """Whether something listens at this cluster's address."""
        try:
            self._probe(self.address)
        except ClusterError:
            return False
        return True

    def processes(self) -> dict[int, str]:
        """Return what each process of a cluster that was started here calls itself, by its number.

        Ray's workers say which actor they are: `ray::IDLE` is one that waits to become one.
        """
        if self.process_group is None:
            return {}
        platform = Platform()
        titles = {
            pid: platform.process_title(pid) for pid in platform.descendants(self.process_group)
        }
        return {pid: title for pid, title in titles.items() if title}

    @classmethod
    def free_resources(cls) -> list[dict[str, float]]:
        """Return what is free on each node of the current cluster, such as `CPU` and `GPU`."""
        from ray._private.state import available_resources_per_node

        nodes = available_resources_per_node()  # type: ignore[no-untyped-call]
        return list(nodes.values())

    @classmethod
    def resources(cls) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
        """Return what is free on each node of the current cluster, and what the nodes have."""
        from ray._private.state import total_resources_per_node

        nodes = total_resources_per_node()  # type: ignore[no-untyped-call]
        return cls.free_resources(), list(nodes.values())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave."""
        await self.leave()

    async def __aenter__(self) -> Self:
        """Use a cluster that has been started or joined, and leave it at the end."""
        return self

    @classmethod
    def _ensured(cls, workers: int) -> None:
        with cls._changing:
            ray = sys.modules.get("ray")
            if cls.current is not None or (ray is not None and ray.is_initialized()):
                return
            address, cluster = os.environ.get("RAY_ADDRESS", ""), cls()
            if address and address not in ("auto", "local"):
                cluster._joined(address)
            else:
                cluster._started(workers, None)

    def _started(self, workers: int, num_gpus: int | None) -> None:
        with self._changing:
            self._refuse_second()
            if Platform().is_windows:
                raise ClusterError("Ray is not used on Windows.", "Run with one worker, inline.")
            try:
                self._keep(workers + 1, num_gpus)
                import ray  # noqa: F401 - takes as long as the keeper's own start; do both at once

                self.address = self._answer()
                self._connect()
            except BaseException:
                self._left()
                raise

    def _hosted(self, workers: int) -> None:
        with self._changing:
            try:
                self._keep(workers + 1, None, {"RAY_preload_python_modules": PRELOADED})
                self.address = self._answer()
            except BaseException:
                self._left()
                raise

    def _joined(self, address: str) -> None:
        with self._changing:
            self._refuse_second()
            self._probe(address)
            self.address = address
            local = address.startswith(LOOPBACK)
            token = {"RAY_AUTH_MODE": "token"} if "RAY_AUTH_TOKEN_PATH" in os.environ else {}
            try:
                self._enter_environment({**QUIET, **token, **(self._loopback() if local else {})})
                self._connect()
            except BaseException:
                self._left()
                raise

    def _left(self) -> None:
        with self._changing:
            atexit.unregister(self._left)
            if Cluster.current is self:
                Cluster.current = None
                import ray

                ray.shutdown()
            self._end_keeper()
            self._leave_environment()

    def _refuse_second(self) -> None:
        if Cluster.current is not None:
            raise ClusterError(
                f"This process is connected to the cluster at {Cluster.current.address}.",
                "Leave it first.",
            )

    def _keep(
        self, workers: int, num_gpus: int | None, more: Mapping[str, str] | None = None
    ) -> None:
        """Start the process that owns the cluster, in a private directory with a token."""
        self.directory = Path(tempfile.mkdtemp(prefix="thea-", dir=self._short_directory()))
        self._enter_environment({**self._token(self.directory), **self._loopback(), **QUIET})
        empty = self.directory / "cwd"
        empty.mkdir()
        self._keeper = subprocess.Popen(
            [
                *(sys.executable, "-m", f"{__package__}.keeper", str(self.directory)),
                *(str(workers), "" if num_gpus is None else str(num_gpus)),
            ],
            cwd=empty,
            env={**os.environ, **(more or {}), "PYTHONPATH": self._absolute_python_path()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.directory / "keeper.log").open("w"),
            start_new_session=True,
            text=True,
        )

    def _answer(self) -> str:
        """Return the cluster's address, which the keeper says as soon as it is up."""
        line = ""
        if self._keeper is not None and self._keeper.stdout is not None:
            ready, _, _ = select.select([self._keeper.stdout], [], [], START_SECONDS)
            line = self._keeper.stdout.readline() if ready else ""
        answer: dict[str, str] = json.loads(line) if line else {}
        if "address" not in answer:
            raise ClusterError(
                f"Ray does not start: {answer.get('error', 'no answer')}.",
                "Run with --workers 1, or see what `thea doctor` says about the cluster.",
            )
        return answer["address"]

    def _connect(self) -> None:
        """Connect this process as a driver whose folders are on no worker's `sys.path`."""
        logging.getLogger("ray").setLevel(logging.ERROR)
        import ray
        from ray._private import ray_constants, worker
        from ray._raylet import AuthenticationTokenLoader, Config  # type: ignore[attr-defined]

        loopback_only = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER" in self._environment
        ray_constants.ENABLE_RAY_CLUSTER = not loopback_only
        # Ray prints on the standard output that a worker died, whatever it was told about logs.
        worker.print_to_stdstream = self._heard
        Config.initialize("")  # read the environment again: Ray may have been imported before
        AuthenticationTokenLoader.instance().reset_cache()
        try:
            ray.init(
                address=self.address,
                namespace=NAMESPACE,
                job_config=self._job(),
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except Exception as error:
            raise ClusterError(
                f"The cluster at {self.address} cannot be joined: {error}",
                "Is it the same version of Ray, and does RAY_AUTH_TOKEN_PATH name its token?",
            ) from error
        Cluster.current = self
        atexit.register(self._left)

    def _job(self) -> Any:
        """Describe this driver so that its folders come onto no worker's `sys.path`.

        Ray puts its script's and its working directory in front of everything, unless the job says
        that it has a packaged working directory.
        """
        from ray.job_config import JobConfig

        job = JobConfig()
        job.__dict__["_runtime_env_has_working_dir"] = lambda: True
        return job

    def _heard(self, data: dict[str, Any], ignore_prefix: bool) -> None:  # noqa: ARG002, FBT001
        """Log what Ray would print."""
        logging.getLogger(__name__).debug("%s: %s", data["pid"], " ".join(data["lines"]))

    def _probe(self, address: str) -> None:
        """Fail within a second where nothing listens; Ray itself would try for ten minutes."""
        host, _, port = address.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), PROBE_SECONDS):
                return
        except (OSError, ValueError, OverflowError) as error:
            raise ClusterError(
                f"No cluster answers at '{address}': {error}.",
                "Give HOST:PORT of a running head node, or `--address local`.",
            ) from error

    def _probed_again(self) -> None:
        try:
            self._probe(self.address)
        except ClusterError as error:
            raise ClusterError(
                f"The cluster at {self.address} is gone.",
                "Its head node was ended or crashed. What was finished is kept.",
            ) from error

    def _end_keeper(self) -> None:
        """Close the keeper's input, upon which it kills all that it started, and wait for that."""
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None or keeper.stdout is None:
            return
        keeper.stdin.close()
        keeper.stdout.close()
        try:
            keeper.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            Platform().kill([*Platform().descendants(keeper.pid), keeper.pid])
            keeper.wait()

    def _token(self, directory: Path) -> dict[str, str]:
        """Write a new token that only this user can read."""
        path = directory / "token"
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
        return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(path)}

    def _loopback(self) -> dict[str, str]:
        """Say, in Ray's odd way, that all of it listens on 127.0.0.1 only."""
        return {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}

    def _short_directory(self) -> str:
        """Return where socket paths stay below their limit of some 100 bytes."""
        return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108

    def _absolute_python_path(self) -> str:
        """Return PYTHONPATH without what is relative to the directory or hidden."""
        kept = [path for path in Platform().python_path() if not self._is_hidden(path)]
        return os.pathsep.join(map(str, kept))

    def _is_hidden(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(folder) for folder in self.hidden)

    def _enter_environment(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self._environment.setdefault(name, os.environ.get(name))
            os.environ[name] = value

    def _leave_environment(self) -> None:
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._environment.clear()

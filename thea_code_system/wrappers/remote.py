"""What runs in a Ray worker."""

from __future__ import annotations

import logging
import os
import pickle
import sys
import sysconfig
import traceback
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from thea_code_system.errors import ActorError
from thea_code_system.wrappers.host import ActorRecipe, InlineHost, Raised

RECORD_LIMIT = 1000  # log records that wait in a worker for the next answer


class Reply(NamedTuple):
    """The answer to one call: its value or what it raised, and what was logged meanwhile."""

    value: Any
    records: list[dict[str, Any]]


class Recorder(logging.Handler):
    """Keeps log records until an answer takes them to the driver."""

    def __init__(self, actor: str, run_id: str) -> None:
        super().__init__()
        self._stamp = {"actor": actor, "run": run_id}
        self._records: deque[dict[str, Any]] = deque(maxlen=RECORD_LIMIT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as plain values, stamped with the actor's name and the run's id."""
        plain = {**self._stamp, **vars(record), "msg": record.getMessage(), "args": ()}
        if record.exc_info:
            plain["exc_text"] = "".join(traceback.format_exception(*record.exc_info))
        self._records.append({**plain, "exc_info": None})

    def taken(self) -> list[dict[str, Any]]:
        """Return what was kept, and keep it no longer."""
        records = list(self._records)
        self._records.clear()
        return records


class RemoteActor:
    """Hosts one actor in a Ray worker; whatever happens in it comes back as a value."""

    def __init__(
        self, recipe: bytes, name: str, run_id: str, hidden: Sequence[str], level: int
    ) -> None:
        """Make the worker safe before anything of the user's is loaded.

        Args:
            recipe: the pickled recipe of the actor.
            name: of the actor.
            run_id: of the run it serves.
            hidden: folders that nothing may be imported from, but for what this very interpreter
                has installed there: many keep their environment inside their project.
            level: the least level of log records that the driver wants.
        """
        installed = {str(Path(path).resolve()) for path in sysconfig.get_paths().values()}
        sys.path[:] = [
            path
            for path in sys.path
            if path and (str(Path(path).resolve()) in installed or not self._under(path, hidden))
        ]
        for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[variable] = "1"
        self._recorder = Recorder(name, run_id)
        logging.getLogger().addHandler(self._recorder)
        logging.getLogger().setLevel(level)
        self._recipe = recipe
        self._host: InlineHost | None = None

    async def start(self) -> Reply:
        """Load the actor's class, make the actor and set it up; answer with the process id."""
        return await self._replied(self._start())

    async def call(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
        """Answer one call."""
        return await self._replied(self._made().call(method, args, kwargs))

    async def call_each(self, method: str, items: Sequence[Any]) -> Reply:
        """Answer one call per item."""
        return await self._replied(self._each(method, items))

    async def stream(
        self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> AsyncGenerator[Reply, None]:
        """Answer with each value of an async generator."""
        try:
            async for value in self._made().stream(method, args, kwargs):
                yield Reply(value, self._recorder.taken())
        except Exception as error:  # noqa: BLE001 - travels as a value
            yield Reply(self._portable(error), self._recorder.taken())

    async def stop(self) -> Reply:
        """Let the actor release what it holds."""
        return await self._replied(self._made().stop())

    async def _start(self) -> int:
        import ray.cloudpickle

        recipe: ActorRecipe = ray.cloudpickle.loads(self._recipe)
        self._host = InlineHost(recipe)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        await self._host.start()
        return os.getpid()

    async def _each(self, method: str, items: Sequence[Any]) -> list[Any]:
        results = await self._made().call_each(method, items)
        return [self._portable(r.error) if isinstance(r, Raised) else r for r in results]

    async def _replied(self, work: Awaitable[Any]) -> Reply:
        try:
            value = await work
        except Exception as error:  # noqa: BLE001 - travels as a value
            value = self._portable(error)
        return Reply(value, self._recorder.taken())

    def _made(self) -> InlineHost:
        if self._host is None:
            raise ActorError("The actor has not been started.")
        return self._host

    def _portable(self, error: Exception) -> Raised:
        """Return an exception that survives the way back, with its traceback as its notes."""
        import ray.cloudpickle

        text = "".join(traceback.format_exception(error))
        try:
            packed = ray.cloudpickle.dumps(error)  # type: ignore[no-untyped-call]
            pickle.loads(packed)  # noqa: S301 - our own bytes
        except Exception:  # noqa: BLE001 - any failure to pickle
            error = ActorError(f"{type(error).__name__}: {error}")
        return Raised(error, text)

    def _under(self, path: str, folders: Sequence[str]) -> bool:
        return any(Path(path).resolve().is_relative_to(folder) for folder in folders)

"""Where the correctors of one actor take the edit model from."""

from __future__ import annotations

import copy
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thea_code_system.errors import TheaError, ToolError
from thea_code_system.models.hardware import Hardware
from thea_code_system.models.meter import ReadingMeter

if TYPE_CHECKING:
    from thea_code_system.models.editor import EditModel
    from thea_code_system.statistics import RunStatistics

SHIPPED: Final = Path(__file__).parent / "data"
"""The folder of the model that comes with Thea."""
_RANKING: Final = "ranking.json"
_LONGEST_HEADER: Final = 1_000_000
_ROOM: Final = 16_000_000  # bytes that wait to be kept
_NEEDED: Final = ("weights.safetensors", "tokenizer.json")
_HINT: Final = "Name another folder with --model, or install Thea again."


class ModelShelf:
    """Organ: the edit model of one actor, loaded when it is first asked for, shared by correctors.

    Args:
        folder: where weights and tokenizer lie; None for the model that comes with Thea.
        device: the torch device that was asked for; None or ``auto`` where none was.
        half: whether to compute in bfloat16; None where the hardware decides.
    """

    def __init__(
        self, folder: str | None = None, device: str | None = None, *, half: bool | None = None
    ) -> None:
        self.folder = Path(folder) if folder else SHIPPED
        self._device, self._half = device, half
        self._meter = ReadingMeter()
        self._lock = threading.Lock()  # correctors ask from threads of their own
        self._loaded: EditModel | ToolError | None = None
        self._memos: dict[str, bytes] = {}

    def model(self) -> EditModel:
        """The model. Ask off the event loop: the first time, that imports torch.

        Raises:
            ToolError: the model cannot be read; it is not tried again.
        """
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = self._load()
                except ToolError as error:
                    self._loaded = error
        if isinstance(self._loaded, ToolError):
            raise ToolError(self._loaded.message, self._loaded.hint)
        return self._loaded

    def measured(self) -> RunStatistics:
        """What the model has read since this was last asked, as :class:`ReadingMeter` names it."""
        return self._meter.taken()

    def remember(self, path: str, memo: bytes) -> None:
        """Have something kept for the next time that a file is read; the newest have room."""
        with self._lock:
            self._memos.pop(path, None)
            self._memos[path] = memo
            while sum(map(len, self._memos.values())) > _ROOM:
                del self._memos[next(iter(self._memos))]

    def remembered(self) -> Mapping[str, bytes]:
        """What is to be kept since this was last asked, by path."""
        with self._lock:
            memos, self._memos = self._memos, {}
        return memos

    @cached_property
    def version(self) -> str:
        """The digest of weights and tokenizer, and the ranking; empty where they cannot be read.

        The digest stands in the header of the weights, which are compared with it when loaded.
        """
        try:
            with (self.folder / _NEEDED[0]).open("rb") as file:
                size = int.from_bytes(file.read(8), "little")
                header = json.loads(file.read(min(size, _LONGEST_HEADER)))
            return f"{header['__metadata__']['digest']} {self._ranking()}"
        except (OSError, ValueError, KeyError):
            return ""

    def _ranking(self) -> str:
        """How repairs are ranked: the folder's own weights, or those that come with Thea."""
        path = self.folder / _RANKING
        return (path if path.is_file() else SHIPPED / _RANKING).read_text("utf-8")

    def _load(self) -> EditModel:
        """The model from its folder.

        Raises:
            ToolError: the reason why that cannot be, in words for the user.
        """
        if not self.folder.is_dir():
            raise self._unreadable("there is no such folder")
        missing = [name for name in _NEEDED if not (self.folder / name).is_file()]
        if missing:  # to find that out takes no torch
            raise self._unreadable(f"there is no {missing[0]}")
        # Threads that wait for each other shall sleep: spinning on a busy machine takes four times
        # as long. It counts only where torch is not loaded yet.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        try:
            from thea_code_system.models.checkpoint import Checkpoint
            from thea_code_system.models.editor import EditModel

            hardware = Hardware.chosen(self._device)
            if self._half is not None:
                hardware = replace(hardware, half=self._half)
            network, vocabulary = Checkpoint(self.folder).share(half=hardware.half)
            if hardware.device != "cpu":
                network = copy.deepcopy(network).to(hardware.device)
        except TheaError as error:
            raise ToolError(error.message, error.hint or _HINT) from error
        except ImportError as error:
            raise self._unreadable(f"{error.name} is not installed") from error
        if vocabulary.size > network.shape.vocabulary:
            raise self._unreadable("its tokenizer belongs to other weights")
        return EditModel(network, vocabulary, self._weights(), hardware, self._meter)

    def _weights(self) -> dict[str, float]:
        """How much each thing counts in the ranking of repairs."""
        from thea_code_system.models.ranking import RepairRanker

        try:
            found: dict[str, float] = json.loads(self._ranking())
            weights = {name: float(weight) for name, weight in found.items()}
        except (OSError, AttributeError, TypeError, ValueError) as error:
            raise self._unreadable(f"{_RANKING}: {error}") from error
        missing = [
            name for name in (*RepairRanker.REPAIR, *RepairRanker.NONE) if name not in weights
        ]
        if missing and self.folder != SHIPPED and (self.folder / _RANKING).is_file():
            raise self._unreadable(f"its {_RANKING} has no weight for {missing[0]!r}")
        return weights

    def _unreadable(self, why: object) -> ToolError:
        return ToolError(f"the edit model in {self.folder} cannot be read: {why}", _HINT)

"""The edit model on disk: weights as safetensors, with everything needed to read them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from ctypes import Array, c_char
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thea_code_system.errors import TheaError
from thea_code_system.models.tags import EDITS, INSERTS

if TYPE_CHECKING:
    from torch import Tensor

    from thea_code_system.models.network import EditNetwork
    from thea_code_system.models.vocabulary import Vocabulary

WEIGHTS: Final = "weights.safetensors"
TOKENIZER: Final = "tokenizer.json"
_FORMAT: Final = "thea-edit-model 1"
_TABLES: Final = re.compile(r"(pieces|contexts)\.weight")  # three quarters of all weights
_MATRICES: Final = re.compile(rf"{_TABLES.pattern}|blocks\.\d+\.(qkv|out|up|down)\.weight")
_HINT: Final = "Install Thea again, or name another model folder with --model."


class ModelError(TheaError):
    """A model folder that is missing, damaged, or made for another version of Thea."""


@dataclass(frozen=True)
class Checkpoint:
    """A folder with weights and a tokenizer; loading maps the weights into memory."""

    folder: Path

    def load(self) -> tuple[EditNetwork, Vocabulary]:
        """The network in float32, to go on training, and its vocabulary.

        Raises:
            ModelError: a file is missing, truncated, tampered with or of another format.
        """
        return self._loaded()

    def share(self, *, half: bool = False) -> tuple[EditNetwork, Vocabulary]:
        """The network to read with on a CPU, which shares memory with others of this machine.

        Who asks again in this process, or in a fork of it, gets the same one: do not change it.

        The large tables stay mapped as they are stored: a row that is looked up there becomes
        float32 where it is added to others, exactly as if the table were float32. The rest is
        converted, but with ``half`` the matrices of the blocks stay, too: then the network must run
        under an autocast to bfloat16.

        Raises:
            ModelError: a file is missing, truncated, tampered with or of another format.
        """
        stamps = [path.stat() for path in (self._path, self.folder / TOKENIZER) if path.exists()]
        times = [time for one in stamps for time in (one.st_mtime_ns, one.st_ctime_ns)]
        return self._shared(_MATRICES if half else _TABLES, *times)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - what keeps a folder's name alive is frozen
    def _shared(self, stays: re.Pattern[str], *_times: int) -> tuple[EditNetwork, Vocabulary]:
        return self._loaded(stays)

    def _loaded(self, stays: re.Pattern[str] | None = None) -> tuple[EditNetwork, Vocabulary]:
        """The network with some weights as they are stored and all others in float32."""
        import torch

        from thea_code_system.models.network import EditNetwork, Shape

        weights, metadata = self._weights()
        vocabulary, said = self._vocabulary()
        if metadata.get("digest", "") not in {"", self._digest(weights, said)}:
            raise ModelError(
                f"the edit model {self._path} is not what was saved: its digest differs", _HINT
            )
        kept = {
            name: weight if stays and stays.fullmatch(name) else weight.float()
            for name, weight in weights.items()
        }
        try:
            with torch.device("meta"):
                network = EditNetwork(Shape.from_json(metadata["shape"]), fresh=False)
            network.load_state_dict(kept, assign=True)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise self._unreadable(self._path, error) from error
        network.settle()
        return network.eval(), vocabulary

    def save(self, network: EditNetwork, vocabulary: Vocabulary, *, half: bool = True) -> None:
        """Write tokenizer and weights, these in bfloat16 unless told otherwise.

        Each file is written beside its place and then put there at once.
        """
        import torch
        from safetensors import TensorSpec, serialize_file

        self.folder.mkdir(parents=True, exist_ok=True)
        kind = torch.bfloat16 if half else torch.float32
        weights: dict[str, Tensor] = {
            name: weight.detach().cpu().to(kind).contiguous()
            for name, weight in network.state_dict().items()
        }
        said = vocabulary.to_json()
        metadata = {
            "format": _FORMAT,
            "shape": network.shape.to_json(),
            "tags": self._tags(),
            "digest": self._digest(weights, said),
        }
        fresh = self.folder / f"{TOKENIZER}.new"
        fresh.write_text(said, "utf-8")
        fresh.replace(self.folder / TOKENIZER)
        fresh = self.folder / f"{WEIGHTS}.new"
        rows = {
            name: TensorSpec(
                dtype=str(weight.dtype).removeprefix("torch."),
                shape=tuple(weight.shape),
                data_ptr=weight.data_ptr(),
                data_len=weight.numel() * weight.element_size(),
            )
            for name, weight in weights.items()
        }
        serialize_file(rows, str(fresh), metadata)
        fresh.chmod(0o644)  # the library lets nobody else read it, but a model is to be shared
        fresh.replace(self._path)

    @property
    def _path(self) -> Path:
        return self.folder / WEIGHTS

    def _weights(self) -> tuple[dict[str, Tensor], dict[str, str]]:
        """The tensors of the weights file, mapped into memory, and its metadata."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(self._path), "pt") as file:
                metadata: dict[str, str] = file.metadata() or {}
                weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            words = f"the edit model {self._path} is cut short or damaged: {error}"
            raise ModelError(words, _HINT) from error
        except (OSError, ValueError, RuntimeError) as error:
            raise self._unreadable(self._path, error) from error
        if metadata.get("format") != _FORMAT or metadata.get("tags") != self._tags():
            raise ModelError(f"{self._path} was made for another version of Thea", _HINT)
        return weights, metadata

    def _vocabulary(self) -> tuple[Vocabulary, str]:
        """The vocabulary, and the text that it was read from."""
        from thea_code_system.models.vocabulary import Vocabulary

        path = self.folder / TOKENIZER
        try:
            said = path.read_text("utf-8")
            return Vocabulary.from_json(said), said
        except (OSError, ValueError) as error:
            raise self._unreadable(path, error) from error

    @staticmethod
    def _unreadable(path: Path, error: Exception) -> ModelError:
        return ModelError(f"the edit model {path} cannot be read: {error}", _HINT)

    @classmethod
    def _digest(cls, weights: Mapping[str, Tensor], vocabulary: str) -> str:
        """A hash of every bit of the weights and of the vocabulary."""
        digest = sha256(vocabulary.encode())
        for name in sorted(weights):
            weight = weights[name]
            digest.update(f"\0{name} {weight.dtype} {tuple(weight.shape)}\0".encode())
            digest.update(cls._raw(weight))
        return digest.hexdigest()

    @staticmethod
    def _raw(weight: Tensor) -> Array[c_char]:
        """The bytes of a contiguous tensor in memory, looked at without NumPy, which may lack."""
        size = weight.numel() * weight.element_size()
        return (c_char * size).from_address(weight.data_ptr())

    @staticmethod
    def _tags() -> str:
        """What the heads' outputs mean, so that weights and code cannot drift apart."""
        return sha256("\n".join((*EDITS, "", *INSERTS)).encode()).hexdigest()

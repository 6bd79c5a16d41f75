"""The network: a small bidirectional transformer that says, for each token, what to do with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from thea_code_system.models.reader import COLUMNS, CONTEXTS, SIZES
from thea_code_system.models.tags import EDITS, INSERTS, KEEP
from thea_code_system.models.vocabulary import PIECES

_BASE: Final = 10_000.0  # rotary positions, Su et al. 2021 (arXiv:2104.09864)
_KEPT: Final = 9.0  # logit of "nothing to do" before training; with some 200 others at 0: 97 %
_SMALL: Final = tuple(SIZES)  # columns with a table each; they follow the pieces
_CONTEXT: Final = COLUMNS.index("context")


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network; kept with its weights.

    ``vocabulary`` and ``contexts`` count the rows of the large tables, ``pointer`` is the width of
    the vectors by which a name is pointed at.
    """

    vocabulary: int
    width: int = 256
    layers: int = 4
    heads: int = 4
    hidden: int = 768
    pointer: int = 64
    contexts: int = CONTEXTS

    def to_json(self) -> str:
        """As JSON, for the header of a weights file."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Shape:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: it is no JSON.
            TypeError: it has other fields.
        """
        return cls(**json.loads(text))


class Block(nn.Module):
    """Attention to all tokens of the window and a feed-forward layer, each after RMS norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.before_attention = nn.RMSNorm(shape.width)
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.before_hidden = nn.RMSNorm(shape.width)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        """Shape ``[windows, tokens, width]`` in and out; without a ``mask`` all are tokens."""
        windows, tokens, width = x.shape
        qkv = self.qkv(self.before_attention(x)).view(windows, tokens, 3, self.heads, -1)
        qkv = qkv.permute(2, 0, 3, 1, 4)  # [3, windows, heads, tokens, width / heads]
        q, k = self._turn(qkv[:2], cos, sin)
        mixed = functional.scaled_dot_product_attention(q, k, qkv[2], attn_mask=mask)
        x = x + self.out(mixed.transpose(1, 2).reshape(windows, tokens, width))
        out: Tensor = x + self.down(functional.gelu(self.up(self.before_hidden(x))))
        return out

    @staticmethod
    def _turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Turn queries and keys ``[2, windows, heads, tokens, width / heads]`` by their places."""
        left, right = x.chunk(2, dim=-1)
        return torch.cat((left * cos - right * sin, right * cos + left * sin), dim=-1)


class EditNetwork(nn.Module):
    """Reads windows of tokens; tells edits, insertions and pointers to names.

    A token's vector is the sum of its pieces, of a hashed trigram of its neighbourhood, and of
    small tables for kind, layout, bracket depth and the parser's complaint.
    """

    def __init__(self, shape: Shape, *, fresh: bool = True) -> None:
        super().__init__()
        self.shape = shape
        self.pieces = self._table(shape.vocabulary, shape.width)
        self.contexts = self._table(shape.contexts, shape.width)
        self.small = nn.ModuleDict({n: self._table(SIZES[n], shape.width) for n in _SMALL})
        self.place = nn.Parameter(torch.ones(PIECES, 1))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width)
        self.edit = nn.Linear(shape.width, len(EDITS))
        self.insert = nn.Linear(shape.width, len(INSERTS))
        self.wanted = nn.Linear(shape.width, 2 * shape.pointer)
        self.offered = nn.Linear(shape.width, shape.pointer)
        self.unread = nn.Parameter(torch.zeros(shape.pointer))
        self.turns: Tensor
        self.settle()
        if fresh:
            self.apply(self._start)
            with torch.no_grad():  # nearly all tokens stay as they are
                self.edit.bias[KEEP] = self.insert.bias[KEEP] = _KEPT

    @staticmethod
    def _table(rows: int, width: int) -> nn.Embedding:
        """A table that is not filled: to draw numbers without a device loads half of torch."""
        return nn.Embedding(rows, width, _weight=torch.empty(rows, width))

    def settle(self) -> None:
        """Make what is computed and not stored: the speeds of the rotary positions."""
        half = self.shape.width // self.shape.heads // 2
        speeds = [_BASE ** (-place / half) for place in range(half)]
        self.register_buffer("turns", torch.tensor(speeds, device="cpu"), persistent=False)

    @staticmethod
    def _start(module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, rows: Tensor) -> Tensor:
        """Vectors ``[windows, tokens, width]`` of integer rows ``[windows, tokens, columns]``.

        Rows whose pieces are all 0 are padding: nothing attends to them.
        """
        rows = rows.long()
        x = (self.pieces(rows[..., :PIECES]) * self.place).sum(-2)
        x = x + self.contexts(rows[..., _CONTEXT])
        for column, name in enumerate(_SMALL, PIECES):
            x = x + self.small[name](rows[..., column])
        angles = torch.arange(rows.shape[1], device=rows.device)[:, None] * self.turns
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        real = rows[..., :PIECES].any(-1)
        mask = None if real.all() else real[:, None, None, :]
        for block in self.blocks:
            x = block(x, cos, sin, mask)
        vectors: Tensor = self.norm(x)
        return vectors

    def heads(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of edits ``[..., len(EDITS)]`` and of insertions ``[..., len(INSERTS)]``."""
        return self.edit(vectors), self.insert(vectors)

    def names(self, vectors: Tensor, window: Tensor, token: Tensor, kind: Tensor) -> Tensor:
        """Logits ``[asked, 1 + tokens]`` of what to write: something unread, or a token's text.

        Args:
            vectors: of all tokens, ``[windows, tokens, width]``.
            window: the windows of the tokens asked about, ``[asked]``.
            token: their places in them, ``[asked]``.
            kind: 0 where it is replaced, 1 where something is inserted before it, ``[asked]``.
        """
        wanted = self.wanted(vectors[window, token]).view(len(window), 2, -1)
        wanted = wanted[torch.arange(len(window)), kind]  # [asked, pointer]
        offered = self.offered(vectors)[window]  # [asked, tokens, pointer]
        read = torch.einsum("ap,atp->at", wanted, offered)
        unread = (wanted * self.unread).sum(-1, keepdim=True)
        scale: float = self.shape.pointer**-0.5
        return torch.cat((unread, read), 1) * scale

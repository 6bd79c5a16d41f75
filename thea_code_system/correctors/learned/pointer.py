"""Which words of its window the model would write at each of some tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from thea_code_system.models.editor import Opinion, Span
from thea_code_system.wrappers import TorchMath

_NAMED: Final = frozenset(("name", "number", "string"))


class Pointer:
    """Organ of one search: asks for all tokens of a window at once.

    Args:
        opinion: has read the whole text.
    """

    def __init__(self, opinion: Opinion) -> None:
        self._opinion = opinion
        self._known: dict[int, Mapping[str, float]] = {}

    def words(self, index: int) -> Mapping[str, float]:
        """The log-probabilities of names, numbers and strings as what should stand at a token."""
        if index not in self._known:
            self.ask((index,))
        return self._known[index]

    def ask(self, indices: Iterable[int]) -> None:
        """Find the words of several tokens out, which is faster than one by one."""
        groups: dict[int, tuple[Span, list[int]]] = {}
        for index in sorted({*indices} - self._known.keys()):
            span = self._opinion.span_of(index)
            groups.setdefault(span.first, (span, []))[1].append(index)
        for span, wanted in groups.values():
            self._ask(span, wanted)

    def _ask(self, span: Span, wanted: list[int]) -> None:
        import torch

        items = self._opinion.tokens.items[span.first : span.last]
        words: dict[str, int] = {"": 0}  # what stands for all that is no word, and for the unread
        columns = [words.setdefault(t.text, len(words)) if t.kind in _NAMED else 0 for t in items]
        columns += [0] * (span.last - span.first - len(items))
        places = [index - span.first for index in wanted]
        logits = self._opinion.model.name_table(span, places, insert=False).cpu()
        own = torch.nn.functional.one_hot(torch.tensor(places).add(1), logits.shape[1]).bool()
        chances = logits.masked_fill(own, -torch.inf).softmax(-1)
        table = torch.zeros(len(wanted), len(words))
        table.index_add_(1, torch.tensor([0, *columns]), chances)
        for index, row in zip(wanted, table.clamp(min=1e-7).log(), strict=True):
            pairs = zip(words, TorchMath.plain(row), strict=True)
            self._known[index] = {word: chance for word, chance in pairs if word}

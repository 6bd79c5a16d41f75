"""Words as numbers: byte-pair pieces of a lexeme's text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

PIECES: Final = 6
_TAIL: Final = 2  # of them, for the end of a long text
_LONGEST: Final = 48  # code points; of what is longer only the ends are read
_LAST: Final = 8  # code points of such an end
_REMEMBERED: Final = 200_000
PAD: Final = "<pad>"
MASK: Final = "<mask>"
_SPECIAL: Final = (PAD, MASK, "<line>", "<end>")


class Vocabulary:
    """Byte-pair encoding of single lexemes; owned by one model.

    Of a long text, such as a string, the first pieces and the last two are kept.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, tuple[int, ...]] = {}
        self.size = tokenizer.get_vocab_size()

    @classmethod
    def learned(cls, words: Iterable[str], size: int) -> Vocabulary:
        """Learn ``size`` pieces from words, each as often as it is given."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(_SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(words, trainer)
        return cls(tokenizer)

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: it is no vocabulary.
        """
        try:
            return cls(Tokenizer.from_str(text))
        except Exception as error:  # the library raises nothing more telling
            raise ValueError(f"this is no vocabulary: {error}") from error

    def to_json(self) -> str:
        """The vocabulary in the format of the ``tokenizers`` library."""
        return str(self._tokenizer.to_str())

    def pieces(self, text: str) -> tuple[int, ...]:
        """The numbers of a lexeme's pieces, always :data:`PIECES` of them, padded with 0."""
        found = self._known.get(text)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[text] = self._encode(text)
        return found

    def _encode(self, text: str) -> tuple[int, ...]:
        if text in _SPECIAL:
            ids = [_SPECIAL.index(text)]
        elif len(text) > _LONGEST:
            head, tail = self._ids(text[: _LONGEST // 2]), self._ids(text[-_LAST:])
            ids = head[: PIECES - _TAIL] + tail[-_TAIL:]
        else:
            ids = self._ids(text)
            if len(ids) > PIECES:
                ids = ids[: PIECES - _TAIL] + ids[-_TAIL:]
        return (*ids, *[0] * (PIECES - len(ids)))

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text).ids)

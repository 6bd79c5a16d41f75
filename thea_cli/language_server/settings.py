"""What an editor may set."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from thea_code_system.errors import UsageError

ON_TYPE, ON_SAVE = "onType", "onSave"
_FLAGS = {
    "minConfidence": "--min-confidence",
    "unsafeFixes": "--unsafe-fixes",
    "select": "--select",
    "ignore": "--ignore",
}
_OWN: dict[str, tuple[Any, ...]] = {"run": (ON_TYPE, ON_SAVE), "warm": (True, False)}
_USED = "docs/guides/editors.md lists the settings."


@dataclass(frozen=True, slots=True)
class Settings:
    """The flags for `thea correct`, when to run, and whether to start the warm process.

    There is none that lets a project decide about itself: a workspace may bring settings along.
    """

    flags: Mapping[str, Any] = field(default_factory=dict)
    run: str = ON_TYPE
    warm: bool = True

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Settings:
        """From what an editor sends; None stands for the default.

        Raises:
            UsageError: it does not exist, or cannot be that.
        """
        known = [*_FLAGS, *_OWN]
        given = {key: value for key, value in plain.items() if value is not None}
        for key, value in given.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
                raise UsageError(f"there is no setting {key}", f"Did you mean {near}? {_USED}")
            if value not in _OWN.get(key, (value,)):
                raise UsageError(f"the setting {key} cannot be {value!r}", _USED)
        own = {key: given.pop(key) for key in _OWN if key in given}
        return cls(given, **own)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The flags as they are written on the command line, which judges their values."""
        return tuple(self._words())

    def _words(self) -> Iterator[str]:
        for key, value in self.flags.items():
            if isinstance(value, bool):
                yield _FLAGS[key] if value else _FLAGS[key].replace("--", "--no-")
            else:
                text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
                yield f"{_FLAGS[key]}={text}"  # one word: a value may look like a flag

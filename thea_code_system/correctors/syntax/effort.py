"""How much a search has spent, told in what does not depend on the machine."""

from __future__ import annotations

import time
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Language
from thea_code_system.wrappers.aside import Aside

_WORTH: Final = 10_000  # characters that a candidate may cost the parser
_LOOKED_AT: Final = 2  # characters parsed in the time that rules take to look at one
_READ: Final = 10  # the same where the model reads the text
_SELDOM: Final = (
    64  # candidates between two looks at the clock, which some machines are slow to tell
)


class LateError(Exception):
    """The emergency stop: what was found until now is all."""


class Effort:
    """Counts candidates, and what they cost where that is more; owned by one search of one text.

    Candidates alone bound no time: in a large file each one costs the parser more. ``seconds`` of
    this thread are the emergency stop, and so is it that nobody waits ``aside`` any more;
    ``timed_out`` says whether it was needed, and what was found then depends on the machine.
    """

    def __init__(self, language: Language, seconds: float, aside: Aside) -> None:
        self._language = language
        self._before = language.work
        self._aside = aside
        self._deadline = time.thread_time() + seconds
        self._looked_at = 0
        self.tried = 0
        self.timed_out = False

    @property
    def spent(self) -> int:
        """Candidates that could have been tried at the price of an ordinary one."""
        work = self._language.work - self._before + self._looked_at
        return max(self.tried, work // _WORTH)

    def begin(self, state: BrokenSource, *, read: bool = False) -> None:
        """Rules, and the model where it reads, look at the whole of a text."""
        self._looked_at += len(state.text) * (_READ if read else _LOOKED_AT)
        self._look_at_clock()

    def count(self) -> None:
        """A candidate is tried."""
        self.tried += 1
        if self.tried % _SELDOM == 0:
            self._look_at_clock()

    def check(self) -> None:
        """Asked before each thing that may take long in a text that is huge, deep or one line.

        Raises:
            LateError: time is up.
        """
        self._look_at_clock()
        if self.timed_out:
            raise LateError

    def _look_at_clock(self) -> None:
        late = self._aside.unwanted or time.thread_time() > self._deadline
        self.timed_out = self.timed_out or late

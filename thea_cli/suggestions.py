"""Which suggestions are worth a person's time."""

from __future__ import annotations

from collections.abc import Iterable

from thea_code_system.values.correction import Correction, State

_FAMILY = "learned/"  # it says how probable it is where others are silent
_LIKELY = 0.5
_MOST = 5


def presentable(corrections: Iterable[Correction]) -> list[Correction]:
    """All of a file's corrections but the learned suggestions that are improbable, or too many."""
    corrections = list(corrections)
    guesses = [
        one for one in corrections if one.state is State.SUGGESTED and one.rule.startswith(_FAMILY)
    ]
    if not guesses:
        return corrections
    best = sorted(guesses, key=lambda one: (-(one.score or one.confidence), one.edits))
    shown = [one.id for one in best if one.confidence >= _LIKELY][:_MOST]
    return [one for one in corrections if one not in guesses or one.id in shown]

"""What a repository's owners made of corrections, as the calibration that they commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from thea_code_system.confidence.calibration import RepositoryFile
from thea_code_system.confidence.posterior import PSEUDO_OBSERVATIONS
from thea_code_system.confidence.reliability import Reliability
from thea_code_system.values.reliability import CalibratedCode, Judgement

_KEPT: Final = "kept"
_RANKED: Final = frozenset({"syntax", "spelling", "learned"})
_SURE: Final = 0.75
_HEAD: Final = """\
# Written by `thea learn --calibrate` from what was made of corrections here. Commit it.
# Numbers are posteriors: the confidence that was predicted weighs as much as twenty answers.
# Without --trust they can only lower a confidence.
"""


class RepositoryCalibration:
    """Organ: weighs judgements by code.

    Where every correction of a code is equally sure, its confidence becomes the posterior. In
    families that rank their corrections (``syntax``, ``spelling``, ``learned``) one number for all
    would undo the ranking: there the surest ones are looked at, and where fewer of them are kept
    than was predicted, none is believed in any more than the posterior says.

    Args:
        judgements: oldest first; of several about a correction the last one counts.
        present: the repository's file as it is; what nobody judged stays in it.

    Raises:
        ConfigError: the file cannot be understood.
    """

    def __init__(self, judgements: Iterable[Judgement], present: str = "") -> None:
        self._present = RepositoryFile.of(present)
        self._judged: dict[str, list[Judgement]] = {}
        for one in {one.correction: one for one in judgements}.values():
            for rule in dict.fromkeys(one.rules):
                self._judged.setdefault(rule, []).append(one)

    def codes(self) -> tuple[CalibratedCode, ...]:
        """Every code that was judged, in order; those of which nothing can be said left out."""
        found = (self._code(code, judged) for code, judged in sorted(self._judged.items()))
        return tuple(one for one in found if one is not None)

    def text(self, codes: Sequence[CalibratedCode]) -> str:
        """The new file."""
        lines = [_HEAD.rstrip()]
        for name, old in (
            ("confidence", self._present.confidence),
            ("ceilings", self._present.ceilings),
        ):
            rows = self._rows(codes, old, ceiling=name == "ceilings")
            if rows:
                lines.extend(["", f"[{name}]", *(rows[code] for code in sorted(rows))])
        return "\n".join([*lines, ""])

    @staticmethod
    def _rows(
        codes: Sequence[CalibratedCode], old: Mapping[str, float], *, ceiling: bool
    ) -> dict[str, str]:
        judged = {one.code for one in codes}
        rows = {code: f'"{code}" = {value}' for code, value in old.items() if code not in judged}
        for one in codes:
            if one.value is not None and one.ceiling is ceiling:
                told = f"{one.hits} of {one.n} kept, {one.predicted:.2f} predicted"
                rows[one.code] = f'"{one.code}" = {one.value:.2f}  # {told}'
        return rows

    def _code(self, code: str, judged: Sequence[Judgement]) -> CalibratedCode | None:
        ranked = code.partition("/")[0] in _RANKED
        if ranked:
            # a ceiling of this file keeps its corrections from being surer: they still count
            bound = sorted((_SURE, self._present.ceilings.get(code, _SURE)))[0]
            judged = [one for one in judged if one.confidence >= bound]
        if not judged:
            return None
        confidences = [one.confidence for one in judged]
        hits = [one.verdict == _KEPT for one in judged]
        whole = Reliability(confidences, hits).whole(PSEUDO_OBSERVATIONS)
        as_good = ranked and whole.posterior >= whole.predicted
        value = None if as_good else whole.posterior
        return CalibratedCode(code, whole.n, whole.hits, whole.predicted, value, ranked)

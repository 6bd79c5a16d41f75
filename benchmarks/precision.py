"""Whether Thea decides the same whether the edit model computes in float32 or in bfloat16.

    python benchmarks/precision.py CASES.jsonl [--limit N] [--model DIR] [--at 0.8] [--json FILE]

Each case that does not parse is repaired twice, by the same search and the same gate. Two decisions
agree where both apply nothing, or both the same edits. Prints the share that agrees, the share in
which the likeliest repair is the same, the largest difference between confidences of that, and each
case that disagrees. Exit status 1 below 99.5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from thea_code_system.confidence.calibration import Calibration
from thea_code_system.confidence.gate import Candidate, Gate
from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.languages.registry import Languages
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.training.cases import CaseFile
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

WANTED = 0.995


@dataclass(frozen=True)
class Outcome:
    """The likeliest repair's edits, its confidence, and whether it is applied."""

    edits: tuple = ()
    confidence: float = 0.0
    applied: bool = False


@dataclass(frozen=True)
class Pair:
    """What came of one text in float32 and in bfloat16."""

    name: str
    full: Outcome
    half: Outcome

    @property
    def agrees(self):
        one, other = ((o.applied, o.edits if o.applied else ()) for o in (self.full, self.half))
        return one == other

    @property
    def same_first(self):
        return self.full.edits == self.half.edits

    @property
    def difference(self):
        return abs(self.full.confidence - self.half.confidence) if self.same_first else 0.0


class Precisions:
    """Repairs texts in both precisions."""

    def __init__(self, model=None, at=0.8):
        settings = Settings(select=("syntax",), min_confidence=at, syntax_seconds=600.0)
        self._context = ProjectContext("", settings)
        self._gate = Gate(settings, Calibration.packaged())
        self._correctors = [
            SyntaxCorrector(shelf=ModelShelf(model, "cpu", half=half)) for half in (False, True)
        ]

    async def pair(self, source):
        return Pair(source.path, *[await self._outcome(one, source) for one in self._correctors])

    async def _outcome(self, corrector, source):
        (proposals,) = await corrector.propose([source], self._context)
        for lost in corrector.missing.values():
            raise lost
        decisions = self._gate.decide([Candidate(source.path, one, "") for one in proposals])
        if not decisions:
            return Outcome()
        best = max(decisions, key=lambda one: (one.applied, one.score))
        return Outcome(best.candidate.proposal.edits, best.confidence, best.applied)


class Agreement:
    """Pairs, and what they add up to."""

    def __init__(self, pairs):
        self.pairs = pairs

    @property
    def share(self):
        return sum(pair.agrees for pair in self.pairs) / len(self.pairs)

    def to_json(self):
        return {
            "cases": len(self.pairs),
            "applied": sum(pair.full.applied for pair in self.pairs),
            "decisions agree": self.share,
            "same likeliest repair": sum(p.same_first for p in self.pairs) / len(self.pairs),
            "largest difference": round(max(pair.difference for pair in self.pairs), 2),
            "disagree": [pair.name for pair in self.pairs if not pair.agrees],
        }


async def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--model")
    parser.add_argument("--at", type=float, default=0.8)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    languages, trial, pairs = Languages(), Precisions(options.model, options.at), []
    for case in CaseFile(options.cases).read(options.limit):
        language = languages.named(case.language)
        if language.parses(case.broken):
            continue
        source = SourceFile(f"{case.id}{language.suffixes[0]}", case.broken)
        pairs.append(await trial.pair(source))
        if len(pairs) % 20 == 0:
            print(f"{len(pairs)} cases, {Agreement(pairs).share:.3f} agree", file=sys.stderr)
        if not pairs[-1].agrees:
            print(f"{case.id}: {pairs[-1].full} but {pairs[-1].half}", file=sys.stderr)
    if not pairs:
        sys.exit("every case parses: there is nothing to decide")
    found = Agreement(pairs).to_json()
    for name, value in found.items():
        print(f"{name:22} {value}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2), "utf-8")
    return int(found["decisions agree"] < WANTED)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

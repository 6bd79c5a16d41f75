"""Ranks repairs: the organ that a learned model will replace."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Final

from thea_code_system.correctors.syntax.candidate import RepairCandidate
from thea_code_system.correctors.syntax.features import Features
from thea_code_system.correctors.syntax.ngrams import NgramTable

if TYPE_CHECKING:
    from torch import Tensor

# What CPython says, in the words that tell one complaint from another, most telling first.
_SAID: Final = (
    "never closed",
    "unmatched",
    "does not match opening",
    "expected ':'",
    "forgot a comma",
    "Maybe you meant '=='",
    "unterminated triple",
    "unterminated",
    "unexpected indent",
    "expected an indented block",
    "unindent does not match",
    "inconsistent use of tabs",
    "invalid decimal",
    "expected '('",
    "expression cannot contain assignment",
    "invalid syntax",
    "cannot",
)
_TABLES: Final = ("python", "javascript")


class Scorer(ABC):
    """Judges candidates by how probable each is as what the code's owner would write."""

    @abstractmethod
    def score(self, candidates: Iterable[RepairCandidate]) -> Tensor:
        """Log-scores, shape ``[number of candidates]``; higher is likelier.

        Each is looked at before the next is asked for. A candidate's score counts all its steps:
        that of its last step is added to ``past``.
        """

    @abstractmethod
    def probabilities(self, repairs: Sequence[tuple[RepairCandidate, float]]) -> list[float]:
        """How probable each whole repair of a text is, beside the chance that none is right.

        Args:
            repairs: all that were found, best first, with their log-scores.
        """

    @abstractmethod
    def none(self, repairs: Sequence[tuple[RepairCandidate, float]]) -> float:
        """The log-score that stands for "none of these is right", beside theirs."""

    def version(self) -> str:
        """What decides about the scores, for the cache key."""
        return ""


class LinearScorer(Scorer):
    """A linear model over hand-made features; its weights were fitted on mined repairs."""

    @cached_property
    def _features(self) -> Features:
        tables = {}
        for name in _TABLES:
            try:
                tables[name] = NgramTable.load(name)
            except FileNotFoundError:
                continue
        if "javascript" in tables:
            tables |= {"typescript": tables["javascript"], "tsx": tables["javascript"]}
        return Features(tables)

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of each feature, of each sign."""
        folder = resources.files("thea_code_system.correctors.syntax").joinpath("data")
        loaded: dict[str, float] = json.loads(folder.joinpath("weights.json").read_text("utf-8"))
        return loaded

    def score(self, candidates: Iterable[RepairCandidate]) -> Tensor:
        """Log-scores, shape ``[number of candidates]``."""
        import torch

        exact = torch.float64  # so that the order of a sum decides nothing
        weights = torch.tensor([self._weight(name) for name in Features.NAMES], dtype=exact)
        rows, rules, past = [], [], []
        for candidate in candidates:
            rows.append(self._features(candidate))
            rules.append(sum(map(self._weight, self.signs(candidate))))
            past.append(candidate.past)
        plus = torch.tensor(rules, dtype=exact), torch.tensor(past, dtype=exact)
        return torch.tensor(rows, dtype=exact) @ weights + plus[0] + plus[1]

    def probabilities(self, repairs: Sequence[tuple[RepairCandidate, float]]) -> list[float]:
        """A softmax over the scores and a logit that stands for all that was not found."""
        import torch

        from thea_code_system.wrappers import TorchMath

        scores = [*(score for _, score in repairs), self.none(repairs)]
        logits = torch.tensor(scores, dtype=torch.float64)
        return TorchMath.plain(torch.softmax(logits, 0)[:-1])

    def none(self, repairs: Sequence[tuple[RepairCandidate, float]]) -> float:
        """A logit that counts the steps of the best repair, as the scores do.

        A file with three faults has smaller scores than one with one.
        """
        more = len(repairs[0][0].steps) - 1
        return self.weights["none"] + self.weights["none_step"] * more

    def signs(self, candidate: RepairCandidate) -> tuple[str, ...]:
        """The names of what is either so or not: the rule of the last step, and its act.

        For the first step also what CPython said, together with the rule; other languages' parsers
        say nothing.
        """
        rule = candidate.step.rule
        signs = (f"rule:{rule}", f"act:{self._features.act(candidate)}")
        if len(candidate.steps) > 1:
            return signs
        if candidate.before.language.name != "python":
            return (*signs, "said:nothing")
        message = candidate.before.faults[0].message
        said = next((words for words in _SAID if words in message), "other")
        return (*signs, f"said:{said}>{rule}")

    def _weight(self, name: str) -> float:
        return self.weights.get(name, 0.0)

    def rows(self, candidates: Sequence[RepairCandidate]) -> list[list[float]]:
        """The features themselves, to fit the weights on."""
        return [self._features(candidate) for candidate in candidates]

    def version(self) -> str:
        """The weights."""
        return json.dumps(self.weights, sort_keys=True)

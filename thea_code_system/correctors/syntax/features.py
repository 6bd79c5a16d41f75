"""What the hand-made scorer looks at, as numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from thea_code_system.correctors.syntax.broken import BLANK, WORDS, BrokenSource
from thea_code_system.correctors.syntax.candidate import RepairCandidate
from thea_code_system.correctors.syntax.ngrams import NgramTable
from thea_code_system.correctors.syntax.probe import WRAPPER
from thea_code_system.correctors.syntax.smells import Smells
from thea_code_system.correctors.syntax.tree_smells import TreeSmells
from thea_code_system.correctors.syntax.words import Words
from thea_code_system.languages.base import Lexeme
from thea_code_system.languages.grammar import GrammarLanguage
from thea_code_system.values.correction import Edit, Safety

_CODE: Final = frozenset("()[]{}=;")
_SMALL: Final = 2  # tokens of an edit that is told by its very tokens
_REACH: Final = 3  # lines of context on each side
_WIDEST: Final = 8_000  # characters of context; of longer lines, a quarter of it on each side
_LEAST: Final = -9.0
_REMEMBERED: Final = 20_000
_MOST: Final = 4.0
_TYPICAL: Final = -2.5  # log-probability of a token in code that nobody broke


class Features:
    """Describes the last step of a repair; owned by one scorer.

    Everything is told as a difference to the text before the step, so that steps add up.
    """

    NAMES: Final = (
        "step",
        "prior",
        "unsafe",
        "partial",
        "advance",
        "faults_left",
        "inserted",
        "deleted",
        "inserted_words",
        "deleted_words",
        "deleted_lines",
        "ngram",
        "ngram_mean",
        "local",
        "distance",
        "above",
        "below",
        "tokens_away",
        "on_fault",
        "line_end",
        "indent_only",
        "lines_moved",
        "columns",
        "off_unit",
        "torn",
        "body",
        "splits_above",
        "splits_below",
        "like_above",
        "like_below",
        "new_line",
        "joined",
        "comment",
        "new_names",
        "prose",
        *dict.fromkeys((*Smells.NAMES, *TreeSmells.NAMES)),
    )

    def __init__(self, tables: Mapping[str, NgramTable]) -> None:
        self._tables = dict(tables)
        self._words = {
            name: Words(table.words, indented=name == "python")
            for name, table in self._tables.items()
        }
        self._before: dict[tuple[int, int, int], tuple[float, int, float]] = {}
        self._local: Counter[tuple[str, ...]] = Counter()
        self._known_triples: dict[tuple[str, ...], float] = {}
        self._texts = ""
        self._known: tuple[str, frozenset[str]] = ("", frozenset())
        self._lexed: dict[tuple[str, str], Sequence[Lexeme]] = {}

    def __call__(self, candidate: RepairCandidate) -> list[float]:
        """One number for each of :data:`NAMES`."""
        before, edits = candidate.before, candidate.edits
        if before.text != self._texts:
            self._texts, self._before = before.text, {}
            self._local, self._known_triples = self._count(before), {}
        found: dict[str, float] = {"step": 1.0, "prior": math.log(max(candidate.step.score, 1e-3))}
        found["unsafe"] = float(candidate.step.safety < Safety.SAFE)
        found["partial"] = float(not candidate.parses)
        if not candidate.parses:
            ahead = candidate.faults[0].line - before.faults[0].line
            found["advance"] = math.log1p(min(max(ahead, 0), 30))
        found["faults_left"] = math.log1p(len(candidate.faults))
        found.update(self._size(before, edits))
        found.update(self._usual(before, edits))
        found.update(self._place(before, edits))
        found.update(self._lines(before, edits))
        found["prose"] = float(self._is_prose(before, edits))
        if before.text[edits[0].start : edits[0].end].strip() or edits[0].replacement.strip():
            found["new_names"] = float(min(self._new_names(candidate), 5))
        if candidate.parses:
            found.update(self._smells(candidate))
        return [float(found.get(name, 0.0)) for name in self.NAMES]

    def act(self, candidate: RepairCandidate) -> str:
        """What a small edit of tokens does, as ``removed>inserted``: words as their kinds."""
        if len(candidate.edits) != 1:
            return ""
        edit, before = candidate.edits[0], candidate.before
        gone, new = (
            [x.kind if x.kind in WORDS else x.text for x in self._code(before, text)]
            for text in (before.text[edit.start : edit.end], edit.replacement)
        )
        small = len(gone) <= _SMALL and len(new) <= _SMALL
        return f"{' '.join(gone)}>{' '.join(new)}" if small and (gone or new) else ""

    @staticmethod
    def _is_prose(before: BrokenSource, edits: Sequence[Edit]) -> bool:
        """Whether the edit closes a string of several words, and nothing in it looks like code."""
        edit = edits[0]
        if len(edits) > 1 or edit.end > edit.start or edit.replacement not in {"'", '"'}:
            return False
        line = before.span(before.line_of(edit.start))[0]
        opening = before.text.rfind(edit.replacement, line, edit.start)
        text = before.text[opening + 1 : edit.start]
        return opening >= 0 and len(text.split()) > 1 and not _CODE.intersection(text)

    def _new_names(self, candidate: RepairCandidate) -> int:
        """How many names the last step made that the original has nowhere."""
        before, edits, original = candidate.before, candidate.edits, candidate.original
        if self._known[0] != original.text:
            known = frozenset(x.text for x in original.lexemes if x.kind == "name")
            self._known = (original.text, known)
        start = before.span(before.line_of(edits[0].start))[0]
        end = before.span(before.line_of(edits[-1].end))[1]
        start, end = self._narrowed(before, edits, start, end)
        parts, position = [], start
        for edit in edits:
            parts += [before.text[position : edit.start], edit.replacement]
            position = edit.end
        line = "".join((*parts, before.text[position:end]))
        made = {x.text for x in self._by_line(before, line) if x.kind == "name"}
        return len(made - self._known[1])

    @classmethod
    def _smells(cls, candidate: RepairCandidate) -> dict[str, float]:
        verdict, language = candidate.verdict, candidate.before.language
        lines = cls._touched(candidate)
        if isinstance(language, GrammarLanguage):
            tree = language.tree(verdict.region.encode("utf-8", "surrogatepass"))
            counts = TreeSmells.of(tree, lines) if tree is not None else Counter()
        else:
            own = range(lines.start - verdict.line + 1, lines.stop - verdict.line + 1)
            counts = Smells.of(verdict.region, own, inner=verdict.region.startswith(WRAPPER))
        return {name: float(min(count, 5)) for name, count in counts.items()}

    @staticmethod
    def _touched(candidate: RepairCandidate) -> range:
        """The lines of the new text that the last step changed, and one on either side."""
        before, edits = candidate.before, candidate.edits
        first, last = before.line_of(edits[0].start), before.line_of(edits[-1].end)
        more = sum(
            e.replacement.count("\n") - before.text.count("\n", e.start, e.end) for e in edits
        )
        return range(first - 1, max(first, last + more) + 2)

    def _size(self, before: BrokenSource, edits: Sequence[Edit]) -> dict[str, float]:
        inserted: Counter[str] = Counter()
        deleted: Counter[str] = Counter()
        words = lost = lines = 0
        comment = 0.0
        for edit in edits:
            old = before.text[edit.start : edit.end]
            new = self._code(before, edit.replacement)
            gone = self._code(before, old)
            inserted.update(x.text for x in new)
            deleted.update(x.text for x in gone)
            words += sum(x.kind in WORDS for x in new)
            lost += sum(x.kind in WORDS for x in gone)
            lines += max(0, old.count("\n") - edit.replacement.count("\n"))
            if before.language.line_comment in edit.replacement and "comment" not in old:
                comment = 1.0
                _, end = before.span(before.line_of(edit.end))
                hidden = self._code(before, before.text[edit.end : end])
                lost += sum(x.kind in WORDS for x in hidden)
                deleted.update(x.text for x in hidden)
        plus = sum((inserted - deleted).values())
        minus = sum((deleted - inserted).values())
        return {
            "inserted": math.log1p(plus),
            "deleted": math.log1p(minus),
            "inserted_words": math.log1p(words),
            "deleted_words": math.log1p(lost),
            "deleted_lines": math.log1p(lines),
            "comment": comment,
        }

    @staticmethod
    def _code(before: BrokenSource, text: str) -> list[Lexeme]:
        if not text.strip():
            return []
        return [x for x in before.language.lexemes(text) if x.kind not in BLANK]

    def _usual(self, before: BrokenSource, edits: Sequence[Edit]) -> dict[str, float]:
        """How much more usual the lines around the edits become."""
        first = before.line_of(edits[0].start)
        last = before.line_of(edits[-1].end)
        top = max(1, first - _REACH)
        bottom = min(before.line_count, last + _REACH, first + 40)
        start = before.lines.line_span(top)[0]
        end = before.lines.line_span(bottom)[1]
        start, end = self._narrowed(before, edits, start, end)
        key = (start, end, 0)
        if key not in self._before:
            self._before[key] = self._judge(before, before.text[start:end])
        old, old_length, old_local = self._before[key]
        text, position = [], start
        for edit in edits:
            if edit.end <= end:
                text += [before.text[position : edit.start], edit.replacement]
                position = edit.end
        new, length, local = self._judge(before, "".join((*text, before.text[position:end])))
        gained = new - old - _TYPICAL * (length - old_length)
        locally = local - old_local - _TYPICAL * (length - old_length)
        return {
            "ngram": self._bounded(gained / 4),
            "ngram_mean": self._bounded(new / max(length, 1) - old / max(old_length, 1)),
            "local": self._bounded(locally / 4),
        }

    @staticmethod
    def _narrowed(
        before: BrokenSource, edits: Sequence[Edit], start: int, end: int
    ) -> tuple[int, int]:
        """A stretch of text around edits, cut between lexemes where its lines are very long."""
        if end - start <= _WIDEST:
            return start, end
        first = before.lexeme_at(max(start, edits[0].start - _WIDEST // 4))
        last = before.lexeme_at(min(end, edits[-1].end + _WIDEST // 4))
        return first.start if first else start, last.end if last else end

    @staticmethod
    def _bounded(value: float) -> float:
        """Long stretches must not outweigh everything else."""
        return max(-_MOST, min(_MOST, value))

    def _judge(self, before: BrokenSource, text: str) -> tuple[float, int, float]:
        """The log-probability of a piece of text by library code and by this file; its length."""
        lexemes = self._by_line(before, text)
        raw = [x.text for x in lexemes if x.kind not in BLANK]
        local = sum(self._familiar(raw, i) for i in range(len(raw)))
        table = self._tables.get(before.language.name)
        if table is None:
            return 0.0, len(raw), local
        words = list(self._words[before.language.name](lexemes))
        logs = table.log_probabilities(words, min(1, len(words)))
        return sum(max(value, _LEAST) for value in logs), len(words), local

    def _by_line(self, before: BrokenSource, text: str) -> list[Lexeme]:
        """Lexemes line by line: most lines of a window are the same in every candidate."""
        if len(self._lexed) > _REMEMBERED:
            self._lexed.clear()
        out: list[Lexeme] = []
        for line in text.splitlines(keepends=True):
            key = (before.language.name, line)
            if key not in self._lexed:
                self._lexed[key] = before.language.lexemes(line)
            out += self._lexed[key]
        return out

    def _familiar(self, raw: Sequence[str], position: int) -> float:
        triple = tuple(raw[max(0, position - 2) : position + 1])
        known = self._known_triples.get(triple)
        if known is None:
            known = self._known_triples[triple] = self._log_share(triple)
        return known

    def _log_share(self, triple: tuple[str, ...]) -> float:
        """How usual the last of up to three tokens is in this file after those before it."""
        counts, pair = self._local, triple[-2:]
        share = 0.1 * counts[pair] / (counts[pair[:-1]] + 1) if len(pair) == 2 else 0.0
        if len(triple) == 3:
            share += 0.9 * counts[triple] / (counts[triple[:-1]] + 1)
        return math.log(share + 0.02)

    @staticmethod
    def _count(before: BrokenSource) -> Counter[tuple[str, ...]]:
        raw = [x.text for x in before.lexemes if x.kind not in BLANK]
        counts: Counter[tuple[str, ...]] = Counter()
        for n in range(1, 4):
            counts.update(zip(*(raw[i:] for i in range(n)), strict=False))
        return counts

    @staticmethod
    def _place(before: BrokenSource, edits: Sequence[Edit]) -> dict[str, float]:
        fault = before.faults[0]
        away = [before.line_of(edit.start) - fault.line for edit in edits]
        nearest = min(away, key=abs)
        offset = min(abs(edit.start - fault.offset) for edit in edits)
        edit = edits[0]
        _, end = before.span(before.line_of(edit.end))
        tail = before.text[edit.end : end].strip()
        at_end = not tail or tail.startswith(before.language.line_comment)
        return {
            "distance": math.log1p(abs(nearest)),
            "above": float(nearest < 0),
            "below": float(nearest > 0),
            "tokens_away": math.log1p(offset) if nearest == 0 else 0.0,
            "on_fault": float(offset == 0),
            "line_end": float(at_end and len(edits) == 1),
        }

    def _lines(self, before: BrokenSource, edits: Sequence[Edit]) -> dict[str, float]:
        """How an edit treats the indentation of lines."""
        blank = all(not (before.text[e.start : e.end] + e.replacement).strip() for e in edits)
        newlines = sum(
            e.replacement.count("\n") - before.text.count("\n", e.start, e.end) for e in edits
        )
        found = {"new_line": float(newlines > 0), "joined": float(newlines < 0)}
        starts = [
            e
            for e in edits
            if not before.text[before.span(before.line_of(e.start))[0] : e.start].strip()
        ]
        if not (blank and starts and newlines == 0 and len(starts) == len(edits)):
            return found
        moved = [e for e in edits if self._column(before, e) != self._old_column(before, e)]
        if not moved:  # tabs for as many spaces
            return found
        first, last = moved[0], moved[-1]
        line, final = before.line_of(first.start), before.line_of(last.start)
        level, old = self._column(before, first), self._old_column(before, first)
        above, below = before.previous_code(line), before.next_code(final)
        found["indent_only"] = 1.0
        found["lines_moved"] = math.log(len(moved))
        found["columns"] = math.log1p(abs(level - old))
        unit = len(before.unit.expandtabs(8))
        found["off_unit"] = float(level % unit != 0)
        found["torn"] = float(before.ending(final) in {"(", "[", "{", ","})
        if above:
            column = before.column(above)
            header = before.ending(above) == ":"
            found["like_above"] = float(level == column and not header)
            found["body"] = float(header and level == column + unit)
            found["splits_above"] = float(column == old)
        if below:
            column = before.column(below)
            found["like_below"] = float(self._column(before, last) == column)
            found["splits_below"] = float(column == self._old_column(before, last))
        return found

    @classmethod
    def _column(cls, before: BrokenSource, edit: Edit) -> int:
        return len(cls._new_indent(before, edit).expandtabs(8))

    @staticmethod
    def _old_column(before: BrokenSource, edit: Edit) -> int:
        return before.column(before.line_of(edit.start))

    @staticmethod
    def _new_indent(before: BrokenSource, edit: Edit) -> str:
        start, end = before.span(before.line_of(edit.start))
        line = before.text[start : edit.start] + edit.replacement + before.text[edit.end : end]
        return line[: len(line) - len(line.lstrip())]

"""What speaks for an alarm, and against it, besides the edit model."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.classes import ATTRIBUTE, VARIABLE
from thea_code_system.correctors.learned.copies import Copies
from thea_code_system.correctors.learned.layout import Layout
from thea_code_system.correctors.learned.options import Option, Options
from thea_code_system.correctors.learned.scopes import BUILTIN, CLASS, IMPORTED, PARAMETER
from thea_code_system.models.tokens import LINE, CodeToken

_GROUPS: Final = {
    **dict.fromkeys(("<", ">", "<=", ">="), "order"),
    **dict.fromkeys(("==", "!=", "===", "!=="), "equality"),
    **dict.fromkeys(("and", "or", "&&", "||", "??"), "boolean"),
    **dict.fromkeys(("True", "False", "true", "false"), "truth"),
}
_BY_CODE: Final = {
    "learned/variable-misuse": "variable", "learned/wrong-attribute": "attribute",
    "learned/undefined-name": "unbound", "learned/swapped-arguments": "swap",
    "learned/wrong-literal": "number", "learned/negation": "negation",
    "learned/wrong-operator": "arithmetic",
}  # fmt: skip
_SIDES: Final = frozenset((
    "==", "!=", "<", ">", "<=", ">=", "===", "!==", "-", "/", "%", "and", "or", "&&", "||", "is",
))  # fmt: skip
_ENDS: Final = frozenset(("and", "or", "if", "elif", "while", "return", "not", "assert", ":", "="))
_FAR: Final = 4096.0
_USES: Final = frozenset((".", "["))
_SHORT, _BLOCK = 7, 40  # tokens of a condition that is looked at, and of the block below it
_APART: Final = 2  # parts in which names differ that are easily confused
_NEAR_ENOUGH: Final = 400  # tokens within which an idle name is thought of


class Traits:
    """Organ of one search: a few dozen small observations, each a number around 0 and 1.

    Args:
        options: what could be done in the text, with its names.
    """

    KINDS: Final = (
        "variable", "attribute", "unbound", "swap", "number", "truth", "negation", "order",
        "equality", "boolean", "arithmetic",
    )  # fmt: skip
    NAMES: Final = (
        "copied", "keyword", "parameter", "target", "above", "function", "called", "line",
        "exact", "was exact", "idle", "idle parameter", "lone", "near", "was near", "fresh",
        "was fresh", "same kind", "builtin", "imported", "class", "own class", "uses", "was rare",
        "unread before", "alike", "left", "right", "twins", "would be twins", "in line",
        "never set", "clash", "untested", "order elsewhere",
    )  # fmt: skip

    def __init__(self, options: Options) -> None:
        self._options, self._names = options, options.names
        self._items = options.opinion.tokens.items
        self._layout = Layout(self._items)
        self._copies = Copies(self._layout)
        self._lines: dict[int, frozenset[str]] = {}
        self._kin: dict[str, list[str]] = {}
        self._overlaps: dict[int, list[tuple[str, frozenset[str]]]] = {}

    # --- places where something is odd, whatever the model thinks of them -------------------------

    def suspects(self) -> dict[int, set[str]]:
        """Words that may be meant at some tokens."""
        found: dict[int, set[str]] = {}
        for index, word in self._suspected():
            token = self._items[index]
            kind = self._options.kinds[index]
            if word != token.text and kind in {VARIABLE, ATTRIBUTE}:
                if kind == VARIABLE and not self._names.is_read(token):
                    continue
                if word in self._names.fitting(token, kind):
                    found.setdefault(index, set()).add(word)
        return found

    def _suspected(self) -> Iterator[tuple[int, str]]:
        spelled: dict[tuple[str, ...], list[str]] = {}
        for word in self._occurrences:
            spelled.setdefault(self._layout.parts(word), []).append(word)
        for index, wanted in self._copies.forgotten:
            for word in spelled.get(wanted, ()):
                yield index, word
        for index, token in enumerate(self._items):
            if token.kind != "name" or self._options.kinds[index] != VARIABLE:
                continue
            for name in (self._hinted(index), *self._names.around(token)[1:]):
                if name and name in self._occurrences:
                    yield index, name
            yield from ((index, name) for name in self._akin(token))
            for name in self._names.idle(token):
                before = self._last(name, index)
                if before is not None and index - before < _NEAR_ENOUGH:
                    yield index, name

    def _akin(self, token: CodeToken) -> list[str]:
        """The names of the text that differ in one part only from a token that they may replace."""
        if token.text not in self._kin:
            own = frozenset(self._layout.parts(token.text))
            self._kin[token.text] = [
                name
                for name, parts in self._named
                if name != token.text and parts & own and len(parts ^ own) <= _APART
            ]
        kin = self._kin[token.text]
        if not kin:
            return []
        kind = self._names.kind(token, token.text)
        return [name for name in kin if self._names.kind(token, name) == kind]

    @cached_property
    def _named(self) -> list[tuple[str, frozenset[str]]]:
        """The names of the text with their parts."""
        return [(name, frozenset(self._layout.parts(name))) for name in self._occurrences]

    def _hinted(self, index: int) -> str:
        """The keyword or parameter that a token alone is given to."""
        if self._layout.text(index + 1) not in {",", ")"}:
            return ""
        if self._layout.text(index - 1) not in {",", "(", "="}:
            return ""
        return self._given_to(index)

    def _given_to(self, index: int) -> str:
        argument = self._layout.argument(index)
        if argument is None:
            return ""
        if argument.keyword:
            return argument.keyword
        known = self._names.parameters.get(argument.called, ())
        return known[argument.number] if argument.number < len(known) else ""

    # --- one alarm --------------------------------------------------------------------------------

    def of(self, option: Option) -> dict[str, float]:
        """The traits of an alarm by their names; the others are 0."""
        index = option.index
        token = self._items[index]
        found = {self._group(option, token.text): 1.0}
        if option.code == "learned/swapped-arguments":
            found |= self._of_swap(index, index + 2)
        elif option.code.endswith(("misuse", "name", "attribute")):
            found |= self._of_name(index, option.expected)
        elif option.expected in _GROUPS or option.code.endswith("operator"):
            found |= self._patterns(index, option.expected) | self._of_operator(index)
        elif option.code.endswith("literal"):
            found |= self._patterns(index, option.expected)
        if option.code.endswith(("negation", "operator")):
            found["untested"] = self._untested(index)
        return {name: value for name, value in found.items() if value}

    @staticmethod
    def _group(option: Option, text: str) -> str:
        if option.expected in {"not", "!", "nothing"}:
            return "negation"
        if option.code.endswith(("operator", "literal")) and text in _GROUPS:
            return _GROUPS[text]
        return _BY_CODE[option.code]

    def _of_name(self, index: int, new: str) -> dict[str, float]:
        token = self._items[index]
        old, layout, names = token.text, self._layout, self._names
        parts = frozenset(layout.parts(new)), frozenset(layout.parts(old))
        come, gone = parts[0] - parts[1], parts[1] - parts[0]
        found = {
            name: self._clipped(len(come & words) - len(gone & words))
            for name, words in self._context(index)
        }
        key = index, layout.parts(new)
        found["copied"] = self._copies.forgotten.get(key, 0.0)
        hints = {self._given_to(index), layout.targets.get(layout.statement_of[index], "")} - {""}
        found["exact"], found["was exact"] = float(new in hints), float(old in hints)
        found["alike"] = len(parts[0] & parts[1]) / max(len(parts[0] | parts[1]), 1)
        found["in line"] = float(new in self._line(index))
        found |= self._distances(index, old, new) | self._patterns(index, new)
        found |= self._twins(index, new)
        if self._options.kinds[index] == ATTRIBUTE:
            return found | self._of_attribute(index, old, new)
        kinds = names.kind(token, new), names.kind(token, old)
        idle = new in names.idle(token)
        found |= {
            "idle": float(idle and kinds[0] != PARAMETER),
            "idle parameter": float(idle and kinds[0] == PARAMETER),
            "lone": float(names.reads(token, old) == 1 and kinds[1] not in {BUILTIN, ""}),
            "same kind": float(kinds[0] == kinds[1]),
            "builtin": float(kinds[0] == BUILTIN),
            "imported": float(kinds[0] == IMPORTED),
            "class": float(kinds[0] == CLASS),
            "own class": float(new == names.around(token)[1])
            * float(kinds[1] in {CLASS, IMPORTED}),
        }
        return found

    def _context(self, index: int) -> list[tuple[str, frozenset[str]]]:
        """The parts of the names that have to do with a token, by what they are to it."""
        if index in self._overlaps:
            return self._overlaps[index]
        layout = self._layout
        statement = layout.statement_of[index]
        argument = layout.argument(index)
        before = layout.text(index - 2) if layout.text(index - 1) == ":" else ""
        above = layout.statement_of[max(statement - 1, 0)]
        given = self._given_to(index)
        told = {
            "keyword": argument.keyword if argument else before if before[:1] in "'\"" else "",
            "parameter": given,
            "target": layout.targets.get(statement, ""),
            "above": layout.targets.get(above, ""),
            "function": self._names.around(self._items[index])[0],
            "called": argument.called if argument else "",
        }
        found = [(name, frozenset(layout.parts(word))) for name, word in told.items() if word]
        words = self._line(index)
        found.append(("line", frozenset(part for word in words for part in layout.parts(word))))
        self._overlaps[index] = found
        return found

    def _line(self, index: int) -> frozenset[str]:
        """The names and strings of a token's line, but its own."""
        if index not in self._lines:
            self._lines[index] = frozenset(self._layout.words_of_line(index))
        return self._lines[index]

    def _distances(self, index: int, old: str, new: str) -> dict[str, float]:
        """How far back both names stand, and whether that was where they got a value."""
        last, other = self._last(new, index), self._last(old, index)
        return {
            "near": self._closeness(index, last),
            "was near": self._closeness(index, other),
            "fresh": float(last is not None and not self._is_read(last)),
            "was fresh": float(other is not None and not self._is_read(other)),
            "unread before": float(last is None),
            "uses": self._scaled(len(self._occurrences.get(new, ()))),
            "was rare": float(len(self._occurrences.get(old, ())) == 1),
        }

    def _patterns(self, index: int, new: str) -> dict[str, float]:
        """How often the new word stands between what stands here, against the old one."""
        old, found = self._layout.text(index), {}
        for side, (one, two) in {"left": (-2, -1), "right": (1, 2)}.items():
            near = self._layout.text(index + one), self._layout.text(index + two)
            seen = [self._around.get((side, *near, word), 0) for word in (new, old)]
            found[side] = self._scaled(seen[0]) - self._scaled(seen[1] - 1)
        return found

    def _twins(self, index: int, new: str) -> dict[str, float]:
        """Whether both sides of an operator, or two neighbouring arguments, are the same."""
        old, layout = self._layout.text(index), self._layout
        now = layout.operand(index)
        if not now:
            return {}
        length = 2 * now.count(".")
        there = now.rpartition(old)[0] + new + now.rpartition(old)[2]
        first = index
        while layout.text(first - 1) == "." and first > 1:
            first -= 2
        others = set()
        for sign, at in ((first - 1, first - 2), (first + length + 1, first + length + 2)):
            if 0 <= at < len(self._items) and layout.text(sign) in _SIDES | {","}:
                others.add(layout.operand(at))
        return {"twins": float(now in others), "would be twins": float(there in others)}

    def _of_attribute(self, index: int, old: str, new: str) -> dict[str, float]:
        owner = self._layout.text(index - 2)
        seen = [self._owned.get((owner, word), 0) for word in (new, old)]
        never = owner in {"self", "cls", "this"} and old not in self._set
        return {
            "same kind": self._scaled(seen[0]) - self._scaled(seen[1] - 1),
            "never set": float(never and new in self._set),
        }

    def _of_swap(self, left: int, right: int) -> dict[str, float]:
        """Whether the names fit the parameters better the other way round, and usual order."""
        layout = self._layout
        gain, exact = 0, 0
        for index, other in ((left, right), (right, left)):
            given = self._given_to(index)
            wanted = set(layout.parts(given))
            here, there = (set(layout.parts(layout.text(at))) for at in (index, other))
            gain += len(wanted & there) - len(wanted & here)
            exact += (given == layout.text(other)) - (given == layout.text(index))
        pair = layout.text(left), layout.text(right)
        often = self._ordered.get(pair[::-1], 0), self._ordered.get(pair, 0) - 1
        return {
            "parameter": self._clipped(gain),
            "exact": self._clipped(exact),
            "order elsewhere": self._scaled(often[0]) - self._scaled(often[1]),
        }

    def _of_operator(self, index: int) -> dict[str, float]:
        """``x is None and x.y`` and ``x != 1 or x != 2`` are never meant."""
        text = self._layout.text(index)
        if text not in {"and", "or", "&&", "||"}:
            return {}
        both = text in {"and", "&&"}
        left, right = self._side(index, -1)[::-1], self._side(index, 1)
        (name, sign, *_), (other, its, *_) = (*left, "", ""), (*right, "", "")
        if sign in {"==", "!="} and (name, sign) == (other, its):
            return {"clash": float(both == (sign == "=="))}
        missing = tuple(left) in {("not", other), ("!", other), (other, "is", "None")}
        there = tuple(left) in {(other,), (other, "is", "not", "None")}
        clash = its in {".", "["} and (missing if both else there)
        return {"clash": float(clash)}

    def _side(self, index: int, step: int) -> list[str]:
        """The first tokens on one side of an operator, up to the next one or a bracket."""
        found: list[str] = []
        at = index + step
        while 0 <= at < len(self._items) and len(found) < _SHORT:
            text = self._items[at].text
            if (text in _ENDS and text != "not") or (text and text in "(){}]"):
                break
            found += [text] * bool(text)
            at += step
        return found

    def _untested(self, index: int) -> float:
        """1 where what a condition finds missing is used at once, -1 where what it finds is."""
        tokens = self._layout.statements.get(self._layout.statement_of[index], [])
        texts = [self._items[at].text for at in tokens]
        if len(texts) > _SHORT or texts[:1] != ["if"] or texts[-1] != ":":
            return 0.0
        name = texts[2] if texts[1] == "not" else texts[1]
        missing = {
            (name,): False, ("not", name): True,
            (name, "is", "None"): True, (name, "is", "not", "None"): False,
        }.get(tuple(texts[1:-1]))  # fmt: skip
        use = self._first_use(tokens[-1], name) if missing is not None else ""
        wrong = (use in _USES) if missing else (use == "=")
        right = (use == "=") if missing else (use in _USES)
        return float(wrong) - float(right)

    def _first_use(self, index: int, name: str) -> str:
        """What follows a name where the block below a token reads it first, or sets it."""
        layout = self._layout
        column = self._items[layout.line_of[index]].column
        for at in range(index + 1, min(index + _BLOCK, len(self._items))):
            token = self._items[at]
            if token.kind == LINE and token.column <= column:
                break
            if token.text == name and layout.text(at - 1) != ".":
                return layout.text(at + 1)
        return ""

    # --- counts -----------------------------------------------------------------------------------

    @cached_property
    def _occurrences(self) -> dict[str, list[int]]:
        """Where each name stands."""
        found: dict[str, list[int]] = {}
        for index, token in enumerate(self._items):
            if token.kind == "name":
                found.setdefault(token.text, []).append(index)
        return found

    @cached_property
    def _around(self) -> dict[tuple[str, str, str, str], int]:
        """How often each word stands after two others, and before two others."""
        found: dict[tuple[str, str, str, str], int] = {}
        texts = ["", "", *(token.text for token in self._items), "", ""]
        for at in range(2, len(texts) - 2):
            for key in (
                ("left", texts[at - 2], texts[at - 1], texts[at]),
                ("right", texts[at + 1], texts[at + 2], texts[at]),
            ):
                found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def _owned(self) -> dict[tuple[str, str], int]:
        """How often each attribute stands after each name."""
        found: dict[tuple[str, str], int] = {}
        for index in range(2, len(self._items)):
            if self._items[index - 1].text in {".", "?."}:
                key = self._items[index - 2].text, self._items[index].text
                found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def _ordered(self) -> dict[tuple[str, str], int]:
        """How often each two words stand with a comma between them."""
        found: dict[tuple[str, str], int] = {}
        for index in range(1, len(self._items) - 1):
            if self._items[index].text == ",":
                key = self._items[index - 1].text, self._items[index + 1].text
                found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def _set(self) -> frozenset[str]:
        """The names that are given a value or a body somewhere, as variables or attributes."""
        items = self._items
        pairs = list(itertools.pairwise(items))
        given = {a.text for a, b in pairs if b.text in {"=", ":", "+="} and a.kind == "name"}
        return frozenset(given | {b.text for a, b in pairs if a.text in {"def", "class"}})

    def _last(self, name: str, index: int) -> int | None:
        """Where a name stands last before a token."""
        places = self._occurrences.get(name, [])
        before = bisect.bisect_left(places, index)
        return places[before - 1] if before else None

    def _is_read(self, index: int) -> bool:
        return self._names.is_read(self._items[index])

    @staticmethod
    def _closeness(index: int, other: int | None) -> float:
        """1 for what stands beside a token, 0 for what is far or nowhere."""
        if other is None:
            return 0.0
        return 1.0 - math.log(min(float(index - other), _FAR)) / math.log(_FAR)

    @staticmethod
    def _scaled(count: int) -> float:
        """A count that matters less the larger it is: 0, 0.5, 0.67, 0.75 and so on."""
        return max(count, 0) / (1.0 + max(count, 0))

    @staticmethod
    def _clipped(number: int) -> float:
        return float(max(-2, min(2, number)))

"""Repairs of bugs in Python files that parse: one edit, and the commit says what it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from thea_code_system.training.mining.bug_kinds import BugKinds
from thea_code_system.training.mining.edits import EditFinder, SingleEdit
from thea_code_system.training.mining.history import Change, Commit
from thea_code_system.training.mining.intent import Intent
from thea_code_system.training.mining.pair import MinedPair, Origin

_LARGEST: Final = 200_000  # bytes
_MOST_FILES: Final = 8  # a commit that touches more goes through the tree
_NAMES: Final = frozenset({"variable-misuse", "undefined-name", "wrong-attribute", "wrong-keyword"})


class BugPairs:
    """Finds single-edit repairs in commits; an organ of one miner.

    Args:
        read: the content of a blob.
        generous: also take a commit whose message says nothing, if the edit is all that it changed.
    """

    def __init__(self, read: Callable[[str], bytes], *, generous: bool) -> None:
        self._read = read
        self._generous = generous
        self._finder, self._kinds, self._intent = EditFinder(), BugKinds(), Intent()

    def pairs(self, repository: str, commit: Commit) -> Iterator[MinedPair]:
        """The repairs of one commit, at most one a file."""
        if commit.merge or not 0 < commit.files <= _MOST_FILES or not self._is_wanted(commit):
            return
        for change in commit.changes:
            if change.path.endswith(".py") and not self._intent.is_aside(change.path):
                pair = self._pair(repository, commit, change)
                if pair is not None:
                    yield pair

    def _is_wanted(self, commit: Commit) -> bool:
        if self._intent.repairs(commit):
            return True
        return self._generous and commit.files == 1 and not self._intent.tidies(commit)

    def _pair(self, repository: str, commit: Commit, change: Change) -> MinedPair | None:
        before, after = self._text(change.before), self._text(change.after)
        if not before or not after:
            return None
        edit = self._finder.find(before, after)
        kind = None if edit is None else self._kinds.kind(edit, before, after)
        if edit is None or kind is None or self._elsewhere(commit, change, edit, kind):
            return None
        details: dict[str, object] = {
            "line": edit.before.line, "old": edit.old, "new": edit.new,
            "says_so": self._intent.repairs(commit), "files": commit.files,
        }  # fmt: skip
        origin = Origin(repository, commit.name, change.path, commit.subject[:200])
        return MinedPair(origin, "bug", "python", kind, before, after, details)

    def _text(self, blob: str) -> str:
        content = self._read(blob)
        if not content or len(content) > _LARGEST or b"\0" in content:
            return ""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return ""

    def _elsewhere(self, commit: Commit, change: Change, edit: SingleEdit, kind: str) -> bool:
        """Whether another file of the commit replaces the same by the same, as renamings do."""
        if kind not in _NAMES:
            return self._repeated(commit, change, edit)
        word = re.compile(rf"(?<!\w){re.escape(edit.old)}(?!\w)")
        for other in commit.changes:
            if other is not change and other.path.endswith(".py"):
                gone, come = self._lines(other)
                if any(word.search(line) and word.sub(edit.new, line) in come for line in gone):
                    return True
        return False

    def _repeated(self, commit: Commit, change: Change, edit: SingleEdit) -> bool:
        old, new = ({line.strip() for line in lines} for lines in (edit.old_lines, edit.new_lines))
        for other in commit.changes:
            if other is not change and other.path.endswith(".py"):
                gone, come = self._lines(other)
                if old & {line.strip() for line in gone} and new & {line.strip() for line in come}:
                    return True
        return False

    def _lines(self, change: Change) -> tuple[Counter[str], Counter[str]]:
        """The lines that a change took away, and those that it brought."""
        old = Counter(self._text(change.before).split("\n"))
        new = Counter(self._text(change.after).split("\n"))
        return old - new, new - old

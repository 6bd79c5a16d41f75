"""Whatever was applied and in whatever order it is taken back, the bytes come back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.ledger.books import Books
from thea_code_system.ledger.state import State
from thea_code_system.values import correction as states
from thea_code_system.values.correction import Correction, Edit, Safety
from thea_code_system.values.outcome import Corrected
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Written

TEXTS = st.text(st.sampled_from("ab \r\n\t\u00e9\u2028\U0001f600"), max_size=40)


@st.composite
def edited(draw):
    """A text, and disjoint edits of it that do not touch."""
    text = draw(TEXTS)
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return text, [Edit(start, end, draw(TEXTS)) for start, end in pairs]


class Remembered:
    """A file in memory that a run has corrected, with one correction an edit."""

    def __init__(self, folder, text, edits, *, bom):
        self.books = Books(State(Path(folder)))
        self.store = self.books.store
        data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
        self.source = SourceFile.decode("f.py", data)
        self.edits = edits
        self.disk = self.with_edits(edits)
        self.run = self.store.begin("correct", "", "", "write")
        self.store.record(self.run, [self.outcome()], {self.source.digest: data})
        self.store.settle(self.run, [Written("f.py")])

    def with_edits(self, edits):
        return self.source.encode_text(Patch.rewrite(self.source.text, edits))

    def outcome(self):
        corrections = tuple(
            Correction(
                str(number),
                str(number),
                ("a/b",),
                "",
                (edit,),
                Safety.SAFE,
                1.0,
                states.State.APPLIED,
            )
            for number, edit in enumerate(self.edits)
        )
        after = SourceFile.digest_of(self.disk)
        return Corrected("f.py", self.source.digest, after, corrections)

    def undo(self, correction=""):
        disk = {"f.py": SourceFile.digest_of(self.disk)}
        plan = self.books.planner.undo(self.run, disk, correction=correction)
        assert plan.left == ()
        self.store.plan(plan.changes)
        for change in plan.changes:
            self.disk = change.data
        self.store.settle(self.run, [Written("f.py")])


@given(edited(), st.booleans(), st.data())
@settings(deadline=None, max_examples=60)
def test_undoing_some_corrections_is_as_if_they_had_never_been(text_and_edits, bom, data):
    text, edits = text_and_edits
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, text, edits, bom=bom)
        if file.disk == file.source.encode():
            return
        kept = dict(enumerate(edits))
        for number in data.draw(st.permutations(sorted(kept)))[: data.draw(st.integers(0, 4))]:
            if file.disk == file.source.encode():
                break
            file.undo(str(number))
            del kept[number]
            assert file.disk == file.with_edits(list(kept.values()))
        if file.disk != file.source.encode():
            file.undo()
        assert file.disk == file.source.encode()
        file.books.close()
